"""A school contests its share until a day, and is answered."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.accounts.queries import schools_led_by
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.journal.actions import record
from cartable.planning.enums import CONTEST_MOVES, ContestReason, ContestState
from cartable.planning.models import Contest
from cartable.planning.queries.decisions import contestable_by, contests_led_by


@transaction.atomic
def contest(*, actor: Any, scenario_id: UUID, school_id: UUID, cause: str, text: str = "") -> Contest:
    """Contest a school's share, as its head, while it may be; an open contest is kept as it was made."""
    school = schools_led_by(actor).select_related("department").filter(public_id=school_id).first()
    if school is None:
        raise Refused("not_yours", _("Seule la direction de l'établissement peut contester sa part."))
    scenario = contestable_by(actor, school).filter(public_id=scenario_id).first()
    if scenario is None:
        raise Refused("too_late", _("Cette répartition ne peut pas, ou ne peut plus, être contestée."))
    if cause not in ContestReason.values:
        raise Refused("cause", _("Choisissez un motif."), "cause")
    words = " ".join(text.split())
    if len(words) > 500:
        raise Refused("text", _("Les précisions dépassent 500 caractères : raccourcissez-les."), "text")
    if scenario.contests.filter(school=school, state=ContestState.OPEN).exists():
        raise Refused("already_open", _("Une contestation est déjà déposée : attendez sa réponse."))
    made = Contest.objects.create(
        scenario=scenario, school=school, cause=cause, text=words, made_at=clock.now(), made_by=actor
    )
    record(
        actor=actor,
        verb="planning.contested",
        target=str(made.public_id),
        data={"scenario": str(scenario_id), "school": school.uai, "cause": cause},
        text=words,
    )
    return made


@transaction.atomic
def answer_contest(*, actor: Any, contest_id: UUID, accepted: bool, answer: str) -> Contest:
    """Answer a contest in a sentence; an accepted one is followed by a correction, never by a silent change."""
    seen = contests_led_by(actor).filter(public_id=contest_id).order_by().values("pk")
    row = Contest.objects.filter(pk__in=seen).select_for_update(of=("self",)).first()
    if row is None:
        raise Refused("not_yours", _("Cette contestation n'existe pas ou ne relève pas de votre service."))
    words = " ".join(answer.split())
    if not words or len(words) > 500:
        raise Refused("answer", _("Répondez en une ou deux phrases, 500 caractères au plus."), "answer")
    state = ContestState.ACCEPTED if accepted else ContestState.REJECTED
    if (row.state, row.answer) == (state, words):
        return row
    if row.state != ContestState.OPEN:
        raise Refused("already_decided", _("Quelqu'un a déjà répondu : rechargez la page."))
    move(CONTEST_MOVES, row.state, state, words)
    row.state, row.answer, row.answered_at, row.answered_by = state, words, clock.now(), actor
    row.save(update_fields=["state", "answer", "answered_at", "answered_by"])
    record(
        actor=actor,
        verb="planning.contest_answered",
        target=str(contest_id),
        data={"accepted": accepted, "school": row.school.uai},
        text=words,
    )
    return row
