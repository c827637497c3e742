"""The school's own order: who comes next when somebody is absent."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.pupils.actions import set_order
from cartable.pupils.enums import NeedKind
from cartable.pupils.queries import needs_in_order
from cartable.web.pupils.reach import fetch_school, school_crumbs
from cartable.web.pupils.views import names_of
from cartable.web.show import show
from cartable.web.table import Column, Table


SERVED = (NeedKind.DEVICE, NeedKind.CONNECTION)


def order(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Number the families that wait for a device or a connection."""
    school = fetch_school(request, school_id)
    if request.method == "POST":
        set_order(actor=request.user, school_id=school.public_id, need_ids=_ordered(request))
        messages.success(request, _("L'ordre est enregistré."))
        return redirect("needs-order", school.public_id)
    needs = needs_in_order(request.user, school).filter(kind__in=SERVED)
    return show(
        request,
        "pupils/order.html",
        title=_("Ordre de passage"),
        crumbs=school_crumbs(school),
        school=school,
        table=_table(list(enumerate(needs, 1))),
    )


def _ordered(request: HttpRequest) -> list[UUID]:
    """Read the numbers that were typed: equal numbers keep the order of the page."""
    try:
        places = {UUID(name): int(value) for name, value in request.POST.items() if name.count("-") == 4}
    except ValueError as error:
        raise Refused("order", "Écrivez un nombre entier devant chaque famille.") from error
    return sorted(places, key=places.__getitem__)


def _table(rows: list[Any]) -> Table:
    return Table(
        caption=_("Familles qui attendent"),
        columns=[
            Column(_("Rang"), _number),
            Column(_("Élève"), lambda row: names_of(_pupils(row[1])), heads=True),
            Column(_("Classe"), lambda row: _pupils(row[1])[0].class_label or _pupils(row[1])[0].level),
            Column(_("Besoin"), lambda row: row[1].get_kind_display()),
        ],
        rows=rows,
        empty=_("Personne n'attend d'appareil ni de connexion."),
    )


def _pupils(need: Any) -> list[Any]:
    return [row.pupil for row in need.of_pupils.all()]


def _number(row: Any) -> SafeString:
    place, need = row
    label = _("Rang de %(names)s") % {"names": names_of(_pupils(need))}
    return format_html(
        '<input class="fr-input pupil-rank" type="number" min="0" max="9999" name="{}" value="{}" aria-label="{}">',
        need.public_id,
        place,
        label,
    )
