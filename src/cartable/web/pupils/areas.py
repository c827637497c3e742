"""Which families live in a priority area (QPV): asked once, of those who lack something."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.foundation.refused import Refused
from cartable.pupils.actions import set_priority_areas
from cartable.pupils.models import Home, Pupil
from cartable.pupils.queries import by_name, lacking_pupils, with_homes
from cartable.pupils.rules import bare_address
from cartable.web.pupils.forms import IN_AREA
from cartable.web.pupils.reach import fetch_school, school_crumbs
from cartable.web.pupils.views import names_of
from cartable.web.show import show
from cartable.web.table import Column, Table


SAID = {"unknown": None, "true": True, "false": False}


@dataclass(frozen=True, slots=True)
class Family:
    """Pupils of one first home, or one pupil without any."""

    pupils: list[Pupil]
    home: Home | None

    @property
    def place(self) -> str:
        """What it is sorted by: neighbours stand together."""
        return f"{self.home.city}|{bare_address(self.home.address, self.home.postcode)}" if self.home else "~"

    @property
    def said(self) -> str:
        known = self.home.in_priority_area if self.home else None
        return next(text for text, value in SAID.items() if value is known)


def areas(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Ask of each family that lacks something whether it lives in a QPV."""
    school = fetch_school(request, school_id)
    if request.method == "POST":
        said = _said(request.POST)
        changed = set_priority_areas(actor=request.user, school_id=school.public_id, said=said)
        text = ngettext("%(n)d foyer enregistré.", "%(n)d foyers enregistrés.", changed) % {"n": changed}
        messages.success(request, text if changed else _("Rien n'a changé."))
        return redirect("priority-areas", school.public_id)
    families = _families(with_homes(lacking_pupils(request.user, school)))
    return show(
        request,
        "pupils/areas.html",
        title=_("Quartiers prioritaires"),
        crumbs=school_crumbs(school),
        school=school,
        table=_table(families),
        unknown=sum(family.said == "unknown" for family in families),
    )


def _said(sent: QueryDict) -> dict[UUID, bool | None]:
    """Read each answer; `rest` answers for those that are left unknown."""
    try:
        said = {UUID(name): SAID[value] for name, value in sent.items() if name.count("-") == 4}
    except (ValueError, KeyError) as error:
        raise Refused("no_pupil", "Cette page est trop ancienne : rechargez-la.") from error
    rest = SAID.get(sent.get("rest", ""))
    return {pupil: rest if answer is None else answer for pupil, answer in said.items()}


def _families(pupils: Iterable[Pupil]) -> list[Family]:
    found: dict[tuple[str, int], Family] = {}
    for pupil in by_name(pupils):
        home = next((link.home for link in pupil.in_homes.all()), None)
        key = ("home", home.pk) if home else ("pupil", pupil.pk)
        found.setdefault(key, Family([], home)).pupils.append(pupil)
    return sorted(found.values(), key=lambda family: family.place)


def _table(families: list[Family]) -> Table:
    return Table(
        caption=_("Familles à qui il manque quelque chose"),
        columns=[
            Column(_("Élèves"), lambda family: names_of(family.pupils), heads=True),
            Column(_("Adresse"), _address),
            Column(_("En QPV"), _choice),
        ],
        rows=families,
        empty=_("Aucun élève n'est repéré pour l'instant."),
    )


def _address(family: Family) -> str:
    home = family.home
    return (
        f"{home.address}, {home.postcode} {home.city}" if home and home.address else _("adresse non connue")
    )


def _choice(family: Family) -> SafeString:
    label = _("En QPV : %(names)s") % {"names": names_of(family.pupils)}
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        ((value, SafeString(" selected") if value == family.said else "", text) for value, text in IN_AREA),
    )
    select = '<select class="fr-select pupil-choice" name="{}" aria-label="{}">{}</select>'
    return format_html(select, family.pupils[0].public_id, label, options)
