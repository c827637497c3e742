"""`cartable allocate`: plan from three files."""

import argparse
import csv
import io
import json
import resource
import sys
import time
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from cartable.engines.allocation.columns import REJECTS, RULES
from cartable.engines.allocation.overrides import parse
from cartable.engines.allocation.plan import Outcome, allocate_sheets
from cartable.engines.allocation.reading import ENDINGS, read
from cartable.engines.allocation.refused import AllocationRefused, InputRefused
from cartable.engines.allocation.writing import Content, write_all


SHOWN = 20


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; return 0 done, 1 refused, 2 wrong usage."""
    try:
        options = _options(argv)
    except SystemExit as stop:
        return int(stop.code or 0)
    start = time.perf_counter()
    try:
        outcome = _run(options)
        account = outcome.summary | _cost(start)
        write_all(_outputs(options, outcome, account))
    except InputRefused as refused:
        return _refuse(options, refused)
    except (AllocationRefused, OSError) as refused:
        _tell(f"Refusé : {refused}")
        return 1
    if options.json:
        sys.stdout.write(json.dumps(account, ensure_ascii=False) + "\n")
    return 0


def _run(options: argparse.Namespace) -> Outcome:
    sheets = (read(options.needs), read(options.sources), read(options.funds))
    changes = dict(options.set)
    return allocate_sheets(*sheets, rule=options.rule, deadline=options.deadline, changes=changes)


def _options(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="cartable allocate", description="Répartir des biens et de l’argent."
    )
    for name, text in (
        ("needs", "besoins"),
        ("sources", "biens"),
        ("funds", "fonds"),
        ("out", "plan, en sortie"),
    ):
        parser.add_argument(f"--{name}", type=_table, required=True, metavar="FICHIER", help=text)
    parser.add_argument("--explain", type=_table, metavar="FICHIER", help="explications, en sortie")
    parser.add_argument("--summary", type=Path, metavar="FICHIER", help="bilan en JSON, en sortie")
    parser.add_argument("--rejects", type=Path, metavar="FICHIER", help="refus en CSV, en sortie")
    parser.add_argument("--rule", choices=RULES, default="leximin", help="règle de partage")
    parser.add_argument(
        "--deadline", type=date.fromisoformat, metavar="DATE", help="biens livrables à cette date"
    )
    parser.add_argument("--set", type=parse, action="append", default=[], metavar="CIBLE=VALEUR",
                        help="fund:CODE=CENTIMES, source:CODE.price=CENTIMES, source:CODE.stock=N")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="bilan sur la sortie standard")
    options = parser.parse_args(argv)
    if twice := _named_twice(options):
        parser.error(f"{twice} : ce fichier est nommé deux fois")
    return options


def _named_twice(options: argparse.Namespace) -> Path | None:
    """Return an output that would take the place of an input or of another output."""
    inputs = [options.needs, options.sources, options.funds]
    outputs = [path for path in (options.out, options.explain, options.summary, options.rejects) if path]
    places = [path.resolve() for path in inputs]
    for path in outputs:
        if path.resolve() in places:
            return path
        places.append(path.resolve())
    return None


def _table(text: str) -> Path:
    path = Path(text)
    if path.suffix.lower() not in ENDINGS:
        raise argparse.ArgumentTypeError("le nom doit finir par .csv ou .parquet")
    return path


def _cost(start: float) -> dict[str, float | int]:
    """Return the seconds spent and the peak memory in bytes, the only figures that differ between two runs."""
    seconds = round(time.perf_counter() - start, 3)
    return {"seconds": seconds, "peak_memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}


def _outputs(options: argparse.Namespace, outcome: Outcome, account: dict[str, Any]) -> dict[Path, Content]:
    """List what is to be written, the plan last: where it stands, the rest does."""
    outputs: dict[Path, Content] = {}
    if options.explain:
        outputs[options.explain] = outcome.explain_slices
    if options.summary:
        outputs[options.summary] = json.dumps(account, ensure_ascii=False, indent=1) + "\n"
    return outputs | {options.out: outcome.plan}


def _refuse(options: argparse.Namespace, refused: InputRefused) -> int:
    _tell(f"Refusé, rien n’est écrit ({len(refused.rejects)} refus) :")
    for reject in refused.rejects[:SHOWN]:
        _tell(f"  {reject}")
    if len(refused.rejects) > SHOWN:
        _tell(f"  … et {len(refused.rejects) - SHOWN} autres : voir --rejects.")
    if options.rejects:
        try:
            write_all({options.rejects: _rejects_text(refused)})
        except OSError as error:
            _tell(f"Impossible d’écrire {options.rejects} : {error.strerror}.")
    return 1


def _tell(text: str) -> None:
    sys.stderr.write(text + "\n")


def _rejects_text(refused: InputRefused) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(REJECTS)
    writer.writerows(refused.rejects)
    return text.getvalue()
