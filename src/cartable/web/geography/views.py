"""Where things are: schools and circonscriptions as the official directory knows them. Public facts only."""

from typing import Any
from uuid import UUID

from django.core.paginator import Page
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.territories.models import Circonscription, School
from cartable.territories.queries import circonscriptions_visible_to, schools_visible_to
from cartable.web.forms import words_asked
from cartable.web.parts import Badge, crumb
from cartable.web.register import may_open
from cartable.web.show import paged, show
from cartable.web.table import Column, Table, link


def schools(request: HttpRequest) -> HttpResponse:
    """Find schools by name, UAI, commune or postcode."""
    words = words_asked(request.GET)
    rows = paged(request, schools_visible_to(request.user).search(words).order_by("name", "uai"))
    return show(
        request,
        "geography/schools.html",
        title=_("Établissements"),
        words=words,
        count=rows.paginator.count,
        may_import=may_open(request.user, "directory-import"),
        table=_schools_table(rows),
    )


def _schools_table(rows: Page) -> Table:
    return Table(
        caption=_("Établissements"),
        columns=[
            Column(_("Nom"), lambda one: link(one.name, reverse("school", args=[one.public_id])), heads=True),
            Column("UAI", lambda one: one.uai),
            Column(_("Type"), lambda one: one.get_kind_display()),
            Column(_("Commune"), lambda one: one.commune.name if one.commune else "—"),
            Column(_("Département"), lambda one: one.department.name),
            Column(_("Téléphone"), lambda one: one.phone or "—"),
        ],
        rows=rows,
        empty=_("Aucun établissement ne correspond. Essayez l'UAI, ou un mot du nom ou de la commune."),
    )


def school(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Show what the directory says of one school."""
    found = get_object_or_404(
        schools_visible_to(request.user).select_related("commune", "department", "circonscription"),
        public_id=school_id,
    )
    return show(
        request,
        "geography/school.html",
        title=found.name,
        crumbs=[_schools_crumb()],
        school=found,
        closed=Badge(_("fermé"), "warning") if found.closed else None,
        facts=[(label, value if value not in (None, "") else _("inconnu")) for label, value in _facts(found)],
        circonscription=found.circonscription,
    )


def _schools_crumb() -> dict[str, Any]:
    return crumb(_("Établissements"), reverse("schools"))


def _facts(found: School) -> list[tuple[str, Any]]:
    """List what is known of a school, in the order in which it is looked for."""
    lines = [found.address_1, found.address_2, found.address_3]
    return [
        ("UAI", found.uai),
        (_("Type"), found.get_kind_display()),
        (_("Secteur"), " · ".join(filter(None, [found.get_sector_display(), found.contract]))),
        (_("Adresse"), ", ".join(filter(None, lines))),
        (_("Commune"), f"{found.postcode} {found.commune.name if found.commune else ''}".strip()),
        (_("Département"), found.department.name),
        (_("Téléphone"), found.phone),
        (_("Adresse électronique"), found.email),
        (_("Nombre d'élèves"), found.pupils_count),
        (_("Éducation prioritaire"), found.get_priority_display()),
        (_("SIRET"), found.siret),
        (_("Ouvert le"), date_format(found.opened_on, "j F Y") if found.opened_on else ""),
        (_("Ministère de tutelle"), found.tutelle),
        (_("Source"), _source(found)),
    ]


def _source(found: School) -> str:
    if found.source_date is None:
        return str(found.get_source_display())
    day = date_format(found.source_date, "j F Y")
    return _("%(source)s, au %(day)s") % {"source": found.get_source_display(), "day": day}


def circonscriptions(request: HttpRequest) -> HttpResponse:
    """List the circonscriptions of primary schools."""
    words = words_asked(request.GET)
    rows = circonscriptions_visible_to(request.user)
    for word in words.split():
        rows = rows.filter(
            Q(name__icontains=word) | Q(code__icontains=word) | Q(department__name__icontains=word)
        )
    rows = rows.annotate(ecoles=Count("schools", filter=Q(schools__closed=False)))
    return show(
        request,
        "geography/circonscriptions.html",
        title=_("Circonscriptions du 1er degré"),
        crumbs=[_schools_crumb()],
        words=words,
        table=Table(
            caption=_("Circonscriptions du 1er degré"),
            columns=[
                Column(_("Nom"), _circonscription_link, heads=True),
                Column(_("Code"), lambda one: one.code or _("inconnu")),
                Column(_("Département"), lambda one: one.department.name),
                Column(_("Écoles"), lambda one: one.ecoles, numeric=True),
                Column(_("Téléphone"), lambda one: one.phone or "—"),
            ],
            rows=paged(request, rows.order_by("department__en_code", "name", "id")),
            empty=_("Aucune circonscription ne correspond."),
        ),
    )


def _circonscription_link(one: Circonscription) -> Any:
    return link(one.name, reverse("circonscription", args=[one.public_id]))


def circonscription(request: HttpRequest, circonscription_id: UUID) -> HttpResponse:
    """Show one circonscription and its écoles."""
    found = get_object_or_404(circonscriptions_visible_to(request.user), public_id=circonscription_id)
    ecoles = schools_visible_to(request.user).filter(circonscription=found)
    return show(
        request,
        "geography/circonscription.html",
        title=found.name,
        crumbs=[_schools_crumb(), crumb(_("Circonscriptions"), reverse("circonscriptions"))],
        circonscription=found,
        table=_schools_table(paged(request, ecoles.order_by("name", "uai"))),
    )
