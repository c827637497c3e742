"""The paper that goes round the classes of a school before it answers."""

from zoneinfo import ZoneInfo

from cartable.documents import data, render
from cartable.foundation import clock
from cartable.operations.models import Operation
from cartable.operations.rules import deadline
from cartable.territories.models import School


def need_form(operation: Operation, school: School) -> bytes:
    """Give the blank form of a school (PDF): teachers fill it in, who answers for the school types it."""
    zone = operation.department.time_zone
    own = data.Party(school.name, phone=school.phone, email=school.email)
    sheet = data.Sheet(
        issuer=own, made_on=clock.today(zone), source="Cartable, formulaire à rendre dans l’établissement"
    )
    page = data.NeedForm(
        school=school.name,
        operation=operation.name,
        answer_before=deadline(operation).astimezone(ZoneInfo(zone)),
        contact=own,
    )
    return render.need_form(sheet, [page])
