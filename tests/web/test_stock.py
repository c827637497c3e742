"""Do the pages of stock say in words where things are, and offer a school only what the operation lends?"""

import pytest
from django.urls import reverse

from cartable.equipment.models import Lot
from tests import factories as make
from tests.equipment.stage import Stage, stage


pytestmark = pytest.mark.django_db


@pytest.fixture
def week(client) -> Stage:
    made = stage()
    client.force_login(made.service, backend="django.contrib.auth.backends.ModelBackend")
    return made


def sign_in(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


def test_a_thing_that_is_found_stands_in_words(client, week):
    week.declare(2), week.agree()
    week.lend(week.need("device"), "TAB-1")
    page = client.get(reverse("find-number"), {"numero": "tab-1"}).content.decode()
    assert f"Prêté : {week.school.name}" in page
    assert "on_loan:" not in page


def test_parts_given_and_lent_have_names_of_their_own(week):
    names = set(week.operation.pools.values_list("name", flat=True))
    assert {"tablette à prêter · collège", "tablette à donner · collège"} < names


def test_what_is_stored_is_named_in_french_whoever_reads_english(week):
    from django.utils.translation import override

    with override("en"):
        week.receive(2)
    week.receive(3)
    assert set(Lot.objects.values_list("product__name", flat=True)) == {"Carte SIM"}


def own(week: Stage) -> str:
    return reverse("own-stock", args=[week.operation.public_id, week.school.public_id])


def test_a_head_is_offered_what_the_operation_lends(client, week):
    sign_in(client, week.head)
    page = client.get(own(week)).content.decode()
    assert 'value="tablet"' in page and 'value="computer"' not in page and 'value="sim"' not in page
    assert client.post(own(week), {"good": "tablet", "count": "4"}).status_code == 302
    assert client.post(own(week), {"good": "computer", "count": "4"}).status_code == 422
    assert Lot.objects.get(held_by=week.school).quantity == 4


def test_an_operation_that_lends_nothing_asks_nothing(client):
    lead = make.equipment_user()
    operation, school = make.operation(lead), make.school()
    head = make.user("head", school)
    sign_in(client, head)
    address = reverse("own-stock", args=[operation.public_id, school.public_id])
    assert "Déclarer ce nombre" not in client.get(address).content.decode()


def test_a_head_declares_nothing_that_is_not_lent(week):
    from cartable.equipment.actions import declare_held
    from cartable.foundation.refused import Refused

    for good, mode in (("computer", "lent"), ("tablet", "given")):
        with pytest.raises(Refused, match="ne prête pas"):
            declare_held(
                actor=week.head,
                operation_id=week.operation.public_id,
                good=good,
                mode=mode,
                counts={week.school.public_id: 2},
            )
    assert not Lot.objects.exists()


def test_a_refusal_is_said_in_the_language_of_who_reads(client, week):
    week.service.language = "en"
    week.service.save()
    asked = {"name": "A", "opens_on": "2020-05-02", "answers_due_on": "2020-04-29"}
    page = client.post(reverse("operation-new"), asked).content.decode()
    assert "The date for answers cannot be before the opening" in page
