"""Reads on the census: who answered, what is needed, who is silent. Counts only; no child is here."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.utils.translation import ngettext

from cartable.accounts.enums import Role
from cartable.accounts.queries import scope_as
from cartable.census.enums import ANSWERED, ReturnState
from cartable.census.models import Campaign, Return, ReturnLine
from cartable.foundation import clock
from cartable.operations.enums import SERVES, Good
from cartable.operations.models import Operation, Pool
from cartable.operations.perms import may_lead
from cartable.operations.queries import operations_led_by, operations_visible_to, schools_asked
from cartable.pupils.enums import NeedKind
from cartable.territories.models import School
from cartable.territories.querysets import SchoolQuerySet
from cartable.territories.scope import Scope


# A giver sees what was handed over, never what a school answered.
READS_TOTALS = {Role.NATIONAL, Role.REGION, Role.PREFECTURE, Role.ACADEMY, Role.EQUIPMENT, Role.AUDITOR}
# One school's answer holds small counts: only who serves that school reads it.
READS_RETURNS = {Role.ACADEMY, Role.EQUIPMENT}
SERVING = READS_RETURNS | {Role.CIRCONSCRIPTION, Role.HEAD, Role.SCHOOL_STAFF}
SMALL = 11


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a census is: schools asked, answered, of which "nobody", and the silent."""

    asked: int
    answered: int
    nobody: int
    sent_back: int

    @property
    def silent(self) -> int:
        return self.asked - self.answered

    @property
    def sentence(self) -> str:
        """Say it as people do: "96 établissements sur 130 ont répondu"."""
        words = ngettext(
            "%(answered)d établissement sur %(asked)d a répondu",
            "%(answered)d établissements sur %(asked)d ont répondu",
            self.answered,
        )
        return words % {"answered": self.answered, "asked": self.asked}


def campaigns_visible_to(user: Any) -> QuerySet[Campaign]:
    """Give the campaigns of the operations that the user sees."""
    return Campaign.objects.filter(operation__in=operations_visible_to(user)).select_related(
        "operation", "operation__owner", "operation__department"
    )


def returns_visible_to(user: Any) -> QuerySet[Return]:
    """Give the returns of schools in reach, in operations that the user sees; drafts only to who serves the school."""
    scope = user.scope
    served = Q(school_id__in=scope.school_ids) | Q(school__circonscription_id__in=scope.circonscription_ids)
    overseen = scope_as(user, READS_RETURNS).schools("school__")
    reached = served | (overseen & ~Q(state=ReturnState.DRAFT))
    return (
        Return.objects.filter(reached, campaign__operation__in=operations_visible_to(user))
        .select_related("school", "school__commune", "campaign__operation__department", "entered_for_by")
        .order_by("school__uai")
    )


def returns_led_by(user: Any) -> QuerySet[Return]:
    """Give the returns that the user may validate or send back."""
    return returns_visible_to(user).filter(campaign__operation__in=operations_led_by(user))


def reach(user: Any) -> Scope:
    """Give what the user reads of a census: the places of the roles that read, of no other."""
    return scope_as(user, READS_TOTALS | SERVING)


def schools_read_by(user: Any, operation: Operation) -> SchoolQuerySet:
    """Give the schools asked of whose answers the user reads counts."""
    return schools_asked(operation).filter(reach(user).schools())


def progress_seen_by(user: Any, operation: Operation) -> Progress:
    """Count answers among the schools of which the user reads counts (one query)."""
    return progress(operation, reach(user).schools())


def progress(operation: Operation, schools: Q | None = None) -> Progress:
    """Count answers among the schools asked (one query), cut to `schools` where given."""
    own = Q(returns__campaign__operation=operation)
    asked = schools_asked(operation)
    counts = (asked.filter(schools) if schools is not None else asked).aggregate(
        asked=Count("id", distinct=True),
        answered=Count("id", distinct=True, filter=own & Q(returns__state__in=ANSWERED)),
        nobody=Count("id", distinct=True, filter=own & Q(returns__state__in=ANSWERED, returns__nobody=True)),
        sent_back=Count("id", distinct=True, filter=own & Q(returns__state=ReturnState.SENT_BACK)),
    )
    return Progress(**counts)


def silent_schools(operation: Operation, user: Any) -> QuerySet[School]:
    """Give the schools asked that have not answered, in the user's reach, with what it takes to call them."""
    answered = Return.objects.filter(campaign__operation=operation, state__in=ANSWERED).values("school_id")
    return (
        schools_read_by(user, operation)
        .exclude(id__in=answered)
        .select_related("commune", "circonscription")
        .order_by("kind", "commune__name", "name", "id")
    )


def schools_to_remind(operation: Operation, user: Any) -> QuerySet[School]:
    """Give the silent schools that the user may write to: all for who leads, her own écoles for an inspector."""
    silent = silent_schools(operation, user)
    if may_lead(user, operation):
        return silent
    return silent.filter(circonscription_id__in=user.scope.circonscription_ids)


def units_needed(pool: Pool) -> dict[int, int]:
    """Give, for each school that answered and that the pool serves, how many of its good are needed (one query)."""
    answers = Return.objects.filter(
        campaign__operation=pool.operation_id, state__in=ANSWERED, school__kind=pool.serves
    )
    rows = answers.values("school_id").annotate(
        units=Sum("lines__units", filter=_met_by(pool.good), default=0)
    )
    return {row["school_id"]: row["units"] for row in rows.order_by("school_id")}


def returns_answered(
    operations: Iterable[Operation], *, states: Iterable[str] = ANSWERED, until: date | None = None
) -> QuerySet[Return]:
    """Give the answers to some operations, those sent until the end of a day where one is given (one query)."""
    until_then = [
        Q(campaign__operation=one)
        & (Q() if until is None else Q(submitted_at__lt=clock.end_of(until, one.department.time_zone)))
        for one in operations
    ]
    wanted = reduce(or_, until_then, Q(pk=None))
    return Return.objects.filter(wanted, state__in=states).select_related("campaign").order_by("id")


def lines_answered(
    operations: Iterable[Operation], return_ids: Collection[int], kinds: Iterable[str]
) -> Iterator[ReturnLine]:
    """Give the lines of some kinds of need in some answers of the operations, in order (one query)."""
    lines = ReturnLine.objects.filter(
        kind__in=kinds, of_return__state__in=ANSWERED, of_return__campaign__operation__in=operations
    )
    rows = lines.select_related("of_return").order_by("id").iterator()
    return (line for line in rows if line.of_return_id in return_ids)


def _met_by(good: str) -> Q:
    """Filter on lines that a good meets: a return says SIM or key, and leaves open which sort of device."""
    kind = SERVES[Good(good)]
    return Q(lines__good=good) if kind == NeedKind.CONNECTION else Q(lines__kind=kind)


def reads_small_counts(user: Any, operation: Operation) -> bool:
    """Tell whether the user serves every school of an operation of which he reads counts: only then all are shown.

    Who serves one school and oversees the département in another role reads its counts from eleven up.
    """
    serving, overseeing = scope_as(user, SERVING), scope_as(user, READS_TOTALS - SERVING)
    if _is_over(serving, operation):
        return True
    return bool(serving.roles) and not _is_over(overseeing, operation)


def _is_over(scope: Scope, operation: Operation) -> bool:
    return scope.everywhere or operation.department_id in scope.department_ids


def totals_by_kind(operation: Operation, schools: Q | None = None) -> dict[str, dict[str, int]]:
    """Give, for each kind of need, pupils and units over the answers (one query)."""
    lines = ReturnLine.objects.filter(of_return__campaign__operation=operation, of_return__state__in=ANSWERED)
    if schools is not None:
        lines = lines.filter(schools)
    rows = lines.values("kind").annotate(pupils_sum=Sum("pupils"), units_sum=Sum("units")).order_by("kind")
    found = {row["kind"]: {"pupils": row["pupils_sum"], "units": row["units_sum"]} for row in rows}
    return {kind: found.get(kind, {"pupils": 0, "units": 0}) for kind in NeedKind.values}


def return_of(operation: Operation, school: School) -> Return | None:
    """Give a school's return on an operation, or None where nothing was begun."""
    return Return.objects.filter(campaign__operation=operation, school=school).first()


def pupils_of_levels(school_ids: QuerySet | list[int], operation: Operation) -> dict[int, int]:
    """Give the number of pupils each school had when it answered (one query)."""
    rows = (
        Return.objects.filter(campaign__operation=operation, school_id__in=school_ids, state__in=ANSWERED)
        .values("school_id")
        .annotate(total=Sum("level_totals__pupils"))
        .order_by("school_id")
    )
    return {row["school_id"]: row["total"] or 0 for row in rows}
