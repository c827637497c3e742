"""What may be done with the census: open it, answer it, enter for a school that phoned, validate, send back."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.census.enums import RETURN_MOVES, ReturnState
from cartable.census.models import Campaign, LevelTotal, Return, ReturnLine
from cartable.census.perms import may_answer, may_enter_for
from cartable.census.queries import returns_led_by
from cartable.census.telling import tell_sent_back
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.journal.actions import record
from cartable.operations.actions import change_state, led
from cartable.operations.enums import OperationState
from cartable.operations.models import Operation
from cartable.operations.queries import operations_visible_to, schools_asked
from cartable.pupils.actions import erase_unmarked
from cartable.pupils.enums import NeedKind
from cartable.pupils.queries import open_needs_by_level
from cartable.territories.models import School


@dataclass(frozen=True, slots=True)
class Line:
    """A line of an answer: so many pupils of a level lack `kind`, which makes `units` of `good`; so many in a QPV."""

    level: str
    kind: str
    pupils: int
    units: int
    good: str = ""
    qpv_pupils: int = 0
    qpv_units: int = 0


@transaction.atomic
def open_campaign(*, actor: Any, operation_id: UUID) -> Campaign:
    """Open an operation and put its question to the schools."""
    operation = led(actor, operation_id, lock=True)
    change_state(actor=actor, operation_id=operation_id, to=OperationState.OPEN)
    campaign, new = Campaign.objects.get_or_create(operation=operation, defaults={"opened_at": clock.now()})
    if new:
        record(
            actor=actor,
            verb="census.opened",
            target=str(campaign.public_id),
            data={"operation": str(operation_id), "asked": schools_asked(operation).count()},
        )
    return campaign


@transaction.atomic
def submit(*, actor: Any, operation_id: UUID, school_id: UUID) -> Return:
    """Send a school's return: counts go up, pupils that nobody marked are erased, totals by level stay."""
    answer = _answer_to_write(actor, operation_id, school_id)
    operation, school = answer.campaign.operation, answer.school
    lines = [
        Line(**asdict(row))
        for row in open_needs_by_level(school.public_id, one_per_household=operation.one_per_household)
    ]
    if not lines:
        raise Refused(
            "nothing_marked",
            "Aucun élève n'est repéré. Repérez au moins un élève, ou répondez « Personne n'en a besoin ici ».",
        )
    totals = erase_unmarked(actor=actor, school_id=school.public_id)
    answer.entered_for_by = None
    return _send(actor, answer, lines, totals)


@transaction.atomic
def answer_nobody(*, actor: Any, operation_id: UUID, school_id: UUID) -> Return:
    """Answer that nobody here needs it: an answer, unlike silence."""
    answer = _answer_to_write(actor, operation_id, school_id)
    marked = open_needs_by_level(answer.school.public_id, one_per_household=False)
    if marked:
        raise Refused(
            "pupils_marked",
            "Des élèves sont repérés : envoyez la remontée, ou décochez-les avant de répondre « personne ».",
        )
    totals = erase_unmarked(actor=actor, school_id=answer.school.public_id)
    return _send(actor, answer, [], totals, nobody=True)


@transaction.atomic
def enter_for(
    *, actor: Any, operation_id: UUID, school_id: UUID, lines: Sequence[Line], nobody: bool = False
) -> Return:
    """Enter the counts of an école that phoned its circonscription; the return says who entered them."""
    operation = _open_operation(actor, operation_id)
    school = _asked_school(operation, school_id)
    if not may_enter_for(actor, school):
        raise Refused("not_yours", "Vous ne pouvez saisir que pour les écoles de votre circonscription.")
    if bool(lines) == nobody:
        raise Refused(
            "nothing_entered", "Saisissez au moins un besoin, ou cochez « Personne n'en a besoin ici »."
        )
    _check(lines)
    answer = _lock_answer(operation, school)
    _move_to_submitted(answer)
    answer.entered_for_by_id = school.circonscription_id
    return _send(actor, answer, lines, {}, nobody=nobody)


@transaction.atomic
def send_back(*, actor: Any, return_id: UUID, reason: str) -> Return:
    """Send a return back to its school, and write to it; it says why, and the school may answer again."""
    answer = _led_return(actor, return_id)
    move(RETURN_MOVES, answer.state, ReturnState.SENT_BACK, reason)
    answer.state, answer.sent_back_reason, answer.validated_at = (
        ReturnState.SENT_BACK,
        reason.strip()[:300],
        None,
    )
    answer.save(update_fields=["state", "sent_back_reason", "validated_at"])
    record(actor=actor, verb="census.return_sent_back", target=str(return_id), text=reason)
    tell_sent_back(actor=actor, answer=answer)
    return answer


@transaction.atomic
def validate(*, actor: Any, return_ids: Sequence[UUID]) -> int:
    """Validate returns that came in; give how many changed (those already validated are left)."""
    answers = list(
        returns_led_by(actor)
        .filter(public_id__in=return_ids, state=ReturnState.SUBMITTED)
        .select_for_update(of=("self",))
        .order_by("id")
    )
    for answer in answers:
        answer.state, answer.validated_at = ReturnState.VALIDATED, clock.now()
    Return.objects.bulk_update(answers, ["state", "validated_at"])
    if answers:
        record(
            actor=actor,
            verb="census.returns_validated",
            data={"count": len(answers), "returns": [str(a.public_id) for a in answers]},
        )
    return len(answers)


def _led_return(actor: Any, return_id: UUID) -> Return:
    answer = returns_led_by(actor).filter(public_id=return_id).select_for_update(of=("self",)).first()
    if answer is None:
        raise Refused("not_yours", "Cette remontée n'existe pas ou ne relève pas de votre service.")
    return answer


def _open_operation(actor: Any, operation_id: UUID) -> Operation:
    operation = operations_visible_to(actor).filter(public_id=operation_id).first()
    if operation is None:
        raise Refused("unknown_operation", "Cette opération n'existe pas ou ne vous concerne pas.")
    if operation.state != OperationState.OPEN:
        raise Refused("operation_closed", "Cette opération est close : appelez le service qui la mène.")
    return operation


def _asked_school(operation: Operation, school_id: UUID) -> School:
    school = schools_asked(operation).filter(public_id=school_id).select_related("circonscription").first()
    if school is None:
        raise Refused("school_not_asked", "Cet établissement n'est pas interrogé par cette opération.")
    return school


def _answer_to_write(actor: Any, operation_id: UUID, school_id: UUID) -> Return:
    operation = _open_operation(actor, operation_id)
    school = _asked_school(operation, school_id)
    if not may_answer(actor, school):
        raise Refused("not_head", "Seul le chef d'établissement ou le directeur envoie la remontée.")
    answer = _lock_answer(operation, school)
    _move_to_submitted(answer)
    return answer


def _lock_answer(operation: Operation, school: School) -> Return:
    campaign = Campaign.objects.filter(operation=operation).first()
    if campaign is None:
        raise Refused("no_census", "L'enquête de cette opération n'est pas encore ouverte.")
    begun, _new = Return.objects.get_or_create(campaign=campaign, school=school)
    answer = Return.objects.select_for_update(of=("self",)).get(pk=begun.pk)
    answer.campaign, answer.school = campaign, school
    return answer


def _move_to_submitted(answer: Return) -> None:
    if answer.state in (ReturnState.SUBMITTED, ReturnState.VALIDATED):
        raise Refused(
            "already_sent",
            "La remontée est déjà envoyée. Pour la corriger, demandez qu'elle vous soit renvoyée.",
        )
    move(RETURN_MOVES, answer.state, ReturnState.SUBMITTED)


def _check(lines: Sequence[Line]) -> None:
    seen = set()
    for line in lines:
        if line.kind not in NeedKind.values or not line.level.strip():
            raise Refused("line", "Indiquez pour chaque ligne un niveau et un besoin connus.")
        if not 0 < line.units <= line.pupils <= 3000:
            raise Refused(
                "count",
                _("%(level)s : vérifiez le nombre d'élèves et d'articles (de 1 à 3 000).")
                % {"level": line.level},
            )
        if not 0 <= line.qpv_units <= line.qpv_pupils <= line.pupils or line.qpv_units > line.units:
            raise Refused(
                "qpv",
                "Il ne peut pas y en avoir plus en quartier prioritaire (QPV) qu'en tout : vérifiez les nombres.",
            )
        if (line.level, line.kind, line.good) in seen:
            raise Refused(
                "line_twice",
                _("%(level)s : la même ligne est saisie deux fois ; gardez-en une.") % {"level": line.level},
            )
        seen.add((line.level, line.kind, line.good))


def _send(
    actor: Any, answer: Return, lines: Sequence[Line], totals: dict[str, int], *, nobody: bool = False
) -> Return:
    answer.state, answer.nobody, answer.submitted_at = ReturnState.SUBMITTED, nobody, clock.now()
    answer.entered_by = actor
    answer.save()
    answer.lines.all().delete()
    ReturnLine.objects.bulk_create(ReturnLine(of_return=answer, **asdict(line)) for line in lines)
    _keep_totals(answer, totals)
    record(
        actor=actor,
        verb="census.return_submitted",
        target=str(answer.public_id),
        data={
            "school": answer.school.uai,
            "nobody": nobody,
            "entered_for": answer.entered_for_by_id is not None,
            "units": sum(line.units for line in lines),
        },
    )
    return answer


def _keep_totals(answer: Return, totals: dict[str, int]) -> None:
    """Keep the largest total of each level: on a second sending, those nobody marked are already erased."""
    before = dict(answer.level_totals.values_list("level", "pupils"))
    kept = {level: max(before.get(level, 0), totals.get(level, 0)) for level in before.keys() | totals.keys()}
    answer.level_totals.all().delete()
    LevelTotal.objects.bulk_create(
        LevelTotal(of_return=answer, level=level, pupils=count) for level, count in sorted(kept.items())
    )
