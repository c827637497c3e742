"""Where the money is, for any set of envelopes and at any day: every figure comes from the ledger.

    rows = money(envelopes_visible_to(user).filter(line__programme=programme), at=day)
    for key, figures in totals(rows, by_line).items(): ...

A dozen queries at most, whatever the number of envelopes and commitments.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from operator import attrgetter
from typing import NamedTuple, TypeVar

from django.db.models import QuerySet, Sum

from cartable.funding.enums import Credit, DelegationKind, DelegationState, Level, Stage
from cartable.funding.models import Delegation, Envelope, EnvelopeAccount, Line, LineCeiling
from cartable.ledger.models import Transfer


BEHIND = ("line__programme", "holder", "region", "department__region")
Key = TypeVar("Key", bound=Hashable)
Cell = tuple[int, str, str]


@dataclass(frozen=True, slots=True)
class Money:
    """Figures of one envelope or of several, in cents; commitment authority (AE) unless said.

    `delegated` is what reached the territories from above (for a collectivité's own money: what it opened);
    `held` is what stands or was spent here, so that held = available + reserved + asked + committed.
    `committed` holds what is paid, `paid` what is justified or recovered. `cp_…` are payment credits.
    """

    opened: int = 0
    delegated: int = 0
    passed_on: int = 0
    held: int = 0
    available: int = 0
    reserved: int = 0
    asked: int = 0
    paid: int = 0
    justified: int = 0
    recovered: int = 0
    cp_opened: int = 0
    cp_delegated: int = 0
    cp_passed_on: int = 0
    cp_held: int = 0
    cp_available: int = 0

    @property
    def committed(self) -> int:
        """What was committed and not released, paid or not."""
        return self.held - self.available - self.reserved - self.asked

    @property
    def left_to_commit(self) -> int:
        """What may still be committed; what is set aside or waits for a second person is not free."""
        return self.available

    @property
    def left_to_pay(self) -> int:
        """What is committed and not paid."""
        return self.committed - self.paid

    @property
    def left_to_justify(self) -> int:
        """What is paid, not justified and not recovered."""
        return self.paid - self.justified - self.recovered

    def __add__(self, other: "Money") -> "Money":
        return Money(*map(sum, zip(_values(self), _values(other), strict=True)))


_values = attrgetter(*(field.name for field in fields(Money)))


class Row(NamedTuple):
    """One envelope with its figures."""

    envelope: Envelope
    money: Money


class Territory(NamedTuple):
    """A line on a territory: the nation (both None), a région with its départements, or one département."""

    line_id: int
    region_id: int | None
    department_id: int | None


def money(envelopes: QuerySet[Envelope], *, at: date | None = None) -> list[Row]:
    """Give the figures of these envelopes today, or at the end of the day `at`, in the order of the queryset.

    `envelopes` is cut to what the user sees by who calls (`envelopes_visible_to`). Sum rows with `totals` or `total`:
    never by hand, since what an envelope passes on to another of the set would count twice.
    """
    found = balances_of(envelopes, at)
    flows = _flows(envelopes, at)
    # Few lines, bodies and places stand behind many envelopes: each is fetched once, not once for each envelope.
    shared = envelopes.select_related(None).prefetch_related(*BEHIND)
    return [Row(envelope, _money(envelope, found, flows)) for envelope in shared]


def total(rows: Iterable[Row]) -> Money:
    """Add rows up: what one passed on to another is delegated once."""
    return totals(rows, lambda row: None).get(None, Money())


def totals(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, Money]:
    """Add rows up by `key` (`by_line`, `by_region`, `by_department`, `by_funder`, or any function of a row).

    The groups add up to `total`: what one envelope passed on to another of the set is delegated to that one only, so a
    région beside its départements shows what it still holds itself.
    """
    groups: dict[Key, list[Money]] = defaultdict(list)
    for row in _counted_once(rows):
        groups[key(row)].append(row.money)
    return {key: _added(group) for key, group in groups.items()}


def _added(group: list[Money]) -> Money:
    return Money(*map(sum, zip(*map(_values, group), strict=True)))


def by_line(row: Row) -> int:
    """Group by line (its `pk`)."""
    return row.envelope.line_id


def by_funder(row: Row) -> int:
    """Group by the body that funds the line (its `pk`)."""
    return row.envelope.line.funder_id


def by_region(row: Row) -> Territory:
    """Group by line and région, its départements included."""
    return Territory(row.envelope.line_id, region_of(row.envelope), None)


def by_department(row: Row) -> Territory:
    """Group by line, région and département; what stands at the région's own level has no département."""
    return Territory(row.envelope.line_id, region_of(row.envelope), row.envelope.department_id)


def region_of(envelope: Envelope) -> int | None:
    """Give the région that an envelope lies in (its `pk`)."""
    return envelope.region_id or (envelope.department.region_id if envelope.department else None)


def ceilings(lines: Iterable[Line]) -> Mapping[Territory, Line | LineCeiling]:
    """Give what bounds each line, and each of its territories that has a bound of its own: one query."""
    kept = list(lines)
    found: dict[Territory, Line | LineCeiling] = {Territory(line.pk, None, None): line for line in kept}
    rows = LineCeiling.objects.filter(line__in=kept).select_related("department", "region", "document")
    for row in rows:
        region = row.region_id or (row.department.region_id if row.department else None)
        found[Territory(row.line_id, region, row.department_id)] = row
    return found


def balances_of(envelopes: QuerySet[Envelope], at: date | None = None) -> Mapping[Cell, int]:
    """Give the balance of each account of these envelopes by (envelope, credit, stage), today or at a day."""
    inside = envelopes.order_by().values("pk")
    if at is None:
        accounts = EnvelopeAccount.objects.filter(envelope__in=inside)
        held = accounts.values_list("envelope_id", "credit", "stage", "account__balance")
        return {(envelope, credit, stage): cents for envelope, credit, stage, cents in held}
    found: Counter[Cell] = Counter()
    for end, sign in (("source", -1), ("target", 1)):
        path = f"{end}__envelope_account"
        moved = Transfer.objects.filter(**{f"{path}__envelope__in": inside, "value_date__lte": at})
        cells = moved.values_list(f"{path}__envelope_id", f"{path}__credit", f"{path}__stage").order_by()
        for envelope, credit, stage, cents in cells.annotate(cents=Sum("amount")):
            found[envelope, credit, stage] += sign * cents
    return found


def _flows(envelopes: QuerySet[Envelope], at: date | None) -> Mapping[tuple[int, str], "Counter[str]"]:
    """Give for each envelope and credit what was opened, came from above or beside (`received`), and was passed on."""
    inside = envelopes.order_by().values("pk")
    rows = Delegation.objects.filter(state=DelegationState.NOTIFIED)
    if at is not None:
        rows = rows.filter(notified_on__lte=at)
    flows: dict[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for end, signs in SIGNS.items():
        sums = rows.filter(**{f"{end}__in": inside}).order_by().values_list(end, "kind")
        for envelope, kind, ae, cp in sums.annotate(ae=Sum("ae_cents"), cp=Sum("cp_cents")):
            name, sign = signs[kind]
            flows[envelope, Credit.AE][name] += sign * ae
            flows[envelope, Credit.CP][name] += sign * cp
    return flows


SIGNS = {
    "target": {
        DelegationKind.OPENING: ("opened", 1),
        DelegationKind.DELEGATION: ("received", 1),
        DelegationKind.MOVE: ("received", 1),
        DelegationKind.WITHDRAWAL: ("passed_on", -1),
    },
    "source": {
        DelegationKind.DELEGATION: ("passed_on", 1),
        DelegationKind.MOVE: ("received", -1),
        DelegationKind.WITHDRAWAL: ("received", -1),
    },
}


def _money(
    envelope: Envelope, found: Mapping[Cell, int], flows: Mapping[tuple[int, str], "Counter[str]"]
) -> Money:
    def stage(credit: Credit, name: Stage) -> int:
        return found.get((envelope.pk, credit, name), 0)

    ae, cp = (flows.get((envelope.pk, credit), Counter()) for credit in (Credit.AE, Credit.CP))
    down = 0 if envelope.level == Level.NATIONAL else 1
    justified, recovered = stage(Credit.CP, Stage.JUSTIFIED), stage(Credit.CP, Stage.RETURNED)
    return Money(
        opened=ae["opened"],
        delegated=down * (ae["opened"] + ae["received"]),
        passed_on=ae["passed_on"],
        held=ae["opened"] + ae["received"] - ae["passed_on"],
        available=stage(Credit.AE, Stage.ENVELOPE),
        reserved=stage(Credit.AE, Stage.RESERVED),
        asked=stage(Credit.AE, Stage.ASKED),
        paid=stage(Credit.CP, Stage.PAID) + justified + recovered,
        justified=justified,
        recovered=recovered,
        cp_opened=cp["opened"],
        cp_delegated=down * (cp["opened"] + cp["received"]),
        cp_passed_on=cp["passed_on"],
        cp_held=cp["opened"] + cp["received"] - cp["passed_on"],
        cp_available=stage(Credit.CP, Stage.ENVELOPE),
    )


def kept(rows: Iterable[Row]) -> list[Row]:
    """Give rows of which `delegated` is what stayed: what they passed on is not theirs any more."""
    return [Row(row.envelope, _less(row.money, row.money.passed_on, row.money.cp_passed_on)) for row in rows]


def _counted_once(rows: Iterable[Row]) -> list[Row]:
    """Take what a row passed on to another of the set (the nation delegates, it receives nothing) out of the first."""
    all_rows = list(rows)
    above = {row.envelope.pk for row in all_rows if row.envelope.level != Level.NATIONAL}
    ae, cp = Counter[int](), Counter[int]()
    for row in all_rows:
        if (parent := row.envelope.parent_id) in above:
            ae[parent] += row.money.delegated
            cp[parent] += row.money.cp_delegated
    return [Row(row.envelope, _less(row.money, ae[row.envelope.pk], cp[row.envelope.pk])) for row in all_rows]


def _less(money: Money, ae: int, cp: int) -> Money:
    if not ae and not cp:
        return money
    return replace(
        money,
        delegated=money.delegated - ae,
        passed_on=money.passed_on - ae,
        cp_delegated=money.cp_delegated - cp,
        cp_passed_on=money.cp_passed_on - cp,
    )
