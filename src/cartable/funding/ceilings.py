"""The bounds of a line and of a territory: what has come down, announced or notified, stays under them."""

from django.db.models import F, Q, Sum
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.funding.enums import BINDING, DelegationKind, DelegationState
from cartable.funding.models import Delegation, Envelope, Line, LineCeiling
from cartable.funding.rules import show


COUNTED = (DelegationState.ANNOUNCED, DelegationState.NOTIFIED)


def check_ceilings(source: Envelope | None, target: Envelope, ae_cents: int) -> None:
    """Refuse what would pass the ceiling of the line (credits opened) or of a territory (credits that reach it).

    The row of the ceiling is locked, so that two who delegate at once are counted one after the other.
    """
    if source is None:
        line = Line.objects.select_for_update(of=("self",), no_key=True).get(pk=target.line_id)
        if line.kind in BINDING and line.cents is not None:
            _within(line.cents, opened(line) + ae_cents)
        return
    for ceiling in _over(target):
        inside = _inside(ceiling)
        if ceiling.cents is not None and not Envelope.objects.filter(inside, pk=source.pk).exists():
            _within(ceiling.cents, reached(ceiling) + ae_cents)


def check_bound(ceiling: LineCeiling) -> None:
    """Refuse a bound that is below what has reached its territory."""
    if ceiling.kind in BINDING and ceiling.cents is not None and (there := reached(ceiling)) > ceiling.cents:
        sentence = _(
            "Ce territoire a déjà reçu %(there)s : un plafond ne peut pas être inférieur. "
            "Retirez d'abord des crédits."
        )
        raise Refused("below_reached", sentence % {"there": show(there)}, "cents")


def check_line_bound(line: Line) -> None:
    """Refuse a bound of a whole line that is below what has been opened on it."""
    if line.kind in BINDING and line.cents is not None and (there := opened(line)) > line.cents:
        sentence = _(
            "Cette ligne a déjà %(there)s de crédits ouverts : indiquez un plafond de ce montant au moins."
        )
        raise Refused("below_opened", sentence % {"there": show(there)}, "cents")


def _over(target: Envelope) -> list[LineCeiling]:
    """Give the ceilings that bind the territory of an envelope, locked."""
    here = Q(department=target.department_id) if target.department_id else Q(region=target.region_id)
    if target.department:
        here |= Q(region=target.department.region_id)
    rows = LineCeiling.objects.filter(here, line=target.line_id, kind__in=BINDING)
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("id"))


def _inside(ceiling: LineCeiling) -> Q:
    """Filter on the envelopes of a ceiling's line and territory."""
    if ceiling.department_id:
        return Q(line=ceiling.line_id, department=ceiling.department_id)
    return Q(line=ceiling.line_id) & (Q(region=ceiling.region_id) | Q(department__region=ceiling.region_id))


def opened(line: Line) -> int:
    """Give the commitment authority opened on a line, in cents, over all years."""
    rows = Delegation.objects.filter(target__line=line, kind=DelegationKind.OPENING, state__in=COUNTED)
    return rows.aggregate(cents=Sum("ae_cents", default=0))["cents"]


def reached(ceiling: LineCeiling) -> int:
    """Give the commitment authority that came into a ceiling's territory, less what went back out of it."""
    there = Envelope.objects.filter(_inside(ceiling))
    rows = Delegation.objects.filter(state__in=COUNTED).annotate(cents=F("ae_cents"))
    came = rows.filter(target__in=there).exclude(source__in=there).aggregate(n=Sum("cents", default=0))["n"]
    left = rows.filter(source__in=there).exclude(target__in=there).aggregate(n=Sum("cents", default=0))["n"]
    return came - left


def _within(most: int, wanted: int) -> None:
    if wanted > most:
        sentence = _(
            "Le plafond est de %(most)s, le total serait de %(wanted)s : diminuez le montant de %(over)s."
        )
        said = {"most": show(most), "wanted": show(wanted), "over": show(wanted - most)}
        raise Refused("over_ceiling", sentence % said, "ae")
