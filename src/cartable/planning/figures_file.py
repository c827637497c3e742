"""The figures of a key from a file: a code and a number on each line."""

import re
from decimal import Decimal
from pathlib import Path

from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.intake.contracts import WEB, Column, Contract, Limits
from cartable.intake.reading import read_table


FIGURE = re.compile(r"\d{1,11}(\.\d{1,4})?")
CONTRACT = Contract(
    name="la liste des chiffres par territoire",
    columns=(
        Column("code", ("code", "territoire", "département", "région", "code INSEE"), required=True),
        Column("figure", ("chiffre", "valeur", "nombre", "population", "poids"), required=True),
    ),
)


def read_figures(path: Path, *, limits: Limits = WEB) -> dict[str, Decimal]:
    """Read {code of a territory: figure}; refuse the whole file at its first wrong line."""
    table = read_table(path, CONTRACT, limits=limits)
    if table.rejects:
        raise _wrong(table.rejects[0].line, table.rejects[0].reason)
    found: dict[str, Decimal] = {}
    for row in table.rows:
        code = row.cells["code"].strip().upper()
        code = code.zfill(2) if code.isdigit() else code
        if not code or code in found:
            wrong = _("le code « %(code)s » manque ou figure deux fois") % {"code": code[:10]}
            raise _wrong(row.line, wrong)
        found[code] = _figure(row.cells["figure"], row.line)
    return found


def _figure(text: str, line: int) -> Decimal:
    bare = "".join(text.split()).replace(",", ".")
    if not FIGURE.fullmatch(bare):
        raise _wrong(line, _("« %(text)s » n'est pas un nombre positif") % {"text": text[:20]})
    return Decimal(bare)


def _wrong(line: int, reason: str) -> Refused:
    sentence = _("Ligne %(line)s : %(reason)s. Rien n'est enregistré : corrigez le fichier.")
    return Refused("line", sentence % {"line": line, "reason": reason.rstrip(".")}, "file")
