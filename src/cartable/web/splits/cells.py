"""How a share is written: euros, the distance to another share, a territory with its code."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cartable.funding.rules import show
from cartable.planning.compare import Difference, Way
from cartable.planning.enums import SplitState
from cartable.planning.keys import Child
from cartable.planning.models import Split, SplitShare
from cartable.web.parts import Badge, Tone


TONES: dict[str, Tone] = {"draft": "new", "notified": "success", "dropped": ""}


def badge(split: Split) -> Badge:
    """Give the state of a split."""
    return Badge(SplitState(split.state).label, TONES[split.state])


def territory(place: Child | SplitShare) -> str:
    """Name a territory with its code."""
    code = place.code if isinstance(place, Child) else place.territory.code
    name = place.name if isinstance(place, Child) else place.territory.name
    return f"{name} ({code})"


def amount(way: Way, code: str) -> str:
    """Write what a way gives a territory; a dash where it gives nothing to say."""
    return show(way.shares[code]) if code in way.shares else "—"


def distance(found: Difference) -> str:
    """Write a difference in euros and in per cent: « +12 345,00 € (+3,4 %) »."""
    if not found.cents:
        return _("égal")
    sign = "+" if found.cents > 0 else ""
    if found.rate is None:
        return f"{sign}{show(found.cents)}"
    rate = number_format(round(float(found.rate * 100), 1), 1)
    return f"{sign}{show(found.cents)} ({sign}{rate}\u00a0%)"


def figure(share: SplitShare) -> str:
    """Write the figure of the key without idle zeros."""
    return number_format(share.weight.normalize() if share.weight else 0, use_l10n=True, force_grouping=True)
