"""What waits about loans: those that are late in a school, and a text without which nothing is lent."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from cartable.accounts.queries import bodies_as
from cartable.equipment.queries import agreements_visible_to, open_loans_of
from cartable.foundation import clock
from cartable.operations.enums import Mode, OperationState
from cartable.operations.queries import operations_led_by, pools_visible_to
from cartable.pupils.queries import schools_served_by
from cartable.web.gate.reach import hands_over_in
from cartable.web.home.tiles import Tile


def tiles(user: User) -> Iterable[Tile]:
    """Give the late loans of the user's schools, and the agreement that a lending operation lacks."""
    for school in schools_served_by(user).filter(id__in=hands_over_in(user)):
        late = open_loans_of(user, school).filter(due_on__lt=clock.today(school.department.time_zone)).count()
        if late:
            yield Tile(
                title=ngettext("prêt en retard", "prêts en retard", late),
                text=_("%(school)s : notez les retours, ou prolongez.") % {"school": school.name},
                url=f"{reverse('loans', args=[school.public_id])}?liste=en-retard",
                weight=30,
                number=late,
                action=_("Voir les prêts en retard"),
            )
    yield from _to_adopt(user)


def _to_adopt(user: User) -> Iterable[Tile]:
    led = operations_led_by(user).exclude(state=OperationState.CLOSED)
    lends = pools_visible_to(user).filter(operation__in=led, mode=Mode.LENT).exists()
    if lends and not agreements_visible_to(user).filter(owner__in=bodies_as(user, Role.EQUIPMENT)).exists():
        yield Tile(
            title=_("Enregistrer la convention de prêt"),
            text=_("Sans le texte que votre assemblée a voté, les établissements ne peuvent rien prêter."),
            url=reverse("agreement-new"),
            weight=11,
        )
