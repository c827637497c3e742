"""Do the pages carry a repair and a gap that turns up, from the button to the stock?"""

import re

import pytest
from django.urls import reverse

from cartable.equipment.actions import Count, return_loan
from cartable.equipment.models import Finding, Repair
from tests.equipment.stage import Stage, nothing_damaged, stage


pytestmark = pytest.mark.django_db


@pytest.fixture
def week(db) -> Stage:
    return stage()


def sign_in(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


def text(answer) -> str:
    return answer.content.decode()


def key_in(page: str) -> str:
    return re.search(r'name="key" value="([^"]+)"', page)[1]


def test_a_school_sends_a_damaged_tablet_and_the_owner_ends_its_repair(client, week):
    week.declare(5), week.agree()
    loan = week.lend(week.need("device"), "TAB-1").handover
    sign_in(client, week.head)
    assert "Envoyer en réparation" not in text(client.get(reverse("find-number"), {"numero": "TAB-1"}))
    return_loan(actor=week.head, loan_id=loan.public_id, condition="damaged")
    assert "Envoyer en réparation" in text(client.get(reverse("find-number"), {"numero": "TAB-1"}))
    send = reverse("repair-send", args=[loan.asset.public_id])
    key = key_in(text(client.get(send)))
    for _ in range(2):
        assert client.post(send, {"key": key}).status_code == 302
    repair = Repair.objects.get()
    assert "en réparation" in text(client.get(reverse("repairs")))
    assert client.get(reverse("repair-end", args=[repair.public_id])).status_code == 404
    sign_in(client, week.service)
    end = reverse("repair-end", args=[repair.public_id])
    assert end in text(client.get(reverse("repairs")))
    assert client.post(end, {"outcome": "sold"}).status_code == 422
    said = client.post(end, {"outcome": "repaired"}, follow=True)
    assert "réparé le" in text(said)
    assert nothing_damaged()


def test_what_was_missing_is_taken_into_stock_from_the_list_of_shipments(client, week):
    week.receive(10)
    shipment = week.ship(4)
    week.confirm(shipment, Count(2, 2, "missing"))
    line = shipment.lines.get()
    sign_in(client, week.head)
    listing = reverse("shipments", args=[week.operation.public_id])
    page = reverse("gap-found", args=[line.public_id])
    assert page in text(client.get(listing))
    form = text(client.get(page))
    assert "il en manque 2" in form and "in_depot" not in form
    assert client.post(page, {"key": key_in(form), "quantity": "3"}).status_code == 422
    said = client.post(page, {"key": key_in(form), "quantity": "2"}, follow=True)
    assert "sont en stock" in text(said) and page not in text(said)
    assert Finding.objects.get().quantity == 2
    sign_in(client, week.another_school()[1])
    assert client.get(page).status_code == 404
    assert nothing_damaged()
