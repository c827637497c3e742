"""The `cartable` command. Exit status: 0 done, 1 refused or broken, 2 wrong usage."""

import argparse
import os
import sys
from collections.abc import Sequence


ENGINE_COMMANDS = ("allocate", "simulate")


def parser() -> argparse.ArgumentParser:
    """Build the parser of every command."""
    top = argparse.ArgumentParser(
        prog="cartable",
        description="Besoins, répartition, remise, preuve : le programme de continuité éducative.",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMANDE")
    _add(commands, "migrate", "met la base à jour", "cartable.cli.store:migrate")
    serve = _add(commands, "serve", "ouvre le site", "cartable.cli.serving:serve")
    serve.add_argument("--address", default="127.0.0.1:8000", metavar="ADRESSE:PORT")
    serve.add_argument("--workers", type=_positive, default=2, metavar="N")
    demo = _add(commands, "demo", "fait un département inventé", "cartable.cli.serving:demo")
    demo.add_argument("--serve", action="store_true", help="ouvre ensuite le site")
    demo.add_argument("--address", default="127.0.0.1:8000", metavar="ADRESSE:PORT")
    _add_imports(commands)
    _add_scenarios(commands)
    check = _add(commands, "check", "vérifie que rien n'est perdu ni altéré", "cartable.cli.store:check")
    check.add_argument("--json", action="store_true")
    tick = _add(commands, "tick", "fait le travail périodique (à lancer par cron)", "cartable.cli.store:tick")
    tick.add_argument("--json", action="store_true")
    purge = _add(commands, "purge", "efface ce qui n'a plus à être gardé", "cartable.cli.store:purge")
    purge.add_argument("--dry-run", action="store_true", help="compte sans effacer")
    purge.add_argument("--json", action="store_true")
    for name, text in (
        ("backup", "sauvegarde la base et les documents dans un fichier, sans les clés"),
        ("restore", "remet une sauvegarde dans une base vide"),
    ):
        safe = _add(commands, name, text, f"cartable.cli.safety:{name}")
        safe.add_argument("file", metavar="FICHIER")
        safe.add_argument("--json", action="store_true")
    safe.add_argument("--without-checkpoints", action="store_true", help="si leur clé est perdue")
    export = _add(
        commands, "export-child", "donne tout ce qui est gardé d'un élève", "cartable.cli.store:export_child"
    )
    export.add_argument("public_id", metavar="IDENTIFIANT")
    _add_safeguards(commands)
    for name in ENGINE_COMMANDS:
        commands.add_parser(name, help="calcul sur fichiers (voir --help)", add_help=False)
    return top


def _add(commands: argparse._SubParsersAction, name: str, text: str, run: str) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text)
    command.set_defaults(run=run)
    return command


def _add_imports(commands: argparse._SubParsersAction) -> None:
    kinds = commands.add_parser("import", help="lit un fichier").add_subparsers(
        dest="kind", required=True, metavar="SORTE"
    )
    for name, text in (
        ("schools", "annuaire des établissements"),
        ("social-index", "indices de position sociale (IPS)"),
        ("priority-education", "listes REP, REP+ et quartiers prioritaires"),
        ("cites-educatives", "liste officielle des cités éducatives (GeoJSON)"),
        ("pupils", "élèves et responsables (SIECLE, ONDE, modèle)"),
        ("stock", "matériel numéroté"),
        ("commitments", "engagements de crédits"),
    ):
        kind = _add(kinds, name, text, f"cartable.cli.imports:{name.replace('-', '_')}")
        kind.add_argument("files", nargs="+", metavar="FICHIER")
        kind.add_argument("--rejects", metavar="FICHIER", help="où écrire les lignes refusées")
        kind.add_argument("--json", action="store_true")
        if name == "priority-education":
            kind.add_argument(
                "--school-year",
                default="",
                metavar="ANNÉE",
                help="2022-2023, pour des listes qui ne la disent pas",
            )
        if name == "pupils":
            kind.add_argument("--school", required=True, metavar="UAI")
        if name == "commitments":
            kind.add_argument(
                "--year", type=int, metavar="ANNÉE", help="l'exercice, si le fichier ne le dit pas"
            )
        if name == "stock":
            kind.add_argument(
                "--operation", metavar="IDENTIFIANT", help="si plusieurs opérations sont ouvertes"
            )


def _add_scenarios(commands: argparse._SubParsersAction) -> None:
    verbs = commands.add_parser("scenario", help="joue un programme réel").add_subparsers(
        dest="verb", required=True, metavar="VERBE"
    )
    listing = _add(verbs, "list", "liste les scénarios", "cartable.cli.scenario:list_all")
    listing.add_argument("--json", action="store_true")
    run = _add(verbs, "run", "joue un scénario", "cartable.cli.scenario:run")
    run.add_argument("name", metavar="NOM")
    run.add_argument("--json", action="store_true")


def _add_safeguards(commands: argparse._SubParsersAction) -> None:
    admin = _add(
        commands, "admin", "ouvre le premier compte d'administration", "cartable.cli.safeguards:admin"
    )
    text = "affiche le code d'un compte de démonstration, pour l'essayer sans téléphone"
    code = _add(commands, "demo-code", text, "cartable.cli.safeguards:demo_code")
    code.add_argument("identifier", metavar="IDENTIFIANT")
    admin.add_argument("email", metavar="ADRESSE", help="adresse électronique, qui sert d'identifiant")
    admin.add_argument("--name", default="", metavar="NOM", help="nom affiché")
    admin.add_argument("--another", action="store_true", help="même s'il y en a déjà un")
    admin.add_argument("--json", action="store_true")
    checkpoint = _add(
        commands,
        "checkpoint",
        "signe maintenant un point de contrôle du journal",
        "cartable.cli.safeguards:checkpoint",
    )
    checkpoint.add_argument(
        "--restart", action="store_true", help="commence un nouveau fichier, après la restauration d'une base"
    )
    checkpoint.add_argument("--json", action="store_true")
    text = "scelle de nouveau avec la clé la plus récente"
    reseal = _add(commands, "reseal", text, "cartable.cli.safeguards:reseal")
    reseal.add_argument("--dry-run", action="store_true", help="compte sans rien écrire")
    reseal.add_argument("--json", action="store_true")


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("un nombre entier, au moins 1")
    return number


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status."""
    words = list(sys.argv[1:] if argv is None else argv)
    if words and words[0] in ENGINE_COMMANDS:
        return _engine(words)
    options = parser().parse_args(words)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cartable.config.settings")
    from django.core.exceptions import ImproperlyConfigured

    from cartable.foundation.refused import Refused

    try:
        return _run(options)
    except Refused as refused:
        return _say(refused.sentence)
    except ImproperlyConfigured as wrong:
        return _say(f"La configuration ne va pas. {wrong}")
    except BrokenPipeError:
        return 1
    except KeyboardInterrupt:
        return _say("Interrompu : rien n'est fait à moitié, la même commande reprend le travail.")
    except OSError as error:
        if error.filename is None:
            raise
        return _say(
            f"« {error.filename} » ne peut pas être lu ou écrit ({error.strerror}) : vérifiez le chemin, les droits "
            "et la place sur le disque."
        )


def _say(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _run(options: argparse.Namespace) -> int:
    """Run a command; what breaks on a store that was never migrated is said so, not shown as a trace."""
    import django
    from django.db import DatabaseError

    django.setup()
    from django.utils.module_loading import import_string

    from cartable.backup import unfinished
    from cartable.cli.store import check_migrated

    if options.command != "restore":
        unfinished.refuse_to_go_on()
    try:
        return int(import_string(options.run.replace(":", "."))(options))
    except DatabaseError:
        check_migrated()
        raise


def _engine(words: list[str]) -> int:
    """Run a calculation on files; the engines know neither Django nor its settings."""
    from cartable.engines.allocation import command, simulate

    run = {"allocate": command.main, "simulate": simulate.main}[words[0]]
    return run(words[1:])


if __name__ == "__main__":
    sys.exit(main())
