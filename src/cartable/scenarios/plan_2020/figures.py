"""The figures of the plan, read from the store alone."""

from typing import Any

from cartable.funding.enums import CeilingKind
from cartable.funding.models import DocumentFigure, Envelope, Line, LineCeiling, Programme
from cartable.funding.queries.money import Money, by_line, by_region, money, totals
from cartable.funding.rules import show
from cartable.ledger.queries import sum_is_zero
from cartable.scenarios.plan_2020.documents import AXES
from cartable.territories.models import Region


LINES = ("equipment_extra", "cites_educatives_15", "cites_educatives_2019", "mentoring", "associations")


def figures(programme: Programme) -> dict[str, Any]:
    """Give the plan's figures, in cents of commitment authority.

    `delegated_cents` is what reached the services that commit: the régions, and the ministry itself for the mentoring,
    which it does not delegate. `left_cents` is what they have not committed: delegated less committed.
    """
    lines = {line.code: line for line in programme.lines.filter(code__in=LINES)}
    rows = money(
        Envelope.objects.filter(line__in=lines.values()).select_related(
            "line", "department", "region", "parent"
        )
    )
    by_lines = totals(rows, by_line)
    return {
        "scenario": "plan-2020",
        "total_cents": total_cents(programme),
        "total_reading": "9 + 1 + 5 M€ ; « plus de 9 M€ » est un minimum",
        "lines": {code: _line(lines[code], by_lines[lines[code].pk]) for code in LINES},
        "regions": _regions(lines, totals(rows, by_region)),
        "ledger_ok": sum_is_zero(),
    }


def total_cents(programme: Programme) -> int:
    """Give the size of the plan as its documents let it be read: the sum of its three axes."""
    axes = DocumentFigure.objects.filter(document__programme=programme, label__in=AXES)
    return sum(dict(axes.values_list("label", "cents")).values())


def _line(line: Line, found: Money) -> dict[str, Any]:
    delegated = found.delegated or found.opened
    return {
        "ceiling_cents": line.cents,
        "ceiling_kind": line.kind,
        "opened_cents": found.opened,
        "delegated_cents": delegated,
        "committed_cents": found.committed,
        "paid_cents": found.paid,
        "justified_cents": found.justified,
        "recovered_cents": found.recovered,
        "left_cents": delegated - found.committed,
    }


def _regions(lines: dict[str, Line], found: dict[Any, Money]) -> dict[str, Any]:
    """Give, for each région that received something, the extra delegation and the bound of its 15 %."""
    extra, fifteen = lines["equipment_extra"], lines["cites_educatives_15"]
    bounds = LineCeiling.objects.filter(line=fifteen, kind=CeilingKind.SHARE)
    ceilings = dict(bounds.values_list("region_id", "cents"))
    received = {place.region_id: sums.delegated for place, sums in found.items() if place.line_id == extra.pk}
    return {
        region.code: {
            "equipment_extra_cents": received[region.pk],
            "cites_educatives_15_ceiling_cents": ceilings.get(region.pk),
        }
        for region in Region.objects.filter(pk__in=[pk for pk in received if pk]).order_by("code")
    }


def sentences(result: dict[str, Any]) -> list[str]:
    """Say the figures in French."""
    north = result["regions"]["32"]
    lines = [
        f"{code} : {show(line['delegated_cents'])} délégués, {show(line['committed_cents'])} engagés, "
        f"{show(line['paid_cents'])} payés, reste {show(line['left_cents'])} à engager"
        for code, line in result["lines"].items()
    ]
    return [
        f"Plan : {show(result['total_cents'])} ({result['total_reading']})",
        *lines,
        f"Hauts-de-France : {show(north['equipment_extra_cents'])} de délégation supplémentaire ; leurs 15 % de cités "
        f"éducatives sont une autre ligne, {show(north['cites_educatives_15_ceiling_cents'])} au plus",
        "Les montants des autres régions sont inventés.",
        "Le registre est équilibré."
        if result["ledger_ok"]
        else "Le registre n'est pas équilibré : lancez « cartable check ».",
    ]
