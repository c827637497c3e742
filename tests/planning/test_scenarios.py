"""Does a scenario plan for what schools need, with what there is, by its own rule, and can it be run again?"""

from decimal import Decimal

import pytest

from cartable.census.models import ReturnLine
from cartable.documents.actions import open_document
from cartable.engines.allocation import allocate
from cartable.equipment.actions.lots import receive_lot
from cartable.foundation.refused import Refused
from cartable.planning import actions, archives, queries
from cartable.planning.actions import approve, propose
from cartable.planning.whatif import Change, what_if
from cartable.territories.models import CiteEducative, SocialIndex
from tests import factories as make


pytestmark = [pytest.mark.django_db, pytest.mark.store]


@pytest.fixture
def lead():
    return make.equipment_user()


@pytest.fixture
def operation(lead):
    return make.operation(lead, make.pool(30), make.pool(10, "ecole"))


@pytest.fixture
def scenario(lead, operation):
    return actions.create_scenario(
        actor=lead,
        body_id=operation.owner.public_id,
        name="Premier",
        operation_ids=[operation.public_id],
    )


@pytest.fixture
def sims(lead, scenario):
    def put(stock=10, code="sim", **more):
        given = {
            "label": "Cartes SIM",
            "origin": "stock",
            "good": "sim",
            "mode": "given",
            "stock": stock,
            **more,
        }
        return actions.put_good(actor=lead, scenario_id=scenario.public_id, code=code, **given)

    return put


@pytest.fixture
def offer(sims):
    def put(code="offre", **more):
        given = {"origin": "offer", "price_cents": 1000, "stock": None, **more}
        return sims(code=code, **given)

    return put


@pytest.fixture
def fund(lead, scenario):
    def put(cents, code="F", **more):
        given = {"label": f"Fonds {code}", "kind": "department", "departments": ["93"], **more}
        return actions.put_fund(
            actor=lead, scenario_id=scenario.public_id, code=code, budget_cents=cents, **given
        )

    return put


@pytest.fixture
def change(lead, scenario):
    def settings(**more):
        return actions.change_scenario(actor=lead, scenario_id=scenario.public_id, **more)

    return settings


@pytest.fixture
def run(lead, scenario):
    def computed():
        return actions.compute(actor=lead, scenario_id=scenario.public_id)

    return computed


def given(run, tag=""):
    """Sum what each school gets, of lines with a tag."""
    found = {}
    for row in archives.read(run).plan.iter_rows(named=True):
        if not tag or tag in row["tags"].split("|"):
            found[row["school"]] = found.get(row["school"], 0) + row["quantity"]
    return found


def in_qpv(answer, units):
    ReturnLine.objects.filter(of_return=answer).update(qpv_pupils=units, qpv_units=units)


def test_the_lowest_level_is_served_first(operation, sims, run):
    a, b = make.school(name="A"), make.school(name="B")
    make.answered(operation, a, 10)
    make.answered(operation, b, 20)
    sims(15)
    found = run()
    assert given(found) == {a.uai: 5, b.uai: 10}
    kind = found.figures["kinds"]["connection"]
    assert (kind["need"], kind["served"], kind["lowest"], kind["median"]) == (30, 15, 0.5, 0.5)
    assert (found.answered, found.asked) == (2, 2)


def test_silent_schools_have_a_reserve_that_is_shown_as_one(operation, sims, run, change):
    spoke = make.school(name="A", pupils_count=100)
    silent = make.school(name="B", pupils_count=200)
    make.answered(operation, spoke, 10)
    sims(30)
    found = run()
    assert given(found, "estime") == {silent.uai: 20}
    assert found.figures["estimated"] == {"schools": 1, "need": 20, "kept": 20}
    assert (found.answered, found.asked) == (1, 2)
    change(keep_reserve=False)
    assert given(run()) == {spoke.uai: 10}


def test_an_answer_after_the_day_or_not_validated_does_not_count(operation, sims, run, change):
    early, late = make.school(name="A"), make.school(name="B")
    make.answered(operation, early, 4, state="validated")
    make.answered(operation, late, 6)
    sims(30)
    change(keep_reserve=False, validated_only=True)
    assert given(run()) == {early.uai: 4}
    from datetime import date

    change(validated_only=False, needs_until=date(2020, 1, 1))
    assert given(run()) == {}


def test_goods_for_some_schools_and_money_for_homes_in_a_qpv(operation, sims, offer, fund, run):
    college, ecole = make.school(name="A"), make.school("ecole", name="E")
    in_qpv(make.answered(operation, college, 10), 4)
    in_qpv(make.answered(operation, ecole, 10, level="CP"), 2)
    sims(3, only_for="college")
    offer(only_for="qpv + ecole")
    fund(100_000, only_for="qpv")
    found = run()
    assert given(found) == {college.uai: 3, ecole.uai: 2}
    assert given(found, "qpv")[ecole.uai] == 2
    publics = {row["tag"]: (row["need"], row["served"]) for row in found.figures["publics"]}
    assert publics["qpv"][0] == 6 and publics["ecole"] == (10, 2)


def test_money_left_prices_and_packs(operation, offer, fund, run):
    school = make.school(name="A")
    make.answered(operation, school, 10)
    offer(pack=4)
    fund(9_500)
    found = run()
    assert given(found) == {school.uai: 8}
    assert found.figures["funds"] == [
        {"code": "F", "label": "Fonds F", "budget": 9_500, "spent": 8_000, "left": 1_500}
    ]
    [more] = found.figures["extra"]
    assert (more["fund"], more["units"], more["served"], more["spent"]) == (
        "F",
        {"sim": 4},
        {"connection": 2},
        4_000,
    )


@pytest.mark.parametrize(("limit", "private"), [(None, 10), (0, 0), (4_500, 4), (20_000, 10)])
def test_private_schools_within_their_limit(operation, offer, fund, run, limit, private):
    public, other = make.school(name="A"), make.school(name="B", sector="private")
    make.answered(operation, public, 10)
    make.answered(operation, other, 10)
    offer()
    fund(20_000, private_limit_cents=limit)
    found = given(run())
    assert (found.get(other.uai, 0), found[public.uai]) == (private, 10)


def test_what_a_private_half_leaves_serves_the_public(operation, offer, fund, run):
    public, private = make.school(name="A"), make.school(name="B", sector="private")
    make.answered(operation, public, 20)
    make.answered(operation, private, 20)
    offer(price_cents=1_000)
    fund(10_000, private_limit_cents=3_900)
    found = run()
    assert given(found) == {public.uai: 7, private.uai: 3}
    assert found.figures["funds"][0]["left"] == 0 and len(found.figures["funds"]) == 1


def test_a_cite_serves_its_own_schools(lead, operation, offer, fund, run):
    inside, outside = make.school(name="A"), make.school(name="B")
    cite = CiteEducative.objects.create(code="cite-1", name="Cité", department=make.department())
    cite.schools.add(inside)
    for school in (inside, outside):
        make.answered(operation, school, 10)
    offer()
    fund(3_000, "C1", kind="cite_educative", cite_id=cite.public_id)
    fund(2_000, "C2", kind="cite_educative", cite_id=cite.public_id)
    assert given(run()) == {inside.uai: 5}


def test_weights_of_the_scale_and_of_ones_own(lead, scenario, operation, sims, run, change):
    plain, rep = make.school(name="A"), make.school(name="B", priority="REP")
    SocialIndex.objects.create(school=rep, school_year="2022-2023", value=Decimal("78.0"), source="essai")
    for school in (plain, rep):
        make.answered(operation, school, 30)
    sims(30)
    assert given(run()) == {plain.uai: 15, rep.uai: 15}
    change(coefficient_rep=Decimal("0.5"), coefficient_ips=Decimal("1"))
    first = run()
    assert given(first) == {plain.uai: 10, rep.uai: 20}
    assert first.figures["quarter"]["gap"] == pytest.approx(2 / 3 - 1 / 3, abs=1e-6)
    actions.set_own_weights(actor=lead, scenario_id=scenario.public_id, weights={rep.uai: Decimal("1")})
    assert given(run()) == {plain.uai: 15, rep.uai: 15}


def test_what_came_already_counts(lead, operation, sims, run):
    served, other = make.school(name="A"), make.school(name="B")
    receive_lot(actor=lead, operation_id=operation.public_id, good="sim", mode="given", quantity=20)
    make.answered(operation, served, 10)
    pool = operation.pools.get(serves="college")
    approve(actor=lead, plan_id=propose(actor=lead, pool_id=pool.public_id, keep_reserve=False).public_id)
    make.answered(operation, other, 10)
    sims(5)
    found = run()
    assert given(found) == {other.uai: 5}
    assert found.figures["kinds"]["connection"]["delivered"] == 10


def test_a_card_goes_to_who_can_use_one(operation, sims, run):
    with_slot, without = make.school(name="A"), make.school(name="B")
    make.answered(operation, with_slot, 10)
    make.answered(operation, without, 10)
    ReturnLine.objects.filter(of_return__school=without).update(good="key")
    sims(20)
    sims(3, "cle", good="key", label="Clés 4G")
    assert given(run()) == {with_slot.uai: 10, without.uai: 3}


def test_what_is_kept_for_the_silent_is_kept_once(lead, operation, sims, run):
    make.answered(operation, make.school(name="A", pupils_count=100), 10)
    silent = make.school(name="B", pupils_count=100)
    receive_lot(actor=lead, operation_id=operation.public_id, good="sim", mode="given", quantity=20)
    pool = operation.pools.get(serves="college")
    plan = approve(actor=lead, plan_id=propose(actor=lead, pool_id=pool.public_id).public_id)
    assert plan.reserve_lines.get(school=silent).kept == 10
    sims(20)
    assert given(run()) == {}


def test_a_run_can_be_replayed_and_is_the_same_twice(operation, sims, offer, fund, run):
    for units in (3, 8, 13):
        make.answered(operation, make.school(), units)
    sims(7)
    offer()
    fund(4_000)
    first, second = run(), run()
    assert first.archive_id == second.archive_id and first.input_hash == second.input_hash
    files = archives.unpack(open_document(first.archive))
    again = allocate(files.needs, files.sources, files.funds, rule=files.rule["rule"])
    assert again.input_hash == first.input_hash
    assert again.plan.rows() == files.plan.rows()
    assert again.explain["sentence"].to_list() == files.explain["sentence"].to_list()


def test_what_if(operation, sims, offer, fund, run):
    make.answered(operation, make.school(), 30)
    sims(4)
    offer()
    fund(10_000)
    found = run()
    served = lambda *changes: what_if(found, changes)["kinds"]["connection"]["served"]  # noqa: E731
    assert served() == 14
    assert served(Change("price", "", Decimal("1.1"))) == 13
    assert served(Change("stock", "sim", Decimal("0.5"))) == 12
    assert served(Change("budget", "", Decimal(2))) == 24
    assert served(Change("budget", "F", Decimal(2)), Change("price", "offre", Decimal(2))) == 14


def test_files_are_planned_and_compared(lead):
    needs = b"school,tags,department,device,weight\nS1,qpv,93,10,1.5\nS2,,93,10,1\n"
    sources = b"source,item,price_cents,stock\nT,tablet,0,10\n"
    funds = b"fund,kind,departments,budget_cents\n"
    asked = {"actor": lead, "body_id": make.body().public_id, "sources": sources, "funds": funds}
    made = actions.scenario_from_files(name="National", needs=needs, **asked)
    found = queries.latest_run(made)
    assert given(found) == {"S1": 6, "S2": 4}
    with pytest.raises(Refused, match=r"needs.csv, ligne 2"):
        actions.scenario_from_files(name="Faux", needs=needs.replace(b"10,1.5", b"-1,1.5"), **asked)
    assert not queries.scenarios_visible_to(lead).filter(name="Faux").exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"stock": None}, "stock"),
        ({"price_cents": 5}, "price"),
        ({"pack": 0}, "pack"),
        ({"only_for": "martiens"}, "unknown_tag"),
        ({"code": "a|b"}, "code"),
        ({"label": " "}, "label"),
        ({"origin": "vol"}, "good"),
    ],
)
def test_goods_that_make_no_sense(scenario, sims, more, code):
    with pytest.raises(Refused) as refused:
        sims(**more)
    assert refused.value.code == code and not scenario.goods.exists()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"departments": ["93", "75"]}, "departments"),
        ({"departments": []}, "departments"),
        ({"kind": "cite_educative"}, "cite"),
        ({"private_limit_cents": -1}, "private_limit"),
        ({"cents": -1}, "budget"),
        ({"cents": 10**15 + 1}, "budget"),
    ],
)
def test_funds_that_make_no_sense(scenario, fund, more, code):
    with pytest.raises(Refused) as refused:
        fund(**{"cents": 5, **more})
    assert refused.value.code == code and not scenario.funds.exists()


def test_nobody_elses_scenario(operation, scenario):
    other = make.user("equipment", make.body(department=make.department("95", "Val-d'Oise")))
    assert not queries.scenarios_visible_to(other).exists()
    with pytest.raises(Refused):
        actions.compute(actor=other, scenario_id=scenario.public_id)
    with pytest.raises(Refused):
        actions.create_scenario(actor=other, body_id=operation.owner.public_id, name="Pris")


def test_copies_names_and_dropping(lead, scenario, sims, fund):
    sims(5)
    fund(5_000)
    copy = actions.copy_scenario(actor=lead, scenario_id=scenario.public_id, name="Second")
    assert copy.goods.get().stock == 5 and copy.funds.get().budget_cents == 5_000
    with pytest.raises(Refused):
        actions.copy_scenario(actor=lead, scenario_id=scenario.public_id, name="Second")
    actions.drop_scenario(actor=lead, scenario_id=copy.public_id)
    actions.copy_scenario(actor=lead, scenario_id=scenario.public_id, name="Second")
    with pytest.raises(Refused):
        actions.compute(actor=lead, scenario_id=copy.public_id)
