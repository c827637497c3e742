"""Commands on what guards the store: the journal's checkpoints, the keys, the first administrator."""

import sys
from argparse import Namespace

from cartable.cli.output import answer
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
