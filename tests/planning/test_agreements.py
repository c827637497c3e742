"""Is whoever holds the money asked before it is spent, and does a fund serve no more than it may?"""

import pytest

from cartable.accounts.enums import Role
from cartable.bodies.enums import BodyKind
from cartable.cli.checks import all_damages
from cartable.foundation.refused import Refused
from cartable.funding.models import Line, Reservation
from cartable.planning import actions, queries
from cartable.planning.enums import ScenarioState
from cartable.planning.models import Plan
from cartable.planning.queries.agreements import agreements_answered_by, agreements_needed
from cartable.territories.models import CiteEducative
from tests import factories as make
from tests.planning.deciding import Office


pytestmark = [pytest.mark.django_db, pytest.mark.store]


@pytest.fixture
def office():
    return Office()


def nothing_was_done(office):
    return not Plan.objects.filter(scenario=office.scenario).exists() and not Reservation.objects.exists()


def test_the_holder_of_the_money_is_asked_first(office):
    prefect = make.decider(Role.PREFECTURE, make.department())
    holder = make.body(BodyKind.PREFECTURE, department=make.department())
    office.school(30)
    office.offer()
    office.fund(10_000, office.envelope(50_000, holder))
    office.compute()
    with pytest.raises(Refused) as refused:
        office.choose()
    assert refused.value.code == "agreement"
    ask = {"actor": office.lead, "scenario_id": office.scenario.public_id}
    actions.ask_agreements(**ask)
    with pytest.raises(Refused):
        office.offer(price=900)  # it is frozen while they answer
    neighbour = make.decider(Role.PREFECTURE, make.department("95", "Val-d'Oise"))
    assert not agreements_answered_by(neighbour).exists() and not agreements_answered_by(office.lead).exists()
    [asked] = agreements_answered_by(prefect)
    answer = {"agreement_id": asked.public_id}
    with pytest.raises(Refused):
        actions.answer_agreement(actor=neighbour, agreed=True, **answer)
    with pytest.raises(Refused):
        actions.answer_agreement(actor=prefect, agreed=False, **answer)
    actions.answer_agreement(actor=prefect, agreed=False, reason="Trop cher", **answer)
    with pytest.raises(Refused):
        office.choose()
    assert queries.scenarios_visible_to(prefect).get() == office.scenario and nothing_was_done(office)
    actions.answer_agreement(actor=prefect, agreed=True, **answer)
    office.choose()
    assert Reservation.objects.get().amount_cents == 10_000 and all_damages() == []


def test_the_money_of_a_cite_waits_for_its_troika(office):
    department = make.department()
    inside = office.school(30)
    commune = make.commune()
    cite = CiteEducative.objects.create(code="cite-1", name="Cité", department=department)
    cite.schools.add(inside)
    cite.communes.add(commune)
    holder = make.body(BodyKind.PREFECTURE, department=department)
    people = [
        make.decider(Role.PREFECTURE, department),
        make.decider(Role.ACADEMY, department),
        make.decider(Role.EQUIPMENT, make.body(commune=commune, department=None)),
    ]
    office.offer()
    office.fund(10_000, office.envelope(50_000, holder), kind="cite_educative", cite_id=cite.public_id)
    office.compute()
    actions.ask_agreements(actor=office.lead, scenario_id=office.scenario.public_id)
    for person in people:
        with pytest.raises(Refused) as refused:
            office.choose()
        assert refused.value.code == "agreement"
        [asked] = agreements_answered_by(person)
        actions.answer_agreement(actor=person, agreement_id=asked.public_id, agreed=True)
    assert office.choose().state == ScenarioState.CHOSEN


def test_a_request_taken_back_leaves_a_draft(office):
    holder = make.body(BodyKind.PREFECTURE, department=make.department())
    office.school(30)
    office.offer()
    office.fund(10_000, office.envelope(50_000, holder))
    office.compute()
    ask = {"actor": office.lead, "scenario_id": office.scenario.public_id}
    actions.ask_agreements(**ask)
    assert actions.withdraw_request(**ask).state == ScenarioState.DRAFT
    office.offer(price=500)


def test_the_holder_of_a_cites_envelope_is_asked_beside_its_troika(office):
    department = make.department()
    inside = office.school(30)
    cite = CiteEducative.objects.create(code="cite-2", name="Cité", department=department)
    cite.schools.add(inside)
    region = make.body(BodyKind.REGION_PREFECTURE, department=None, region=department.region)
    office.offer()
    office.fund(10_000, office.envelope(50_000, region), kind="cite_educative", cite_id=cite.public_id)
    needed = {row.side.value: row.given for row in agreements_needed(office.scenario)}
    assert needed == {"prefect": False, "education": False, "commune": False, "holder": False}
    office.scenario.body.commune = make.commune("Ailleurs", "93099")
    office.scenario.body.kind = BodyKind.PREFECTURE
    office.scenario.body.department = make.department("95", "Val-d'Oise")
    assert not any(row.given for row in agreements_needed(office.scenario))


def test_a_fund_serves_no_more_than_the_line_of_its_envelope(office):
    own = office.envelope(50_000)
    office.school(10)
    office.offer()
    Line.objects.update(serves="qpv_pupils")
    assert office.fund(10_000, own, only_for="college").only_for == "college+qpv"
    assert office.compute().figures["spent_cents"] == 0  # nobody said to live in a QPV
    Line.objects.update(serves="cite_educative")
    with pytest.raises(Refused) as refused:
        office.fund(10_000, own)
    assert refused.value.code == "serves"
