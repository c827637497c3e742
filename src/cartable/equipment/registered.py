"""What this room puts in the registers of purging and of subject access."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q

from cartable.equipment.enums import LoanState
from cartable.equipment.models import Appointment, Handover, Loan, Receipt
from cartable.foundation import clock
from cartable.pupils import purging, subject_access
from cartable.pupils.models import NeedPupil, Pupil
from cartable.pupils.rules import school_year_start


def register_all() -> None:
    """Fill the registers; called once, when the room is loaded."""
    purging.register("equipment.Handover", purge_handovers, models=["equipment.Handover"])
    purging.register("equipment.Receipt", purge_receipts, models=["equipment.Receipt"])
    purging.register("equipment.Appointment", purge_appointments, models=["equipment.Appointment"])
    purging.keep("equipment", borrowers)
    subject_access.register("handovers", handovers_part, models=["equipment.Handover"])
    subject_access.register("appointments", appointments_part, models=["equipment.Appointment"])


def borrowers(pupil_ids: Iterable[int]) -> set[int]:
    """Give the pupils who still hold something lent: their row is needed until it comes back."""
    rows = Loan.objects.filter(state=LoanState.OPEN, handover__pupil__isnull=False)
    return set(rows.values_list("handover__pupil_id", flat=True)) & set(pupil_ids)


def _past_years() -> Any:
    """Give the moment at which the present school year began."""
    return clock.end_of(school_year_start(clock.today()) - timedelta(days=1), "Europe/Paris")


def purge_handovers(dry_run: bool) -> int:
    """Empty the names of hand-overs of past school years, but those of open loans; the row without names stays."""
    named = ~Q(receiver_name="") | Q(pupil__isnull=False) | Q(home__isnull=False) | Q(need__isnull=False)
    rows = Handover.objects.filter(named | Q(handed_by__isnull=False), handed_at__lt=_past_years())
    rows = rows.exclude(Exists(Loan.objects.filter(handover=OuterRef("pk"), state=LoanState.OPEN)))
    if dry_run:
        return rows.count()
    return rows.update(receiver_name="", pupil=None, home=None, need=None, handed_by=None)


def purge_receipts(dry_run: bool) -> int:
    """Empty the names of who received shipments in past school years."""
    named = ~Q(confirmed_name="") | Q(confirmed_by__isnull=False)
    rows = Receipt.objects.filter(named, confirmed_at__lt=_past_years())
    return rows.count() if dry_run else rows.update(confirmed_name="", confirmed_by=None)


def purge_appointments(dry_run: bool) -> int:
    """Erase appointments of past school years; those of an erased pupil go with the need."""
    rows = Appointment.objects.filter(starts_at__lt=_past_years())
    return rows.count() if dry_run else rows.delete()[0]


def handovers_part(pupil: Pupil) -> list[dict[str, Any]]:
    """Give what was handed over for the pupil, to whom, and when it came back."""
    rows = Handover.objects.filter(pupil=pupil).select_related("product", "asset", "loan", "agreement")
    return [_handover(row) for row in rows.order_by("id")]


def _handover(row: Handover) -> dict[str, Any]:
    loan = getattr(row, "loan", None)
    return {
        "public_id": str(row.public_id),
        "article": row.product.name,
        "number": row.asset.number,
        "mode": row.mode,
        "state": row.state,
        "proof": row.proof,
        "agreement": str(row.agreement) if row.agreement else None,
        "receiver": row.receiver,
        "receiver_name": row.receiver_name,
        "handed_at": row.handed_at.isoformat(),
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "due_on": loan.due_on.isoformat() if loan else None,
        "returned_on": loan.returned_on.isoformat() if loan and loan.returned_on else None,
        "incidents": list(row.incidents.order_by("id").values_list("kind", flat=True)),
    }


def appointments_part(pupil: Pupil) -> list[dict[str, Any]]:
    """Give the appointments made for the pupil's needs."""
    needs = NeedPupil.objects.filter(pupil=pupil).values("need")
    rows = Appointment.objects.filter(need__in=needs).order_by("starts_at", "id")
    return [{"at": row.starts_at.isoformat(), "article": row.good, "state": row.state} for row in rows]
