"""The order of families: proposed by the operation's criteria, settled by the school, who says why it changed it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.operations.queries import criteria_for
from cartable.pupils.actions import settle_order
from cartable.pupils.enums import Criterion, NeedKind, OrderReason
from cartable.pupils.models import Need
from cartable.pupils.ordering import proposed, why
from cartable.pupils.queries import needs_in_order, waiting_of
from cartable.territories.models import School
from cartable.web.pupils.reach import fetch_school, school_crumbs
from cartable.web.pupils.views import names_of
from cartable.web.show import show
from cartable.web.table import Column, Table


SERVED = (NeedKind.DEVICE, NeedKind.CONNECTION)
RANK, SHARED, REASON = "rank-", "shared-", "reason-"


@dataclass(frozen=True, slots=True)
class Row:
    """A family that waits: its place, and what speaks for it."""

    place: int
    need: Need
    why: str


def order(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Number the families that wait for a device or a connection."""
    school = fetch_school(request, school_id)
    criteria = criteria_for(request.user, school)
    needs = list(needs_in_order(request.user, school).filter(kind__in=SERVED))
    if request.method == "POST":
        _save(request, school, needs, criteria)
        messages.success(request, _("L'ordre est enregistré."))
        return redirect("needs-order", school.public_id)
    anew = "proposition" in request.GET or not any(need.ordered_at for need in needs)
    shown = _as_proposed(needs, criteria) if anew else needs
    rows = [Row(place, need, why(waiting_of(need), criteria)) for place, need in enumerate(shown, 1)]
    return show(
        request,
        "pupils/order.html",
        title=_("Ordre de passage"),
        crumbs=school_crumbs(school),
        school=school,
        criteria=[Criterion(code).label for code in criteria],
        anew=anew,
        table=_table(rows),
    )


def _as_proposed(needs: Sequence[Need], criteria: Sequence[str]) -> list[Need]:
    by_id = {need.public_id: need for need in needs}
    return [by_id[row.need_id] for row in proposed([waiting_of(need) for need in needs], criteria)]


def _save(request: HttpRequest, school: School, needs: Sequence[Need], criteria: Sequence[str]) -> None:
    """Keep what the page says: which homes share a device, and the order with its reasons."""
    posted, chosen = request.POST, _ordered(request.POST)
    named = set(chosen)
    devices = [need.public_id for need in needs if need.kind == NeedKind.DEVICE and need.public_id in named]
    settle_order(
        actor=request.user,
        school_id=school.public_id,
        need_ids=chosen,
        criteria=criteria,
        shared={need_id: f"{SHARED}{need_id}" in posted for need_id in devices},
        reasons={need_id: posted.get(f"{REASON}{need_id}", "") for need_id in chosen},
    )


def _ordered(posted: Mapping[str, str]) -> list[UUID]:
    """Read the numbers that were typed: equal numbers keep the order of the page."""
    try:
        places = {
            UUID(name.removeprefix(RANK)): int(posted[name]) for name in posted if name.startswith(RANK)
        }
    except ValueError as error:
        raise Refused("order", "Écrivez un nombre entier devant chaque famille.") from error
    return sorted(places, key=places.__getitem__)


def _table(rows: list[Row]) -> Table:
    return Table(
        caption=_("Familles qui attendent"),
        columns=[
            Column(_("Rang"), _number),
            Column(_("Élève"), lambda row: names_of(_pupils(row.need)), heads=True),
            Column(_("Classe"), lambda row: _pupils(row.need)[0].class_label or _pupils(row.need)[0].level),
            Column(_("Besoin"), lambda row: row.need.get_kind_display()),
            Column(_("Ce qui compte"), lambda row: row.why or "—"),
            Column(_("Appareil partagé"), _shared),
            Column(_("Motif, si vous déplacez"), _reason),
        ],
        rows=rows,
        empty=_("Personne n'attend d'appareil ni de connexion."),
    )


def _pupils(need: Any) -> list[Any]:
    return [row.pupil for row in need.of_pupils.all()]


def _number(row: Row) -> SafeString:
    label = _("Rang de %(names)s") % {"names": names_of(_pupils(row.need))}
    return format_html(
        '<input class="fr-input pupil-rank" type="number" min="0" max="9999" name="{}{}" value="{}" aria-label="{}">',
        RANK,
        row.need.public_id,
        row.place,
        label,
    )


def _shared(row: Row) -> SafeString | str:
    if row.need.kind != NeedKind.DEVICE:
        return "—"
    label = _("Un appareil partagé chez %(names)s") % {"names": names_of(_pupils(row.need))}
    return format_html(
        '<input type="checkbox" name="{}{}"{} aria-label="{}">',
        SHARED,
        row.need.public_id,
        SafeString(" checked") if row.need.shared_device else "",
        label,
    )


def _reason(row: Row) -> SafeString:
    label = _("Motif pour %(names)s") % {"names": names_of(_pupils(row.need))}
    choices = [("", "—"), *OrderReason.choices]
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (code, SafeString(" selected") if code == row.need.order_reason else "", words)
            for code, words in choices
        ),
    )
    return format_html(
        '<select class="fr-select" name="{}{}" aria-label="{}">{}</select>',
        REASON,
        row.need.public_id,
        label,
        options,
    )
