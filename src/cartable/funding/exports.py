"""Money that goes out as a list: CSV or XLSX, amounts in euros, no cell that a spreadsheet would run."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from cartable.funding.models import CommitmentPart
from cartable.funding.queries.curve import Point
from cartable.funding.queries.money import Money, Row
from cartable.funding.queries.stages import Stages
from cartable.intake.exporting import Target, write_csv, write_xlsx


CSV, XLSX = "csv", "xlsx"


def write_money(target: Target, rows: Iterable[Row], *, at: date, sort: str = CSV) -> None:
    """Write one line for each envelope: where it stands, and its figures at the end of the day `at`."""
    header = [
        *(_("ligne"), _("exercice"), _("niveau"), _("territoire"), _("gestionnaire"), _("au")),
        *(str(title) for title in _money_titles()),
    ]
    _write(target, header, (_money_line(row, at, sort) for row in rows), sort, _("Crédits"))


def _money_titles() -> Sequence[str]:
    return (
        _("délégué (AE)"),
        _("transmis (AE)"),
        _("disponible (AE)"),
        _("réservé (AE)"),
        _("demandé (AE)"),
        _("engagé"),
        _("payé"),
        _("justifié"),
        _("reversé"),
        _("reste à payer"),
        _("délégué (CP)"),
        _("disponible (CP)"),
    )


def _money_line(row: Row, at: date, sort: str) -> list[Any]:
    envelope, money = row
    place = envelope.department or envelope.region or ""
    words = [
        envelope.line.name,
        envelope.year,
        envelope.get_level_display(),
        str(place),
        envelope.holder.name,
        _day(at, sort),
    ]
    return [*words, *(_euros(cents, sort) for cents in _figures(money))]


def _figures(money: Money) -> Iterator[int]:
    yield from (
        money.delegated or money.opened,
        money.passed_on,
        money.available,
        money.reserved,
        money.asked,
        money.committed,
    )
    yield from (money.paid, money.justified, money.recovered, money.left_to_pay)
    yield from (money.cp_delegated or money.cp_opened, money.cp_available)


def write_commitments(
    target: Target, parts: Iterable[CommitmentPart], stages: dict[int, Stages], *, sort: str = CSV
) -> None:
    """Write one line for each part of a commitment (`parts_of`, `stages_of`)."""
    header = [
        *(_("numéro d'engagement"), _("objet"), _("porteur"), _("acte"), _("état"), _("date"), _("part")),
        *(_("montant"), _("payé"), _("justifié"), _("reversé"), _("reste à payer")),
    ]
    _write(
        target, header, (_part_line(part, stages[part.pk], sort) for part in parts), sort, _("Engagements")
    )


def _part_line(part: CommitmentPart, stages: Stages, sort: str) -> list[Any]:
    one = part.commitment
    words = [one.number, one.subject, one.bearer.name, one.get_kind_display(), one.get_state_display()]
    figures = (part.amount_cents, stages.paid, stages.justified, stages.returned, stages.committed)
    day, share = _day(one.decided_on, sort), part.get_share_display()
    return [*map(str, words), day, share, *(_euros(cents, sort) for cents in figures)]


def write_curve(target: Target, points: Iterable[Point], *, sort: str = CSV) -> None:
    """Write the curve: one line for each day on which something moved."""
    header = [_("date"), _("délégué (AE)"), _("engagé"), _("payé"), _("justifié"), _("reversé")]
    lines = (
        [
            _day(point.day, sort),
            *(_euros(cents, sort) for cents in (point.delegated, point.committed, point.paid)),
            *(_euros(cents, sort) for cents in (point.justified, point.recovered)),
        ]
        for point in points
    )
    _write(target, header, lines, sort, _("Courbe"))


def _write(
    target: Target, header: Sequence[str], lines: Iterable[Sequence[Any]], sort: str, title: str
) -> None:
    if sort == XLSX:
        write_xlsx(target, header, lines, title=title)
    else:
        write_csv(target, header, lines)


def _euros(cents: int, sort: str) -> Any:
    """Give an amount as a spreadsheet reads it: a number in a workbook, a French decimal in a CSV."""
    amount = Decimal(cents).scaleb(-2)
    return amount if sort == XLSX else f"{amount:.2f}".replace(".", ",")


def _day(day: date, sort: str) -> Any:
    return day if sort == XLSX else f"{day:%d/%m/%Y}"
