"""Is a plan fair, explained, changed by hand with a reason, approved once, and never above the stock?"""

from datetime import date
from decimal import Decimal

import pytest

from cartable.documents.actions import open_document
from cartable.equipment.actions.lots import receive_lot
from cartable.equipment.places import reserved
from cartable.equipment.queries import depot_stock
from cartable.foundation.refused import Refused
from cartable.ledger.queries import balances, sum_is_zero
from cartable.planning.actions import (
    approve,
    change_share,
    free_reserve,
    propose,
    release,
    serve_late_answer,
)
from cartable.planning.models import Plan
from cartable.planning.papers import plan_sheet
from cartable.planning.queries import allocations_visible_to, kept_sheet, plans_visible_to, totals
from cartable.planning.rules import Answered, Estimator, Weights
from tests import factories as make


pytestmark = [pytest.mark.django_db, pytest.mark.store]


@pytest.fixture
def lead():
    return make.equipment_user()


@pytest.fixture
def operation(lead):
    made = make.operation(lead, make.pool(20))
    receive_lot(actor=lead, operation_id=made.public_id, good="sim", mode="given", quantity=20)
    return made


@pytest.fixture
def pool(operation):
    return operation.pools.get()


def shares(plan):
    return dict(plan.allocations.values_list("school__name", "quantity"))


def test_the_lowest_level_first_with_a_true_sentence(lead, operation, pool):
    for name, units in (("A", 10), ("B", 20), ("C", 2)):
        make.answered(operation, make.school(name=name), units)
    plan = propose(actor=lead, pool_id=pool.public_id)
    assert shares(plan) == {"A": 6, "B": 12, "C": 2} or sum(shares(plan).values()) == 20
    assert totals(plan)["quantity"] == 20 and plan.reserve == 0
    for allocation in plan.allocations.all():
        assert str(allocation.quantity) in allocation.sentence and str(allocation.need) in allocation.sentence


def test_weights_and_floors_bind(lead, operation, pool):
    rep = make.school(name="REP", priority="REP+")
    other = make.school(name="autre")
    for school in (rep, other):
        make.answered(operation, school, 30)
    even = shares(propose(actor=lead, pool_id=pool.public_id))
    tilted = shares(propose(actor=lead, pool_id=pool.public_id, weights=Weights(rep_plus=Decimal("1.5"))))
    assert even == {"REP": 10, "autre": 10} and tilted == {"REP": 12, "autre": 8}
    with pytest.raises(Refused, match="minimum de chaque"):
        propose(actor=lead, pool_id=pool.public_id, floor=11)


def test_the_silent_are_kept_for_and_served_when_they_answer(lead, operation, pool):
    for n in range(5):
        make.answered(operation, make.school(name=f"R{n}", pupils_count=500), 5)
    silent = make.school(name="Silencieux", pupils_count=500)
    plan = approve(actor=lead, plan_id=propose(actor=lead, pool_id=pool.public_id).public_id)
    kept = plan.reserve_lines.get()
    assert kept.school == silent and kept.estimated_need == 5 and plan.reserve == kept.kept > 0
    assert "5 établissements qui ont répondu" in kept.basis
    with pytest.raises(Refused, match="pas encore répondu"):
        serve_late_answer(actor=lead, plan_id=plan.public_id, school_id=silent.public_id)
    make.answered(operation, silent, 1)
    served = serve_late_answer(actor=lead, plan_id=plan.public_id, school_id=silent.public_id)
    plan.refresh_from_db()
    assert served.quantity == 1 and plan.reserve == kept.kept - 1
    assert free_reserve(actor=lead, plan_id=plan.public_id, reason="Tous ont répondu") == kept.kept - 1
    assert sum_is_zero()


def test_a_share_changes_by_hand_with_a_reason_within_the_stock(lead, operation, pool):
    for name in ("A", "B"):
        make.answered(operation, make.school(name=name), 20)
    plan = propose(actor=lead, pool_id=pool.public_id)
    first = plan.allocations.get(school__name="A")
    for quantity, reason, code in (
        (11, "Foyer en plus", "over_stock"),
        (9, " ", "reason_missing"),
        (-1, "x", "quantity"),
    ):
        with pytest.raises(Refused) as refused:
            change_share(actor=lead, allocation_id=first.public_id, quantity=quantity, reason=reason)
        assert refused.value.code == code
    change_share(actor=lead, allocation_id=first.public_id, quantity=8, reason="Deux familles parties")
    first.refresh_from_db()
    assert (first.computed, first.quantity, first.change_reason) == (10, 8, "Deux familles parties")


def test_approving_reserves_the_goods_all_or_nothing_and_once(lead, operation, pool):
    make.answered(operation, make.school(), 20)
    plan = propose(actor=lead, pool_id=pool.public_id)
    resource = depot_stock(operation, good="sim", mode="given")[0].resource
    approve(actor=lead, plan_id=plan.public_id)
    approve(actor=lead, plan_id=plan.public_id)
    place = reserved(plan.public_id)
    assert balances(resource, [place])[place] == 20
    assert depot_stock(operation, good="sim", mode="given") == []


def test_without_the_goods_it_is_not_approved(lead):
    operation = make.operation(lead, make.pool(20))
    make.answered(operation, make.school(), 20)
    plan = propose(actor=lead, pool_id=operation.pools.get().public_id)
    with pytest.raises(Refused, match="Il manque 20 articles"):
        approve(actor=lead, plan_id=plan.public_id)
    plan.refresh_from_db()
    assert plan.state == "draft" and sum_is_zero()


def test_two_plans_of_one_pool_never_take_more_than_it_holds(lead, operation, pool):
    make.answered(operation, make.school(), 15)
    first = propose(actor=lead, pool_id=pool.public_id)
    approve(actor=lead, plan_id=first.public_id)
    second = propose(actor=lead, pool_id=pool.public_id)
    assert second.stock == 5 and totals(second)["quantity"] == 0
    Plan.objects.filter(pk=second.pk).update(state="dropped")
    with pytest.raises(Refused):
        approve(actor=lead, plan_id=second.public_id)


def test_release_prepares_each_share_once_and_keeps_the_link(lead, operation, pool):
    schools = [make.school(name=name) for name in ("A", "B")]
    for school in schools:
        make.answered(operation, school, 5)
    plan = approve(actor=lead, plan_id=propose(actor=lead, pool_id=pool.public_id).public_id)
    shipments = release(actor=lead, plan_id=plan.public_id, planned_on=date(2020, 4, 30))
    assert {shipment.to_school for shipment in shipments} == set(schools)
    assert all(a.shipped_by.get().line.quantity == a.quantity for a in plan.allocations.all())
    assert release(actor=lead, plan_id=plan.public_id, planned_on=date(2020, 4, 30)) == []


def test_a_school_reads_its_own_share_and_the_prefecture_none(lead, operation, pool):
    mine, other = make.school(name="A"), make.school(name="B")
    for school in (mine, other):
        make.answered(operation, school, 10)
    plan = propose(actor=lead, pool_id=pool.public_id)
    head, prefecture = make.user("head", mine), make.user("prefecture", make.department())
    assert not plans_visible_to(prefecture).exists() and not allocations_visible_to(head).exists()
    approve(actor=lead, plan_id=plan.public_id)
    assert [a.school for a in allocations_visible_to(head)] == [mine]
    assert {a.school for a in allocations_visible_to(make.user("academy", make.department()))} == {
        mine,
        other,
    }
    assert plans_visible_to(prefecture).exists() and not allocations_visible_to(prefecture).exists()
    for stranger in (head, prefecture):
        with pytest.raises(Refused):
            propose(actor=stranger, pool_id=pool.public_id)


@pytest.mark.parametrize(
    ("answered", "pupils", "need"),
    [
        ([], 500, 0),
        ([Answered("", 100, 1)] * 5, 250, 3),
        ([Answered("", None, 3)] * 5, 250, 3),
        ([Answered("", 100, 1)] * 5, None, 1),
        ([Answered("", 100, 1)] * 5 + [Answered("REP", 100, 10)] * 5, 100, 1),
        ([Answered("", 100, 0)] * 4 + [Answered("REP", 100, 10)], 100, 2),
    ],
)
def test_an_estimate_comes_from_schools_alike(answered, pupils, need):
    assert Estimator(answered).of("", pupils).need == need


def test_the_page_that_was_approved_is_kept_as_it_was(lead, operation, pool):
    make.answered(operation, make.school(name="A"), 10)
    late = make.school(name="Tardif")
    plan = propose(actor=lead, pool_id=pool.public_id)
    assert kept_sheet(plan) is None
    approve(actor=lead, plan_id=plan.public_id)
    before = open_document(kept_sheet(plan))
    assert before.startswith(b"%PDF")
    make.answered(operation, late, 5)
    serve_late_answer(actor=lead, plan_id=plan.public_id, school_id=late.public_id)
    approve(actor=lead, plan_id=plan.public_id)
    assert open_document(kept_sheet(plan)) == before
    plan.refresh_from_db()
    assert plan_sheet(plan) != before


def test_a_plan_that_is_not_approved_keeps_no_page(lead, operation, pool):
    make.answered(operation, make.school(name="A"), 10)
    first, second = (propose(actor=lead, pool_id=pool.public_id) for _ in range(2))
    with pytest.raises(Refused):
        approve(actor=lead, plan_id=first.public_id)
    assert kept_sheet(first) is None is kept_sheet(second)
