"""Commands on what guards the store: the journal's checkpoints, the keys, the first administrator."""

import sys
from argparse import Namespace

from cartable.cli.output import answer, progress
from cartable.foundation.refused import Refused


def witness() -> tuple[int | None, int]:
    """Make a checkpoint if one is due; give the entry that it saw (None: nothing new), and an exit status."""
    from cartable.journal.actions import make_checkpoint

    try:
        made = make_checkpoint()
    except Refused as refused:
        print(refused.sentence, file=sys.stderr)
        return None, 1
    return (made.seq if made else None), 0


def checkpoint(options: Namespace) -> int:
    """Make a checkpoint now, or begin a new file of them; say where it is and what verifies it."""
    from cartable.journal import checkpoints
    from cartable.journal.actions import make_checkpoint, restart_checkpoints

    made = restart_checkpoints() if options.restart else make_checkpoint(now=True)
    found = checkpoints.read()
    last = made or (found[-1] if found else None)
    result = {
        "made": made is not None,
        "number": last.number if last else None,
        "entry": last.seq if last else None,
        "hash": last.hash if last else None,
        "file": str(checkpoints.path()),
        "public_keys": checkpoints.public_keys(),
    }
    said = (
        f"Point de contrôle {last.number} : entrée {last.seq}, {last.hash}."
        if last
        else "Le journal est vide."
    )
    keys = [f"Clé publique {name} : {key}" for name, key in checkpoints.public_keys().items()]
    answer(result, as_json=options.json, sentences=[said, f"Fichier : {checkpoints.path()}", *keys])
    return 0


def reseal(options: Namespace) -> int:
    """Seal again, with the newest key, all that is sealed with another; a second run finds nothing."""
    from cartable.documents import vault
    from cartable.foundation.keys import all_keys
    from cartable.foundation.resealing import count_behind

    newest, *older = all_keys()
    rows, files = count_behind(), len(list(vault.behind()))
    broken = [] if options.dry_run else _reseal_all(newest, sum(rows.values()), files)
    result = {"key": newest, "dry_run": options.dry_run, "rows": rows, "files": files, "broken": broken}
    verb = "à resceller" if options.dry_run else "rescellés"
    sentences = [f"{table} : {count} {verb}" for table, count in rows.items()]
    sentences += [
        f"fichiers : {files} {verb}" if files else "",
        *(f"Aucune clé n'ouvre {one}." for one in broken),
    ]
    sentences += [_what_older_keys_do(older) if older else "Il n'y a qu'une clé : rien d'autre à faire."]
    answer(result, as_json=options.json, sentences=[one for one in sentences if one])
    return 1 if broken else 0


def _reseal_all(key: str, rows: int, files: int) -> list[str]:
    """Do it; give what no key opens. The journal is told first: what was begun is known even if it is stopped."""
    from django.db import transaction

    from cartable.documents import vault
    from cartable.foundation.resealing import reseal as reseal_rows
    from cartable.journal.actions import record

    if not rows and not files:
        return []
    with transaction.atomic():
        record(actor=None, verb="keys.resealing", data={"key": key, "rows": rows, "files": files})
    done = reseal_rows(progress=lambda table, count: progress(f"{table} : {count}"))
    unopened = [one for one in list(vault.behind()) if not vault.reseal(one) and vault.path_of(one).exists()]
    return [*done.broken, *(f"files:{public_id}" for public_id in unopened)]


def _what_older_keys_do(older: list[str]) -> str:
    said = f"La clé {older[-1]} sert encore aux empreintes et à la fin du journal : laissez-la, en dernier."
    others = ", ".join(older[:-1])
    return said if not others else f"{said} Vous pouvez retirer : {others}."


def admin(options: Namespace) -> int:
    """Open the account of the first administrator; print the link that opens it once."""
    from cartable.accounts.actions import open_administrator

    user, link = open_administrator(email=options.email, display_name=options.name, another=options.another)
    sentences = [
        f"Le compte d'administration de {user.display_name} est ouvert. Identifiant : {user.identifier}",
        "Ce lien sert une fois, pendant sept jours, pour choisir le mot de passe :",
        link,
    ]
    answer({"identifier": user.identifier, "link": link}, as_json=options.json, sentences=sentences)
    return 0


def demo_code(options: Namespace) -> int:
    """Print the code that a demo account's application would show now: for who tries the demo without a telephone."""
    from cartable.accounts.queries import demo_factor
    from cartable.accounts.totp import code_at

    factor = demo_factor(options.identifier)
    if factor is None:
        raise Refused(
            "no_demo_factor",
            "Ce n'est pas un compte de démonstration dont la double authentification est commencée.",
        )
    print(code_at(factor.key))
    return 0
