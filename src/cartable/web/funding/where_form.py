"""What of the money is asked for: which line, territory, funder, year, and at which day."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from cartable.foundation.refused import Refused
from cartable.funding.enums import Level
from cartable.funding.models import Envelope
from cartable.funding.queries import envelopes_visible_to
from cartable.territories.models import Department, Region
from cartable.web.forms import DateField, Form


class WhereForm(Form):
    """Which envelopes; nothing chosen is all that the person may read, today."""

    ligne = forms.ChoiceField(label=_("Ligne"), required=False)
    territoire = forms.ChoiceField(label=_("Territoire"), required=False)
    financeur = forms.ChoiceField(label=_("Financeur"), required=False)
    exercice = forms.ChoiceField(label=_("Exercice"), required=False)
    au = DateField(label=_("Situation au soir du"), required=False)

    def __init__(self, *args: Any, envelopes: list[Envelope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = {str(one.line.public_id): one.line.name for one in envelopes}
        funders = {str(one.line.funder.public_id): one.line.funder.name for one in envelopes}
        years = {str(year): str(year) for year in sorted({one.year for one in envelopes})}
        self.fields["ligne"].choices = _choices(_("Toutes les lignes"), lines)
        self.fields["financeur"].choices = _choices(_("Tous les financeurs"), funders)
        self.fields["exercice"].choices = _choices(_("Tous les exercices"), years)
        self.fields["territoire"].choices = _territories(envelopes)


def _choices(everything: Any, named: dict[str, str]) -> list[tuple[str, Any]]:
    return [("", everything), *sorted(named.items(), key=lambda pair: pair[1])]


def own_level(region: Region | None) -> tuple[str, str]:
    """Give the code and the name of what a level keeps for itself: the nation's, or one région's."""
    if region is None:
        return "n", gettext("Nation, pas encore délégué")
    return f"s-{region.code}", gettext("%(name)s, niveau régional") % {"name": region.name}


def _territories(envelopes: list[Envelope]) -> list[Any]:
    departments = {one.department for one in envelopes if one.department}
    held = {one.region for one in envelopes if one.level == Level.REGION}
    levels = [own_level(None)] if any(one.level == Level.NATIONAL for one in envelopes) else []
    levels += [own_level(one) for one in sorted(held, key=_by_name)]
    regions = held | {one.region for one in departments}
    return [
        ("", _("Tous les territoires")),
        (_("Régions"), [(f"r-{one.code}", one.name) for one in sorted(regions, key=_by_name)]),
        (_("Départements"), [(f"d-{one.code}", one.name) for one in sorted(departments, key=_by_name)]),
        (_("Ce qu'un niveau garde"), levels),
    ]


def _by_name(place: Region | Department) -> str:
    return place.name


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page of money is of: the envelopes, the day (None: now), and how it was asked for."""

    form: WhereForm
    envelopes: QuerySet[Envelope]
    at: date | None
    given: dict[str, str]

    @property
    def kept(self) -> bool:
        """Tell whether it is of what one région keeps at its own level: what it passed on is not in it."""
        return self.given["territoire"].startswith("s-")

    @property
    def ok(self) -> bool:
        return not self.form.errors

    def query(self, **more: Any) -> str:
        """Give the same question as the query string of an address, with what `more` adds or takes away ("")."""
        kept = {name: value for name, value in {**self.given, **more}.items() if value}
        return f"?{urlencode(kept)}" if kept else ""


SHARED = ("line__programme", "line__funder", "line__document", "holder", "region", "department__region")


def asked(request: HttpRequest) -> Asked:
    """Read the question from the address; one that cannot be read is of no envelope, and its form says why."""
    # A few lines and territories stand in hundreds of envelopes: each is fetched once.
    seen = envelopes_visible_to(request.user).select_related(None).prefetch_related(*SHARED)
    # Iterating keeps the rows in the queryset: asked for without a choice, the figures are read of the same rows.
    form = WhereForm(request.GET, envelopes=list(seen))
    given = {name: request.GET.get(name, "") for name in form.fields}
    if not form.is_valid():
        return Asked(form, seen.none(), None, given)
    return Asked(form, _cut(seen, form.cleaned_data), form.cleaned_data["au"], given)


def asked_for_file(request: HttpRequest) -> Asked:
    """Read the question of a file; refuse one that cannot be read: a file has no place to say why."""
    question = asked(request)
    if not question.ok:
        raise Refused(
            "question", gettext("Un choix ou la date ne peut pas être lu : revenez à la page et corrigez-le.")
        )
    return question


def _cut(seen: QuerySet[Envelope], data: dict[str, Any]) -> QuerySet[Envelope]:
    if data["ligne"]:
        seen = seen.filter(line__public_id=data["ligne"])
    if data["financeur"]:
        seen = seen.filter(line__funder__public_id=data["financeur"])
    if data["exercice"]:
        seen = seen.filter(year=int(data["exercice"]))
    return _within(seen, data["territoire"])


def _within(seen: QuerySet[Envelope], territory: str) -> QuerySet[Envelope]:
    if not territory:
        return seen
    sort, _dash, code = territory.partition("-")
    inside = {
        "n": Q(level=Level.NATIONAL),
        "s": Q(level=Level.REGION, region__code=code),
        "r": Q(region__code=code) | Q(department__region__code=code),
        "d": Q(department__code=code),
    }
    return seen.filter(inside[sort])
