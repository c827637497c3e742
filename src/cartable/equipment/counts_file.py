"""A file of counts: how many of an article each school holds already."""

from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.intake import values
from cartable.intake.contracts import WEB, Column, Contract, Limits
from cartable.intake.reading import read_table
from cartable.territories.queries import schools_visible_to


CONTRACT = Contract(
    name="la liste des nombres par établissement",
    columns=(
        Column(
            "uai", ("UAI", "RNE", "Code UAI", "Identifiant_de_l_etablissement", "numero_uai"), required=True
        ),
        Column("count", ("nombre", "quantité", "tablettes", "effectif", "nb"), required=True),
    ),
)


def read_counts(actor: Any, path: Path, *, limits: Limits = WEB) -> dict[UUID, int]:
    """Read UAI and count, one line a school in the actor's reach; refuse the whole file at its first wrong line."""
    table = read_table(path, CONTRACT, limits=limits)
    if table.rejects:
        raise _wrong(table.rejects[0].line, table.rejects[0].reason)
    counts: dict[str, int] = {}
    for row in table.rows:
        try:
            code, count = values.uai(row.cells["uai"]), values.whole(row.cells["count"])
        except values.BadCell as bad:
            raise _wrong(row.line, str(bad)) from bad
        if not code or count is None or count < 0:
            raise _wrong(row.line, _("il faut un UAI et un nombre, zéro ou plus"))
        if code in counts:
            raise _wrong(
                row.line, _("l'établissement %(code)s figure deux fois ; gardez une ligne") % {"code": code}
            )
        counts[code] = count
    known = dict(schools_visible_to(actor).filter(uai__in=counts).values_list("uai", "public_id"))
    if unknown := sorted(counts.keys() - known.keys()):
        raise Refused(
            "school",
            _("Établissements inconnus ou hors de votre territoire : %(schools)s.")
            % {"schools": ", ".join(unknown[:5])},
            "file",
        )
    return {known[code]: count for code, count in counts.items()}


def _wrong(line: int, reason: str) -> Refused:
    return Refused(
        "line",
        _("Ligne %(line)s : %(reason)s. Rien n'est enregistré : corrigez le fichier.")
        % {"line": line, "reason": reason.rstrip(".")},
        "file",
    )
