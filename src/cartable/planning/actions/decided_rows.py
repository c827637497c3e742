"""Write what a choice decides: the share of each school, what it is made of, what is kept, and why."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from cartable.operations.enums import SERVES, Good
from cartable.planning.choosing import Given, Why
from cartable.planning.models import (
    Allocation,
    AllocationPart,
    Explanation,
    Plan,
    ReserveLine,
    ReservePart,
    Scenario,
    ScenarioFund,
)
from cartable.pupils.enums import NeedKind
from cartable.territories.models import School


# The census never says that a tablet would not do: what the engine calls a computer is a device.
KINDS = {"device": NeedKind.DEVICE, "computer": NeedKind.DEVICE, "connection": NeedKind.CONNECTION}
MOST_SENTENCE, MOST_NAMES = 900, 500


def write_shares(
    plan: Plan,
    shares: Sequence[Given],
    schools: Mapping[str, School],
    funds: Mapping[str, ScenarioFund],
    whys: Sequence[Why],
) -> None:
    """Write the shares of a plan and what each is made of; those of silent schools as its reserve."""
    said = _said(whys, str(plan.pool.good))
    known = [one for one in shares if not one.estimated]
    rows = Allocation.objects.bulk_create(_allocation(plan, one, schools[one.school], said) for one in known)
    AllocationPart.objects.bulk_create(
        AllocationPart(allocation=row, tags=tags, fund=funds.get(fund), quantity=units)
        for row, one in zip(rows, known, strict=True)
        for tags, fund, units in one.parts
    )
    silent = [one for one in shares if one.estimated]
    lines = ReserveLine.objects.bulk_create(
        _reserve_line(plan, one, schools[one.school], said) for one in silent
    )
    ReservePart.objects.bulk_create(
        ReservePart(line=row, tags=tags, fund=funds.get(fund), quantity=units)
        for row, one in zip(lines, silent, strict=True)
        for tags, fund, units in one.parts
    )


@dataclass(slots=True)
class _Said:
    """What the run says of a school for one sort of good: its need, and the sentences of its lines."""

    need: int = 0
    weight: Decimal = Decimal(1)
    sentences: tuple[str, ...] = ()


def _said(whys: Sequence[Why], good: str) -> dict[tuple[str, bool], _Said]:
    found: dict[tuple[str, bool], _Said] = defaultdict(_Said)
    for why in whys:
        if KINDS[why.kind] == SERVES[Good(good)]:
            one = found[why.school, why.estimated]
            one.need += why.need
            one.weight = Decimal(why.weight)
            one.sentences += (why.sentence,)
    return found


def _allocation(plan: Plan, one: Given, school: School, said: Mapping[tuple[str, bool], _Said]) -> Allocation:
    why = said[one.school, False]
    return Allocation(
        plan=plan,
        school=school,
        need=why.need,
        weight=why.weight,
        computed=one.quantity,
        quantity=one.quantity,
        sentence=" ".join(why.sentences)[:MOST_SENTENCE],
    )


def _reserve_line(
    plan: Plan, one: Given, school: School, said: Mapping[tuple[str, bool], _Said]
) -> ReserveLine:
    return ReserveLine(
        plan=plan,
        school=school,
        estimated_need=said[one.school, True].need,
        kept=one.quantity,
        basis=_("Estimé d'après les établissements semblables qui ont répondu."),
    )


def explain(scenario: Scenario, whys: Sequence[Why]) -> None:
    """Keep why each line receives what it does, as the run said it."""
    named = {why.school for why in whys}
    schools = dict(School.objects.filter(uai__in=named).values_list("uai", "id"))
    Explanation.objects.bulk_create(
        (
            Explanation(
                scenario=scenario,
                school_id=schools[why.school],
                kind=KINDS[why.kind],
                tags=why.tags,
                estimated=why.estimated,
                need=why.need,
                served=why.served,
                weight=Decimal(why.weight),
                fair_level=why.fair_level,
                level=why.level,
                binding=why.binding[:MOST_NAMES],
                next_unit_cost_cents=why.next_unit_cost_cents,
                ahead_of=why.ahead_of[:300],
                sentence=why.sentence[:MOST_SENTENCE],
            )
            for why in whys
        ),
        batch_size=1_000,
    )
