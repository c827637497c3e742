"""What `cartable check` asks of splits: was delegated what was notified, and never more than was to be shared?"""

from collections.abc import Iterator

from django.db.models import F, Q, Sum

from cartable.foundation.damage import Damage
from cartable.planning.enums import SplitState
from cartable.planning.models import Split, SplitShare


def damages() -> list[Damage]:
    """List what does not hold together in the splits."""
    return [*_too_much(), *_letters()]


def _too_much() -> Iterator[Damage]:
    sums = Split.objects.annotate(
        ae=Sum("shares__ae_cents", default=0), cp=Sum("shares__cp_cents", default=0)
    )
    for split in sums.filter(Q(ae__gt=F("ae_cents")) | Q(cp__gt=F("cp_cents"))).order_by("id"):
        yield Damage(
            "split_sum", f"Les parts du partage {split.public_id} dépassent ce qui était à répartir."
        )


def _letters() -> Iterator[Damage]:
    """A notified share is delegated to the cent; one of a draft is not delegated at all."""
    same = Q(delegation__ae_cents=F("ae_cents"), delegation__cp_cents=F("cp_cents"))
    nothing = Q(delegation=None, ae_cents=0, cp_cents=0)
    notified = Q(split__state=SplitState.NOTIFIED)
    wrong = notified & ~(same | nothing) | ~notified & Q(delegation__isnull=False)
    for share in SplitShare.objects.filter(wrong).order_by("id"):
        yield Damage(
            "split_letter", f"La part {share.public_id} d'un partage ne suit pas sa lettre de notification."
        )
