"""How much a need counts: the published coefficients of a scenario, and a fixed scale to compare scenarios by."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from cartable.planning import tagging
from cartable.planning.models import Scenario


# The social position index is about 103 in the middle (DEPP, collèges and écoles); 53 is as low as it comes nearly.
MIDDLE, DEPTH = Decimal(103), Decimal(50)
MICRO = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Coefficients:
    """What each trait of a school's need adds to the weight 1."""

    ips: Decimal = Decimal(0)
    qpv: Decimal = Decimal(0)
    rep: Decimal = Decimal(0)
    rep_plus: Decimal = Decimal(0)
    isolated: Decimal = Decimal(0)
    exam: Decimal = Decimal(0)


# The same for everybody: who is served first must not decide who counts as the neediest.
HARDSHIP = Coefficients(
    ips=Decimal(1), qpv=Decimal(1), rep=Decimal("0.5"), rep_plus=Decimal(1), isolated=Decimal("0.5")
)
TRAITS = {
    "qpv": tagging.QPV,
    "rep": tagging.REP,
    "rep_plus": tagging.REP_PLUS,
    "isolated": tagging.ISOLATED,
    "exam": tagging.EXAM,
}


def weight(coefficients: Coefficients, traits: Collection[str], ips: Decimal | None) -> Decimal:
    """Give the weight of a need: 1 and what its traits add, to the millionth."""
    added = sum(
        (getattr(coefficients, name) for name, trait in TRAITS.items() if trait in traits), Decimal(0)
    )
    return (1 + added + coefficients.ips * low(ips)).quantize(MICRO)


def coefficients_of(scenario: Scenario) -> Coefficients:
    """Give the coefficients of a scenario."""
    names = ("ips", "qpv", "rep", "rep_plus", "isolated", "exam")
    return Coefficients(**{name: Decimal(getattr(scenario, f"coefficient_{name}")) for name in names})


def low(ips: Decimal | None) -> Decimal:
    """Tell how low an index is, from 0 (103 and above, or not known) to 1 (53 and below)."""
    if ips is None:
        return Decimal(0)
    return min(Decimal(1), max(Decimal(0), (MIDDLE - ips) / DEPTH))


def hardship(traits: Collection[str], ips: Decimal | None) -> float:
    """Place a need on the fixed scale of hardship: 0 is none."""
    return float(weight(HARDSHIP, traits, ips) - 1)


def rule_of_weights(coefficients: Coefficients, own: bool) -> str:
    """Say the weights as they are published."""
    words = {
        "ips": _("indice de position sociale bas (rien à 103 et au-dessus, tout à 53 et en dessous)"),
        "qpv": _("foyer en quartier prioritaire (QPV)"),
        "rep": _("REP"),
        "rep_plus": _("REP+"),
        "isolated": _("établissement isolé (aucun de son type à moins de 5 km)"),
        "exam": _("année d'examen"),
    }
    parts = [
        f"{word} + {_number(getattr(coefficients, name))}"
        for name, word in words.items()
        if getattr(coefficients, name)
    ]
    said = (
        _("Chaque besoin compte pour 1.") if not parts else _("Un besoin compte pour 1, et plus : %(parts)s.")
    )
    chosen = " " + _("Certains établissements ont un poids choisi par l'organisme.") if own else ""
    return said % {"parts": " ; ".join(parts)} + chosen if parts else said + chosen


def _number(value: Decimal) -> str:
    return f"{value.normalize():f}".replace(".", ",")
