"""Loans end: the school is told while there is time to take the things back or to prolong."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count

from cartable.bodies.rules import contact_of
from cartable.equipment.enums import LoanState
from cartable.equipment.models import Loan
from cartable.foundation import clock
from cartable.journal.actions import record
from cartable.messages.actions import NewMessage, queue_many
from cartable.messages.texts import loan_ending
from cartable.operations.models import Operation
from cartable.territories.models import School


BEFORE = timedelta(days=14)


@transaction.atomic
def warn_ending_loans(*, actor: Any = None, on: date | None = None) -> int:
    """Warn each school whose families hold things that are due within fourteen days; give how many messages.

    One message for each school, operation and due day, however often it is run; counts only, no name.
    """
    today = on or clock.today()
    open_ones = Loan.objects.filter(state=LoanState.OPEN, due_on__range=(today, today + BEFORE))
    groups = open_ones.values_list("school_id", "handover__operation_id", "due_on")
    counts = list(groups.annotate(Count("id")).order_by("school_id", "handover__operation_id", "due_on"))
    schools = School.objects.in_bulk({school for school, *_rest in counts})
    operations = Operation.objects.select_related("owner").in_bulk(
        {operation for _s, operation, *_r in counts}
    )
    messages = [_message(schools[s], operations[o], due_on, loans) for s, o, due_on, loans in counts]
    warned = queue_many(actor=actor, messages=messages)
    if warned:
        record(actor=actor, verb="equipment.loans_warned", data={"on": today, "messages": warned})
    return warned


def _message(school: School, operation: Operation, due_on: date, loans: int) -> NewMessage:
    owner = operation.owner
    text = loan_ending(
        school=school.name,
        ends_on=due_on,
        loans=loans,
        link=f"{settings.PUBLIC_ADDRESS}/prets/etablissement/{school.public_id}",
        issuer=owner.name,
        contact=contact_of(owner),
    )
    return NewMessage(
        school.email, text.subject, text.body, f"loans:{school.uai}:{operation.public_id}:{due_on}"
    )
