"""Can a simulation be agreed to, chosen, read by a school, contested, answered and corrected from the pages?"""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from cartable.accounts.enums import Role
from cartable.bodies.enums import BodyKind
from cartable.foundation import clock
from cartable.planning.models import Contest, FundAgreement, Plan, Scenario
from tests import factories as make
from tests.planning.deciding import Office


pytestmark = pytest.mark.django_db


def words(answer):
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ").replace("&#x27;", "'")


def as_(person):
    client = Client()
    make.strong(client, person)
    return client


@pytest.fixture
def office():
    made = Office()
    made.a, made.b = made.school(30, "Alpha"), made.school(20, "Beta")
    made.stock(10)
    made.compute()
    return made


@pytest.fixture
def desk(office):
    return as_(office.lead)


def at(name, one, *more):
    return reverse(name, args=[one.public_id, *(thing.public_id for thing in more)])


def chosen(desk, office, **more):
    address = at("scenario-choose", office.scenario)
    form = desk.get(address).context["form"]
    typed = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    return desk.post(address, {**typed, "reason": "Le plus juste pour tous", **more})


def test_choose_reads_what_it_will_do_and_does_it(desk, office):
    assert "connexion : 10" in words(desk.get(at("scenario-choose", office.scenario)))
    assert chosen(desk, office, reason="").status_code == 422
    answer = chosen(desk, office)
    assert answer.url == at("scenario-decision", office.scenario)
    page = words(desk.get(answer.url))
    assert "Le plus juste pour tous" in page and "retenue" in page and "Cartes SIM" in page
    assert Plan.objects.get(scenario=office.scenario).stock == 10
    assert desk.get(at("scenario-choose", office.scenario)).status_code == 404


def test_what_is_stale_is_said_on_the_form(desk, office):
    office.asks(office.a, 31)
    answer = chosen(desk, office)
    assert answer.status_code == 422 and "calculez à nouveau" in words(answer)


def test_a_school_reads_its_share_and_no_other(desk, office):
    chosen(desk, office)
    page = words(as_(office.head(office.a)).get(reverse("school-shares")))
    assert "Alpha" in page and "Beta" not in page and office.b.uai not in page
    for said in (
        "part de 6",
        "au dépôt",
        "Le plus juste pour tous",
        "Contester la part",
        "Chaque besoin compte pour 1",
    ):
        assert said in page, said
    assert "Ce qui vous est attribué" in words(as_(office.head(office.a)).get(reverse("home")))
    assert as_(office.lead).get(reverse("school-shares")).status_code == 404


def test_contest_answer_and_correct(desk, office):
    chosen(desk, office)
    head = as_(office.head(office.a))
    address = at("contest", office.scenario, office.a)
    assert "part de 6" in words(head.get(address))
    assert head.get(at("contest", office.scenario, office.b)).status_code == 404
    assert head.post(address, {"text": "x"}).status_code == 422
    assert head.post(address, {"cause": "need", "text": "Dix de plus"}).status_code == 302
    assert "Alpha" in words(desk.get(reverse("decisions")))
    assert "Contestations à instruire" in words(desk.get(reverse("home")))
    contest = at("contest-answer", Contest.objects.get())
    page = words(desk.get(contest))
    assert "Dix de plus" in page and "part de 6" in page
    assert desk.post(contest, {"accepted": "1", "answer": ""}).status_code == 422
    desk.post(contest, {"accepted": "1", "answer": "Exact, un plan corrigé suit."})
    assert "Exact, un plan corrigé suit." in words(head.get(reverse("school-shares")))
    desk.post(at("scenario-correct", office.scenario), {"name": "Corrigée"})
    new = Scenario.objects.get(name="Corrigée")
    assert new.corrects == office.scenario
    office.asks(office.a, 40)
    office.compute(new)
    assert "corrige" in words(desk.get(at("scenario-choose", new)))
    office.scenario = new
    assert chosen(desk, office).status_code == 302
    assert Scenario.objects.get(name="Premier").state == "replaced"


def test_an_agreement_is_asked_read_and_given(desk, office):
    department = make.department()
    prefect = as_(make.decider(Role.PREFECTURE, department))
    office.offer()
    office.fund(10_000, office.envelope(50_000, make.body(BodyKind.PREFECTURE, department=department)))
    office.compute()
    page = words(desk.get(at("scenario", office.scenario)))
    assert "Demander les accords" in page and "Retenir cette simulation" not in page
    desk.post(at("scenario-ask", office.scenario))
    assert "Accords demandés" in words(prefect.get(reverse("home")))
    agreement = at("fund-agreement", FundAgreement.objects.get())
    assert "100,00" in words(prefect.get(agreement)) and desk.get(agreement).status_code == 404
    assert "Couverture médiane" in words(prefect.get(at("scenario", office.scenario)))
    assert prefect.post(agreement, {"agreed": "0"}).status_code == 422
    assert prefect.post(agreement, {"agreed": "1"}).status_code == 302
    assert chosen(desk, office).status_code == 302
    page = words(desk.get(at("scenario-decision", office.scenario)))
    assert "100,00" in page and "donné" in page


def test_a_request_is_taken_back(desk, office):
    department = make.department()
    office.offer()
    office.fund(10_000, office.envelope(50_000, make.body(BodyKind.PREFECTURE, department=department)))
    office.compute()
    desk.post(at("scenario-ask", office.scenario))
    assert "Reprendre la demande" in words(desk.get(at("scenario-decision", office.scenario)))
    desk.post(at("scenario-withdraw", office.scenario))
    assert Scenario.objects.get(pk=office.scenario.pk).state == "draft"


def test_goods_that_arrive_are_said_to_be_there(desk, office):
    from cartable.equipment.actions.lots import receive_lot

    office.stock(4, origin="gift", code="don", label="Don promis")
    office.compute()
    chosen(desk, office)
    plan = Plan.objects.get(good__code="don")
    assert "attendu" in words(as_(office.head(office.a)).get(reverse("school-shares")))
    assert "Don promis" in words(desk.get(at("scenario-decision", office.scenario)))
    receive_lot(
        actor=office.lead, operation_id=office.operation.public_id, good="sim", mode="given", quantity=4
    )
    desk.post(at("plan-arrived", plan))
    plan.refresh_from_db()
    assert plan.in_hand


def test_too_late_is_not_found(desk, office):
    chosen(desk, office, contest_until=str(clock.today()))
    head = as_(office.head(office.a))
    Scenario.objects.update(contest_until=date.today() - timedelta(days=400))
    assert head.get(at("contest", office.scenario, office.a)).status_code == 404
    assert "Contester la part" not in words(head.get(reverse("school-shares")))
