"""How a simulation is written: states, shares in per cent, differences, amounts."""

from typing import Any

from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from cartable.operations.enums import Good
from cartable.planning.enums import ScenarioState
from cartable.planning.models import Scenario
from cartable.pupils.enums import NeedKind
from cartable.web.parts import Badge, Tone, crumb


TONES: dict[str, Tone] = {
    "draft": "new",
    "asked": "warning",
    "chosen": "success",
    "replaced": "",
    "dropped": "",
}


def badge(scenario: Scenario) -> Badge:
    """Give the state of a simulation."""
    return Badge(ScenarioState(scenario.state).label, TONES[scenario.state])


def home() -> dict[str, Any]:
    """Give the first link of the breadcrumb."""
    return crumb(_("Simulations"), reverse("scenarios"))


def crumbs(scenario: Scenario) -> list[dict[str, Any]]:
    """Give the breadcrumb of a page under a simulation."""
    return [home(), crumb(scenario.name, reverse("scenario", args=[scenario.public_id]))]


def per_cent(share: float | None) -> str:
    """Write a share of one: « 41,6 % »; a dash where there is nothing to cover."""
    return "—" if share is None else f"{number_format(round(100 * share, 1), 1)}\u202f%"


def points(share: float | None) -> str:
    """Write a difference of two shares in points: « +4,2 points »."""
    if share is None:
        return "—"
    sign = "+" if share > 0 else ""
    return _("%(sign)s%(value)s points") % {"sign": sign, "value": number_format(round(100 * share, 1), 1)}


def count(value: int | None) -> str:
    """Write a number of things; a dash where it is not known."""
    return "—" if value is None else number_format(value, use_l10n=True, force_grouping=True)


def kind(name: str) -> str:
    """Name a kind of need as the engine calls it."""
    return str({"computer": _("ordinateur")}.get(name) or NeedKind(name).label)


def item(name: str) -> str:
    """Name a sort of goods."""
    return str(Good(name).label)


def day(iso: str | None) -> str:
    """Write the day of a figure; at once where there is none."""
    if not iso:
        return _("tout de suite")
    from datetime import date

    return date_format(date.fromisoformat(iso), "j F Y")


def bought(units: dict[str, int]) -> str:
    """Say what some money would buy: « 12 tablettes, −3 clés 4G »."""
    parts = [f"{count(number)} × {item(name)}" for name, number in units.items()]
    return ", ".join(parts).replace("-", "\u2212") or _("rien de plus")
