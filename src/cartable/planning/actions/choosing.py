"""Choose a scenario: goods and money are reserved in one step, all or nothing, and each school is told its part."""

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.engines.allocation import AllocationRefused
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.funding.actions import reserve
from cartable.journal.actions import record
from cartable.operations.actions import led
from cartable.operations.models import Pool
from cartable.planning.actions.correcting import reference_of, replace
from cartable.planning.actions.reserving import take_from_depot
from cartable.planning.actions.scenarios import locked
from cartable.planning.actions.telling import Told, tell_choice
from cartable.planning.enums import SCENARIO_MOVES, Origin, PlanState, ScenarioState
from cartable.planning.models import (
    Plan,
    Scenario,
    ScenarioFund,
    ScenarioGood,
    ScenarioRun,
)
from cartable.planning.queries import committed, latest_run, scenarios_led_by
from cartable.planning.queries.agreements import all_agreed
from cartable.pupils.enums import NeedKind
from cartable.territories.models import School


if TYPE_CHECKING:
    from cartable.planning.archives import Files
    from cartable.planning.choosing import Given

# The census never says that a tablet would not do: what the engine calls a computer is a device.
KINDS = {"device": NeedKind.DEVICE, "computer": NeedKind.DEVICE, "connection": NeedKind.CONNECTION}
MOST_SENTENCE, MOST_NAMES = 900, 500


@transaction.atomic
def choose(*, actor: Any, scenario_id: UUID, run_id: UUID, reason: str, contest_until: date) -> Scenario:
    """Choose a scenario by the run that was looked at; the same choice again changes nothing.

    Refuses `stale` (needs or goods changed since the run), `agreement`, `supposed_fund`, `no_pool`, `pool_taken`,
    `not_in_stock`, `not_enough`, `dates`, `reason_missing`.
    """
    from cartable.planning.actions.decided_rows import explain, write_shares
    from cartable.planning.choosing import reasons

    found = scenarios_led_by(actor).filter(public_id=scenario_id).first()
    for operation in found.operations.order_by("id") if found else ():
        led(actor, operation.public_id, lock=True)
    scenario = locked(actor, scenario_id)
    run = latest_run(scenario)
    if run is None or run.public_id != run_id:
        raise Refused("stale", _("Cette simulation a été calculée à nouveau : relisez son résultat."))
    if scenario.state == ScenarioState.CHOSEN:
        return scenario
    files = _checked(scenario, run, reason, contest_until)
    if scenario.corrects:
        replace(actor, scenario.corrects, reason)
    schools = {s.uai: s for s in School.objects.filter(uai__in=set(files.plan["school"]))}
    funds = {fund.code: fund for fund in scenario.funds.select_related("envelope")}
    whys = list(reasons(files))
    for plan, shares in _plans(actor, scenario, run, files, schools):
        write_shares(plan, shares, schools, funds, whys)
        _reserve_goods(actor, plan)
    _reserve_money(actor, scenario, files, funds)
    explain(scenario, whys)
    told = tell_choice(actor=actor, scenario=scenario, contest_until=contest_until)
    _chosen(actor, scenario, run, reason, contest_until, told)
    return scenario


def _checked(scenario: Scenario, run: ScenarioRun, reason: str, contest_until: date) -> "Files":
    """Refuse what cannot be chosen, and give the files of the run."""
    from cartable.planning.archives import read
    from cartable.planning.inputs import planned

    move(SCENARIO_MOVES, scenario.state, ScenarioState.CHOSEN, reason)
    if scenario.archive_id:
        raise Refused("from_files", _("Une simulation lue de fichiers se compare, elle ne se retient pas."))
    if not all_agreed(scenario):
        raise Refused("agreement", _("Il manque l'accord de ceux dont cette simulation dépense l'argent."))
    places = scenario.operations.values_list("department__time_zone", flat=True)
    if contest_until < max((clock.today(zone) for zone in places), default=clock.today()):
        raise Refused(
            "dates",
            _("Les établissements doivent pouvoir contester : choisissez un jour à venir."),
            "contest_until",
        )
    try:
        now = planned(scenario)
    except AllocationRefused as refused:
        raise Refused("stale", _("Les besoins ou les articles ont changé : calculez à nouveau.")) from refused
    if now.outcome.input_hash != run.input_hash:
        raise Refused(
            "stale", _("Les besoins ou les articles ont changé depuis ce calcul : calculez à nouveau.")
        )
    return read(run)


@dataclass(slots=True)
class _Place:
    """Where a school is served: its operation's pool for one good."""

    pool: Pool
    good: ScenarioGood


def _plans(
    actor: Any, scenario: Scenario, run: ScenarioRun, files: "Files", schools: Mapping[str, School]
) -> list[tuple[Plan, list["Given"]]]:
    """Make one plan for each good and pool, in a fixed order, so that two choices lock alike."""
    from cartable.planning.choosing import given

    goods = {good.code: good for good in scenario.goods.all()}
    pools = _pools(scenario)
    shares: dict[tuple[int, int], list[Given]] = defaultdict(list)
    places: dict[tuple[int, int], _Place] = {}
    for one in given(files):
        place = _place(pools, goods[one.good], schools[one.school])
        key = (place.pool.pk, place.good.pk)
        places[key] = place
        shares[key].append(one)
    return [(_plan(actor, scenario, run, places[key], shares[key]), shares[key]) for key in sorted(shares)]


def _pools(scenario: Scenario) -> dict[tuple[int, str, str, str], Pool]:
    """Give the pools of a scenario's operations by département, sort of school, good and mode, locked."""
    rows = Pool.objects.filter(operation__in=scenario.operations.order_by().values("id"))
    rows = rows.select_related("operation__department").select_for_update(of=("self",)).order_by("id")
    return {(row.operation.department_id, row.serves, row.good, row.mode): row for row in rows}


def _place(pools: Mapping[tuple[int, str, str, str], Pool], good: ScenarioGood, school: School) -> _Place:
    pool = pools.get((school.department_id, school.kind, good.good, good.mode))
    if pool is None:
        words = {"good": good.label, "kind": school.get_kind_display()}
        sentence = _(
            "L'opération n'a pas de part pour « %(good)s » (%(kind)s) : ajoutez cette part à l'opération."
        )
        raise Refused("no_pool", sentence % words)
    return _Place(pool, good)


def _plan(actor: Any, scenario: Scenario, run: ScenarioRun, place: _Place, shares: Sequence["Given"]) -> Plan:
    """Write a plan and make room for it in its pool: what is bought or promised beside the stock adds to it."""
    units, in_hand = sum(one.quantity for one in shares), place.good.origin == Origin.STOCK
    room = place.pool.quantity - committed(place.pool.pk)
    if units > room and in_hand:
        raise Refused(
            "pool_taken",
            _("Un autre plan a pris une partie de ces articles (%(pool)s) : calculez à nouveau.")
            % {"pool": place.pool.name},
        )
    if units > room:
        place.pool.quantity += units - room
        place.pool.save(update_fields=["quantity"])
    now = clock.now()
    return Plan.objects.create(
        pool=place.pool,
        scenario=scenario,
        good=place.good,
        in_hand=in_hand,
        state=PlanState.APPROVED,
        rule=scenario.rule,
        stock=units,
        reserve=sum(one.quantity for one in shares if one.estimated),
        made_at=run.made_at,
        made_by=run.made_by,
        approved_at=now,
        approved_by=actor,
        input_hash=run.input_hash,
        answered=run.answered,
        asked=run.asked,
    )


def _reserve_goods(actor: Any, plan: Plan) -> None:
    if plan.in_hand:
        take_from_depot(actor, plan, plan.stock)


def _reserve_money(actor: Any, scenario: Scenario, files: "Files", funds: Mapping[str, ScenarioFund]) -> None:
    """Set aside what each fund pays, in the order of the envelopes."""
    from cartable.planning.choosing import spent

    paid = {funds[code]: cents for code, cents in spent(files).items() if cents}
    for fund, cents in sorted(paid.items(), key=lambda row: row[0].envelope_id or 0):
        if fund.envelope is None:
            raise Refused(
                "supposed_fund",
                _("« %(fund)s » est un fonds supposé : donnez-lui une enveloppe, ou retirez-le.")
                % {"fund": fund.label},
            )
        reserve(
            actor=actor,
            key=uuid.uuid5(scenario.public_id, f"fund:{fund.code}"),
            envelope_id=fund.envelope.public_id,
            cents=cents,
            purpose=scenario.name,
            reference=reference_of(scenario),
            agreed=True,
        )


def _chosen(
    actor: Any, scenario: Scenario, run: ScenarioRun, reason: str, contest_until: date, told: Told
) -> None:
    scenario.state, scenario.chosen_at, scenario.chosen_by = ScenarioState.CHOSEN, clock.now(), actor
    scenario.reason, scenario.contest_until = " ".join(reason.split())[:300], contest_until
    scenario.save(update_fields=["state", "chosen_at", "chosen_by", "reason", "contest_until"])
    record(
        actor=actor,
        verb="planning.scenario_chosen",
        target=str(scenario.public_id),
        data={
            "run": str(run.public_id),
            "input": run.input_hash,
            "archive": run.archive.sha256,
            "written": told.written,
            "to_call": told.to_call,
        },
        text=scenario.reason,
    )
