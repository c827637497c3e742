"""Can a tired head say in one page who lives in a priority area, and read what will be counted?"""

import pytest
from django.urls import reverse

from cartable.accounts.enums import Role
from cartable.census.models import ReturnLine
from cartable.pupils.actions import mark
from cartable.pupils.inputs import NeedInput
from cartable.pupils.models import Home
from tests import factories


pytestmark = pytest.mark.django_db
UNKNOWN = "2 élèves dont on ne sait pas s'ils habitent un quartier prioritaire (QPV) sont comptés hors QPV."


@pytest.fixture
def school():
    return factories.school("ecole")


@pytest.fixture
def head(client, school):
    user = factories.user(Role.HEAD, school)
    client.force_login(user)
    return user


@pytest.fixture
def families(head, school):
    pupils = [factories.pupil(school, name) for name in ("Ana", "Bob", "Cleo", "Dan")]
    factories.home(pupils[0], in_priority_area=True)
    factories.home(pupils[1], pupils[2], address="2 rue B")
    for pupil in pupils[:3]:
        mark(actor=head, pupil_id=pupil.public_id, lacks=[NeedInput("device")])
    return pupils


def text(answer):
    return answer.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def test_one_line_for_each_family_that_lacks_something(client, school, families):
    page = text(client.get(reverse("priority-areas", args=[school.public_id])))
    assert page.count("<select") == 2 and "Exemple Bob, Exemple Cleo" in page and "Dan" not in page
    assert '<option value="true" selected>oui</option>' in page


def test_the_answer_says_who_is_counted_outside_and_leads_there(client, school, families):
    operation = factories.operation(
        factories.equipment_user(), factories.pool(3, serves="ecole", good="tablet", mode="lent")
    )
    answer = reverse("answer", args=[operation.public_id, school.public_id])
    address = reverse("priority-areas", args=[school.public_id])
    page = text(client.get(answer))
    assert UNKNOWN in page and address in page
    ana, bob, *_ = families
    sent = {str(ana.public_id): "true", str(bob.public_id): "unknown", "rest": "false"}
    assert "1 foyer enregistré" in text(client.post(address, sent, follow=True))
    assert {home.address: home.in_priority_area for home in Home.objects.all()} == {
        "1 rue Inventée": True,
        "2 rue B": False,
    }
    assert "QPV) sont comptés" not in text(client.get(answer))


def test_an_old_page_changes_nothing(client, school, families):
    address = reverse("priority-areas", args=[school.public_id])
    assert client.post(address, {str(families[0].public_id): "perhaps"}).status_code == 422
    assert Home.objects.filter(in_priority_area=True).count() == 1


def test_who_does_not_mark_there_has_no_such_page(client, school, families):
    for actor in (
        factories.user(Role.SCHOOL_STAFF, school),
        factories.user(Role.HEAD, factories.school()),
        factories.equipment_user(),
    ):
        client.force_login(actor)
        assert client.get(reverse("priority-areas", args=[school.public_id])).status_code == 404


def test_a_home_says_it_on_its_form(client, school, families):
    dan = families[3]
    home = factories.home(dan, address="4 rue D")
    address = reverse("pupil-home", args=[dan.public_id, home.public_id])
    assert "En quartier prioritaire (QPV)" in text(client.get(address))
    sent = {"kind": "family", "address": "4 rue D", "postcode": "93300", "in_priority_area": "true"}
    for number in (0, 1):
        sent[f"capacity_{number}"] = "legal_guardian"
    assert client.post(address, sent).status_code == 302
    home.refresh_from_db()
    assert home.in_priority_area is True
    assert "QPV" in text(client.get(reverse("pupil", args=[dan.public_id])))


def test_an_office_enters_what_it_was_told_on_the_telephone(client, school):
    operation = factories.operation(factories.equipment_user(), factories.pool(3, serves="ecole"))
    client.force_login(factories.user(Role.CIRCONSCRIPTION, school.circonscription))
    address = reverse("enter-for", args=[operation.public_id, school.public_id])
    assert "dont en quartier prioritaire (QPV), si on le sait" in text(client.get(address))
    refused = client.post(address, {"connection_sim": 3, "connection_sim_qpv": 4})
    assert refused.status_code == 422 and "plus en quartier prioritaire (QPV) qu'en tout" in text(refused)
    assert client.post(address, {"device_qpv": 1}).status_code == 422
    sent = {"connection_sim": 3, "connection_sim_qpv": 2, "device": 1, "homework_by_post": 2}
    assert client.post(address, sent).status_code == 302
    rows = ReturnLine.objects.order_by("kind").values_list("kind", "units", "qpv_pupils", "qpv_units")
    assert list(rows) == [("connection", 3, 2, 2), ("device", 1, 0, 0), ("homework_by_post", 2, 0, 0)]
