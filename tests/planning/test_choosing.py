"""Does a choice reserve all or nothing, tell each school its share and why, and can it be contested and corrected?"""

from collections import Counter
from datetime import date, datetime
from uuid import uuid4

import pytest

from cartable.cli.checks import all_damages
from cartable.equipment.actions.lots import receive_lot
from cartable.equipment.actions.shipments import cancel, send
from cartable.equipment.queries import depot_stock
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.funding.models import Reservation
from cartable.funding.queries import reserved_for
from cartable.planning import actions, archives, queries
from cartable.planning.enums import PlanState, ScenarioState
from cartable.planning.models import Allocation, AllocationPart, Explanation, Plan
from cartable.planning.queries import decisions, reserved_by
from tests import factories as make
from tests.funding.stage import left
from tests.planning.deciding import Office


pytestmark = [pytest.mark.django_db, pytest.mark.store]


@pytest.fixture
def office():
    return Office()


def shares(scenario):
    found = Counter()
    for row in Allocation.objects.filter(plan__scenario=scenario).select_related("school"):
        found[row.school] += row.quantity
    return found


def in_depot(office):
    return sum(row.quantity for row in depot_stock(office.operation, good="sim", mode="given"))


def nothing_was_done(office):
    return not Plan.objects.filter(scenario=office.scenario).exists() and not Reservation.objects.exists()


def test_goods_and_money_in_one_step(office):
    a, b = office.school(30, "A"), office.school(20, "B")
    own = office.envelope(100_000)
    office.stock(15)
    office.offer()
    office.fund(10_000, own)
    run = office.compute()
    chosen = office.choose()
    chosen.refresh_from_db()
    assert (chosen.state, chosen.reason) == (ScenarioState.CHOSEN, "Le plus juste")
    assert sum(shares(chosen).values()) == 25
    stock, offer = (Plan.objects.get(scenario=chosen, good__code=code) for code in ("sim", "offre"))
    assert (stock.in_hand, offer.in_hand) == (True, False)
    assert sum(row.quantity for row in reserved_by(stock.public_id)) == 15 and in_depot(office) == 5
    [kept] = reserved_for(f"scenario:{chosen.public_id}")
    assert kept.left == 10_000 and left(own) == 90_000
    paid = AllocationPart.objects.filter(fund__code="F")
    assert sum(part.quantity for part in paid) == 10
    said = {row.school: row for row in Explanation.objects.filter(scenario=chosen)}
    explain = archives.read(run).explain
    for school in (a, b):
        assert str(sum(q for s, q in shares(chosen).items() if s == school)) in said[school].sentence
        assert "Fonds F" in said[school].sentence and "« F »" not in said[school].sentence
    assert len(explain) == 2 and all_damages() == []
    assert office.choose() == chosen and Plan.objects.filter(scenario=chosen).count() == 2


def test_what_is_kept_for_the_silent_is_a_reserve(office):
    office.school(10, "A", pupils_count=100)
    silent = make.school(name="B", pupils_count=50)
    office.stock(20)
    office.compute()
    chosen = office.choose()
    plan = Plan.objects.get(scenario=chosen)
    assert (plan.stock, plan.reserve) == (15, 5)
    assert plan.reserve_lines.get().school == silent and silent not in shares(chosen)
    make.answered(office.operation, silent, 3)
    served = actions.serve_late_answer(actor=office.lead, plan_id=plan.public_id, school_id=silent.public_id)
    assert served.quantity == 3 and served.parts.get().quantity == 3 and all_damages() == []


@pytest.mark.parametrize("what", ["needs", "run", "goods"])
def test_what_changed_since_the_run_is_not_chosen(office, what):
    school = office.school(10)
    office.stock(8)
    office.compute()
    run = uuid4() if what == "run" else queries.latest_run(office.scenario).public_id
    if what == "needs":
        office.asks(school, 11)
    if what == "goods":
        office.stock(9)
    with pytest.raises(Refused) as refused:
        office.choose(run_id=run)
    assert refused.value.code == "stale" and nothing_was_done(office)


def test_nothing_is_half_done(office):
    office.school(30)
    own = office.envelope(9_999)
    office.stock(15)
    office.offer()
    office.fund(10_000, own)
    office.compute()
    with pytest.raises(Refused) as refused:
        office.choose()
    assert refused.value.code == "not_enough" and nothing_was_done(office)
    assert (in_depot(office), left(own)) == (20, 9_999) and all_damages() == []


@pytest.mark.parametrize(
    ("more", "code"),
    [({"reason": " "}, "reason_missing"), ({"contest_until": date(2020, 1, 1)}, "dates")],
)
def test_a_choice_says_why_and_can_be_contested(office, more, code):
    office.school(5)
    office.stock(5)
    office.compute()
    with pytest.raises(Refused) as refused:
        office.choose(**more)
    assert refused.value.code == code and nothing_was_done(office)


def test_a_supposed_fund_a_missing_part_and_files_are_not_chosen(office):
    office.school(30)
    office.offer()
    office.fund(10_000)
    office.compute()
    with pytest.raises(Refused) as refused:
        office.choose()
    assert refused.value.code == "supposed_fund"
    office.offer(mode="lent")
    office.compute()
    with pytest.raises(Refused, match="ajoutez cette part") as refused:
        office.choose()
    assert refused.value.code == "no_pool" and nothing_was_done(office)


def test_the_second_choice_on_one_stock_is_told(office):
    office.school(30)
    office.stock(15)
    office.compute()
    other = actions.copy_scenario(actor=office.lead, scenario_id=office.scenario.public_id, name="Autre")
    office.compute(other)
    office.choose()
    with pytest.raises(Refused) as refused:
        office.choose(other)
    assert refused.value.code == "stale"  # what the first gave counts as delivered
    office.compute(other)
    with pytest.raises(Refused) as refused:
        office.choose(other)
    assert refused.value.code in ("pool_taken", "not_in_stock") and all_damages() == []


def test_goods_to_come_leave_once_they_are_there(office):
    office.school(30)
    office.stock(12, origin="gift", code="don")
    office.compute()
    plan = Plan.objects.get(scenario=office.choose())
    release = {"actor": office.lead, "plan_id": plan.public_id, "planned_on": date(2030, 1, 2)}
    with pytest.raises(Refused) as refused:
        actions.release(**release)
    assert refused.value.code == "not_in_hand"
    depots = in_depot(office)
    receive_lot(
        actor=office.lead, operation_id=office.operation.public_id, good="sim", mode="given", quantity=12
    )
    actions.goods_arrived(actor=office.lead, plan_id=plan.public_id)
    actions.goods_arrived(actor=office.lead, plan_id=plan.public_id)
    assert in_depot(office) == depots
    assert sum(line.quantity for s in actions.release(**release) for line in s.lines.all()) == 12
    assert all_damages() == []


def test_each_school_reads_its_own_share_alone(office):
    a, b = office.school(30, "A"), office.school(20, "B")
    office.stock(10)
    office.compute()
    office.choose()
    served = decisions.schools_served_by(office.head(a))
    [share] = decisions.shares_of_schools(served)
    assert (share.school, share.quantity, share.available, share.received) == (a, 6, 6, 0)
    [why] = decisions.explanations_of(served)
    assert why.school == a and b.uai not in why.sentence
    every = Explanation.objects.filter(scenario=office.scenario)
    assert any(row.ahead_of for row in every) and not any(
        uai in row.sentence for row in every for uai in (a.uai, b.uai)
    )


def contest(office, school, who=None, **more):
    given = {"cause": "need", "text": "Dix élèves de plus"}
    return actions.contest(
        actor=who or office.head(school),
        scenario_id=office.scenario.public_id,
        school_id=school.public_id,
        **{**given, **more},
    )


def test_a_contest_until_its_day_then_its_answer(office):
    a, b = office.school(30, "A"), office.school(20, "B")
    office.stock(10)
    office.compute()
    with pytest.raises(Refused):
        contest(office, a)
    with clock.at(datetime.fromisoformat("2020-05-04T10:00+02:00")):
        office.choose(contest_until=date(2020, 5, 10))
    with clock.at(datetime.fromisoformat("2020-05-10T23:59+02:00")):
        made = contest(office, a)
        for refusal in ("already_open", "cause", "not_yours"):
            with pytest.raises(Refused) as refused:
                if refusal == "not_yours":
                    contest(office, a, who=office.head(b))
                else:
                    contest(
                        office,
                        b if refusal == "cause" else a,
                        **({"cause": "?"} if refusal == "cause" else {}),
                    )
            assert refused.value.code == refusal
    with clock.at(datetime.fromisoformat("2020-05-11T00:00+02:00")), pytest.raises(Refused) as refused:
        contest(office, b)
    assert refused.value.code == "too_late"
    answer = {"contest_id": made.public_id, "accepted": True, "answer": "Exact : un plan corrigé suit."}
    with pytest.raises(Refused):
        actions.answer_contest(actor=office.head(a), **answer)
    with pytest.raises(Refused):
        actions.answer_contest(actor=office.lead, **{**answer, "answer": " "})
    actions.answer_contest(actor=office.lead, **answer)
    actions.answer_contest(actor=office.lead, **answer)
    with pytest.raises(Refused):
        actions.answer_contest(actor=office.lead, **{**answer, "accepted": False})


def test_a_correction_starts_from_what_was_delivered(office):
    a = office.school(30, "A")
    office.school(30, "B")
    own = office.envelope(100_000)
    office.stock(10)
    office.offer()
    office.fund(5_000, own)
    office.compute()
    first = office.choose()
    plan = Plan.objects.get(scenario=first, good__code="sim")
    for shipment in actions.release(actor=office.lead, plan_id=plan.public_id, planned_on=date(2030, 1, 2)):
        if shipment.to_school == a:
            send(actor=office.lead, shipment_ids=[shipment.public_id])
    before = shares(first)
    new = actions.correct(actor=office.lead, scenario_id=first.public_id, name="Corrigé")
    office.asks(a, 10)
    run = office.compute(new)
    assert run.figures["kinds"]["connection"]["delivered"] == sum(before.values()) - 5
    office.choose(new)
    first.refresh_from_db()
    assert first.state == ScenarioState.REPLACED and {p.state for p in first.plans.all()} == {
        PlanState.REPLACED
    }
    assert all(row.left == 0 for row in reserved_for(f"scenario:{first.public_id}"))
    assert left(own) == 95_000 and all_damages() == []
    with pytest.raises(Refused):
        actions.correct(actor=office.lead, scenario_id=first.public_id, name="Encore")


def test_a_choice_that_does_not_follow_its_run_is_found(office):
    office.school(30)
    office.stock(10)
    office.compute()
    plan = Plan.objects.get(scenario=office.choose())
    assert all_damages() == []
    Plan.objects.filter(pk=plan.pk).update(stock=9)
    assert {damage.code for damage in all_damages()} == {"choice_plans"}


def test_a_correction_frees_what_has_not_left_and_what_comes_back_later(office):
    a = office.school(10, "A")
    office.stock(10)
    office.compute()
    first = office.choose()
    plan = Plan.objects.get(scenario=first)
    [shipment] = actions.release(actor=office.lead, plan_id=plan.public_id, planned_on=date(2030, 1, 2))
    new = actions.correct(actor=office.lead, scenario_id=first.public_id, name="Corrigé")
    office.compute(new)
    office.choose(new)
    served = decisions.schools_served_by(office.head(a))
    assert [(row.allocated, row.available) for row in decisions.shares_of_schools(served)] == [(10, 10)]
    cancel(actor=office.lead, shipment_id=shipment.public_id, reason="Erreur de tournée")
    assert in_depot(office) == 10 and not decisions.shares_of_schools(served).exists()
    assert actions.free_reserve(actor=office.lead, plan_id=plan.public_id, reason="Plan remplacé") == 10
    assert in_depot(office) == 20 and all_damages() == []


def test_what_is_reserved_and_not_sent_is_free_after_a_correction(office):
    office.school(10, "A")
    office.stock(10)
    office.compute()
    first = office.choose()
    assert in_depot(office) == 10
    new = actions.correct(actor=office.lead, scenario_id=first.public_id, name="Corrigé")
    office.stock(4, new)
    office.compute(new)
    office.choose(new)
    assert in_depot(office) == 16 and all_damages() == []


def test_money_that_is_not_what_the_run_costs_is_found(office):
    office.school(30)
    office.offer()
    office.fund(10_000, office.envelope(50_000))
    run = office.compute()
    office.choose()
    run.figures["funds"][0]["spent"] -= 1_000
    run.save(update_fields=["figures"])
    assert "choice_money" in {damage.code for damage in all_damages()}


def test_units_moved_from_one_school_to_another_are_found(office):
    a, b = office.school(30, "A"), office.school(20, "B")
    office.stock(10)
    office.compute()
    office.choose()
    assert all_damages() == []
    for school, units in ((a, 3), (b, 7)):
        Allocation.objects.filter(school=school).update(quantity=units, computed=units)
    assert {damage.code for damage in all_damages()} == {"choice_shares"}
