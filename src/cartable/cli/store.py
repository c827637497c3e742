"""Commands on the store: bring it up to date, check it, purge it, give a child's data."""

import json
import sys
from argparse import Namespace
from uuid import UUID

from cartable.cli.output import answer, progress, say
from cartable.foundation.refused import Refused


def migrate(options: Namespace) -> int:
    """Bring the store up to date and load the territories that come with the program."""
    bring_up_to_date()
    say("La base est à jour.")
    return 0


def check_migrated() -> None:
    """Refuse `not_migrated` where the store lacks what the program expects of it."""
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise Refused("not_migrated", "La base n'est pas à jour : lancez d'abord « cartable migrate ».")


def bring_up_to_date() -> None:
    """Migrate, install the store's rules, load régions, départements and académies."""
    from django.conf import settings
    from django.core.management import call_command

    from cartable.territories.actions import load_reference

    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    load_reference()


def check(options: Namespace) -> int:
    """Check that the ledger, the journal and the goods agree; exit 1 where something is damaged."""
    from cartable.cli.checks import all_damages

    damages = all_damages()
    result = {
        "ok": not damages,
        "damages": [{"code": damage.code, "sentence": damage.sentence} for damage in damages],
    }
    sentences = [damage.sentence for damage in damages] or ["Tout est en ordre : rien n'est perdu ni altéré."]
    answer(result, as_json=options.json, sentences=sentences)
    return 1 if damages else 0


def tick(options: Namespace) -> int:
    """Do the periodic work: the journal's checkpoint, warnings of what ends, the outbox, stray files.

    A journal that does not follow its last checkpoint is said, and ends in 1; the rest is done all the same.
    """
    from cartable.cli.safeguards import witness
    from cartable.documents.actions import sweep
    from cartable.equipment.actions import warn_ending_credits, warn_ending_loans
    from cartable.messages.actions import deliver

    witnessed, status = witness()
    warned, due = warn_ending_credits(), warn_ending_loans()
    report = deliver()
    strays = sweep()
    result = {
        "checkpoint": witnessed,
        "warned": warned,
        "due": due,
        "sent": report.sent,
        "failed": report.failed,
        "strays": strays,
    }
    answer(
        result,
        as_json=options.json,
        sentences=[
            f"{warned} alertes de crédit, {due} de fin de prêt, "
            f"{report.sent} messages partis, {report.failed} en échec."
        ],
    )
    return status


def purge(options: Namespace) -> int:
    """Erase what need not be kept any longer."""
    from cartable.pupils.actions import purge as erase

    progress("Recherche de ce qui n'a plus à être gardé…")
    counts = erase(actor=None, dry_run=options.dry_run)
    verb = "à effacer" if options.dry_run else "effacées"
    sentences = [f"{name} : {count} {verb}" for name, count in counts.items() if count]
    answer(
        {"dry_run": options.dry_run, "erased": counts},
        as_json=options.json,
        sentences=sentences or ["Rien à effacer."],
    )
    return 0


def export_child(options: Namespace) -> int:
    """Give everything that is kept about one pupil, as JSON."""
    from cartable.pupils.actions import export_child as export

    try:
        public_id = UUID(options.public_id)
    except ValueError as error:
        raise Refused(
            "public_id", "Donnez l'identifiant de l'élève tel qu'il est écrit sur sa fiche."
        ) from error
    json.dump(export(public_id), sys.stdout, ensure_ascii=False, indent=2, default=str)
    sys.stdout.write("\n")
    return 0
