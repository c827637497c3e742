"""`cartable backup` and `cartable restore`."""

from argparse import Namespace
from pathlib import Path
from typing import Any

from cartable.cli.output import answer, progress


def backup(options: Namespace) -> int:
    """Write one archive of the store and its documents."""
    from cartable.backup.actions import save

    done = save(Path(options.file), progress)
    sentences = [
        f"Sauvegardé dans {done['file']} ({done['bytes']} octets) : {_what(done)}.",
        f"Pour la relire il faut : {_keys(done)}. Les clés n'y sont pas : gardez-les ailleurs.",
    ]
    missing = done["missing_documents"]
    if missing:
        progress(f"Attention : {len(missing)} documents n'avaient plus de fichier (voir « cartable check »).")
    answer(done, as_json=options.json, sentences=sentences)
    return 0


def restore(options: Namespace) -> int:
    """Put an archive into an empty store, then check what stands; exit 1 where something is damaged."""
    from cartable.backup.actions import restore as put_back
    from cartable.cli.checks import all_damages

    done = put_back(Path(options.file), progress, with_checkpoints=not options.without_checkpoints)
    progress("Vérification de ce qui a été remis…")
    damages = [{"code": damage.code, "sentence": damage.sentence} for damage in all_damages()]
    sentences = [f"Remis en place : {_what(done)}. Chacun se reconnecte avec son mot de passe."]
    sentences += [damage["sentence"] for damage in damages] or [
        "Tout est en ordre : rien n'est perdu ni altéré."
    ]
    answer({**done, "ok": not damages, "damages": damages}, as_json=options.json, sentences=sentences)
    return 1 if damages else 0


def _what(done: dict[str, Any]) -> str:
    return (
        f"{done['rows']} lignes en {done['tables']} tables, {done['documents']} documents, "
        f"journal jusqu'à l'entrée {done['journal']['count']}"
    )


def _keys(done: dict[str, Any]) -> str:
    return ", ".join(f"la clé {name}" for name in [*done["keys"], *done["checkpoint_keys"]])
