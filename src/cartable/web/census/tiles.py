"""What waits for a person about the census."""

from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from cartable.accounts.enums import Right
from cartable.accounts.models import User
from cartable.census.enums import ANSWERED, ReturnState
from cartable.census.models import Return
from cartable.census.queries import progress, progress_seen_by, return_of, returns_led_by
from cartable.foundation import clock
from cartable.operations.enums import OperationState
from cartable.operations.models import Operation
from cartable.operations.queries import operations_led_by, operations_visible_to, schools_asked
from cartable.operations.rules import deadline
from cartable.territories.models import School
from cartable.web.home.tiles import Tile
from cartable.web.operations.views import deadline_text


def tiles(user: User) -> Iterable[Tile]:
    """Give the questions that wait for an answer, the écoles to call, the returns to read."""
    yield from _to_answer(user)
    yield from _to_enter(user)
    yield from _to_read(user)


def waiting(user: User) -> Iterator[tuple[Operation, School, Return | None]]:
    """Give the questions that the user's schools have not answered, with what they have begun."""
    if not user.scope.schools_with.get(Right.MARK.value):
        return
    for operation in operations_visible_to(user).filter(state=OperationState.OPEN):
        for school in schools_asked(operation).filter(user.scope.served_schools()):
            found = return_of(operation, school)
            if found is None or found.state not in ANSWERED:
                yield operation, school, found


def _to_answer(user: User) -> Iterable[Tile]:
    for operation, school, found in waiting(user):
        back = found is not None and found.state == ReturnState.SENT_BACK
        yield Tile(
            title=operation.name,
            text=found.sent_back_reason if back else _what_is_asked(operation),
            url=reverse("answer", args=[operation.public_id, school.public_id]),
            weight=10 if back else 12,
            action=_("Corriger la réponse") if back else _("Répondre"),
        )


def _what_is_asked(operation: Operation) -> str:
    """Say what to do and by when; a late answer is still an answer."""
    asked = _("Repérez les élèves à qui il manque quelque chose. À envoyer avant : %(deadline)s.")
    if clock.now() > deadline(operation):
        asked = _("La date est passée (%(deadline)s), votre réponse reste attendue : repérez les élèves.")
    return asked % {"deadline": deadline_text(operation)}


def _to_enter(user: User) -> Iterable[Tile]:
    if not user.scope.circonscription_ids:
        return
    for operation in operations_visible_to(user).filter(state=OperationState.OPEN):
        count = progress_seen_by(user, operation).silent
        yield Tile(
            title=ngettext_lazy("école sans réponse", "écoles sans réponse", count)
            if count
            else _("Écoles de la circonscription"),
            number=count or None,
            text=_("%(operation)s : appelez-les, ou saisissez pour elles.") % {"operation": operation.name},
            url=reverse("ecoles", args=[operation.public_id]),
            weight=14,
            action=_("Voir mes écoles"),
        )


def _to_read(user: User) -> Iterable[Tile]:
    for operation in operations_led_by(user).filter(state=OperationState.OPEN):
        count = (
            returns_led_by(user).filter(campaign__operation=operation, state=ReturnState.SUBMITTED).count()
        )
        yield Tile(
            title=operation.name,
            text=progress(operation).sentence
            + (" · " + str(_("%(n)d à valider") % {"n": count}) if count else ""),
            url=reverse("operation", args=[operation.public_id]),
            weight=13,
            action=_("Suivre l'opération"),
        )
