"""Do lent things come back, one by one and by the hundred, and does the owner see numbers and no names?"""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cartable.equipment.models import Agreement, Incident, Loan
from tests import factories as make
from tests.equipment.stage import nothing_damaged, stage


pytestmark = pytest.mark.django_db


@pytest.fixture
def lending(clock, client):
    """Signed in as the head, twenty tablets of the owner in the school."""
    with clock.at("2020-04-27T09:00+02:00"):
        made = stage()
        made.declare(20), made.agree()
        client.force_login(made.head)
        yield made


def lend(week, *numbers, **more):
    return [week.lend(week.need("device"), number, **more).handover for number in numbers]


def text(answer):
    return answer.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def page(name, week, **query):
    return reverse(name, args=[week.school.public_id])


def test_loans_are_listed_by_what_is_due_and_what_is_late(lending, client, clock):
    lend(lending, "T-1")
    lend(lending, "T-2", due_on=date(2020, 5, 15))
    address = page("loans", lending)
    assert "T-1" in text(client.get(address)) and "T-2" in text(client.get(address))
    due = text(client.get(f"{address}?liste=a-rendre"))
    assert "T-2" in due and "T-1" not in due
    with clock.at("2020-05-16T09:00+02:00"):
        client.logout(), client.force_login(lending.head)
        late = text(client.get(f"{address}?liste=en-retard"))
        assert "en retard : 15 mai 2020" in late and "T-1" not in late
        assert "1 prêt en retard" in text(client.get(reverse("home")))


def test_a_pile_of_tablets_comes_back_by_their_numbers(lending, client):
    lend(lending, "T-1", "T-2", "T-3")
    sent = client.post(
        page("loans-return", lending),
        {"numbers": " t-1 \n\nT-2\nT-1\n", "condition": "good", "signed": "on"},
        follow=True,
    )
    assert "2 restitutions sont notées" in text(sent)
    assert sorted(Loan.objects.filter(state="returned").values_list("asset__number", flat=True)) == [
        "T-1",
        "T-2",
    ]
    assert all(loan.return_signed for loan in Loan.objects.filter(state="returned"))
    receipts = reverse("loans-receipts", args=[lending.school.public_id, lending.operation.public_id])
    assert receipts in text(sent)
    answer = client.get(receipts)
    assert answer["Content-Type"] == "application/pdf" and "no-store" in answer["Cache-Control"]
    assert nothing_damaged()


def test_a_number_that_is_not_lent_stops_all_and_keeps_what_was_typed(lending, client):
    lend(lending, "T-1")
    sent = client.post(page("loans-return", lending), {"numbers": "T-1\nX-9", "condition": "good"})
    assert sent.status_code == 422 and "pas prêtés par votre établissement : X-9" in text(sent)
    assert "T-1\nX-9" in text(sent) and Loan.objects.get().state == "open"


def test_one_tablet_comes_back_worn_with_its_receipt(lending, client):
    (row,) = lend(lending, "T-1")
    client.post(reverse("handover-back", args=[row.public_id]), {"condition": "worn", "signed": "on"})
    loan = Loan.objects.get()
    assert (loan.state, loan.return_condition, loan.returned_on) == ("returned", "worn", date(2020, 4, 27))
    shown = text(client.get(reverse("handover", args=[row.public_id])))
    assert "usé" in shown and reverse("handover-receipt", args=[row.public_id]) in shown
    receipt = client.get(reverse("handover-receipt", args=[row.public_id]))
    assert receipt.content.startswith(b"%PDF") and "Famille" not in receipt["Content-Disposition"]


def test_a_stolen_tablet_ends_its_loan_and_says_whether_a_complaint_was_made(lending, client):
    (row,) = lend(lending, "T-1")
    url = reverse("loan-lost", args=[row.public_id])
    assert client.post(url, {"kind": ""}).status_code == 422
    client.post(url, {"kind": "stolen", "police_report": "on"})
    assert Loan.objects.get().state == "lost" and Incident.objects.get().police_report


def test_all_loans_of_a_school_are_prolonged_at_once(lending, client):
    lend(lending, "T-1", "T-2")
    sent = client.post(page("loans-prolong", lending), {"due_on": "2021-06-30"}, follow=True)
    assert "2 prêts sont prolongés" in text(sent)
    past = client.post(page("loans-prolong", lending), {"due_on": "2019-06-30"})
    assert past.status_code == 422 and "déjà passée" in text(past)


def test_the_owner_prolongs_a_whole_operation_and_reads_no_name(lending, client):
    lend(lending, "T-1", "T-2")
    client.force_login(lending.service)
    address = reverse("operation-loans", args=[lending.operation.public_id])
    seen = text(client.get(address))
    assert "2 prêts en cours" in seen and "T-1" in seen and "Famille" not in seen and "Enfant" not in seen
    sent = client.post(
        reverse("operation-prolong", args=[lending.operation.public_id]),
        {"due_on": "2020-08-31"},
        follow=True,
    )
    assert "2 prêts sont prolongés" in text(sent)
    assert set(Loan.objects.values_list("due_on", flat=True)) == {date(2020, 8, 31)}


def test_the_owner_adopts_a_version_and_reads_it_as_printed(lending, client):
    client.force_login(lending.service)
    sent = client.post(
        reverse("agreement-new"),
        {
            "body": lending.owner.public_id,
            "title": "Convention de prêt, mai",
            "deliberated_on": "2020-04-20",
            "text": "Article 1 – Objet\nLe prêt est gratuit.",
        },
        follow=True,
    )
    assert "<h2" in text(sent) and "Article 1 – Objet" in text(sent) and "Le prêt est gratuit." in text(sent)
    assert Agreement.objects.order_by("-version").first().version == 2
    assert "Convention de prêt, mai" in text(client.get(reverse("agreements")))
    ahead = client.post(
        reverse("agreement-new"),
        {"body": lending.owner.public_id, "title": "A", "deliberated_on": "2020-12-01", "text": "B"},
    )
    assert ahead.status_code == 422 and "à venir" in text(ahead)


def test_an_owner_without_a_voted_text_is_told_so(clock, client):
    with clock.at("2020-04-27T09:00+02:00"):
        week = stage()
        client.force_login(week.service)
        assert "Enregistrer la convention de prêt" in text(client.get(reverse("home")))
        week.agree()
        assert "Enregistrer la convention de prêt" not in text(client.get(reverse("home")))


def test_only_the_school_and_the_owner_open_their_pages(lending, client):
    (row,) = lend(lending, "T-1")
    at_school = [page(name, lending) for name in ("loans", "loans-return", "loans-prolong")]
    at_school.append(reverse("loan-lost", args=[row.public_id]))
    operation = lending.operation.public_id
    at_school.append(reverse("loans-receipts", args=[lending.school.public_id, operation]))
    owners = [
        reverse("operation-loans", args=[operation]),
        reverse("operation-prolong", args=[operation]),
        reverse("agreement", args=[Agreement.objects.get().public_id]),
    ]
    far = make.department("13", "Bouches-du-Rhône")
    other_service = make.user("equipment", make.body(department=far, name="Autre département"))
    for person, hidden in (
        (lending.head, owners),
        (lending.service, at_school),
        (make.user("head", make.school()), [*at_school, *owners]),
        (other_service, [*at_school, *owners]),
        (make.user("auditor"), [*at_school, *owners]),
    ):
        client.force_login(person)
        assert [address for address in hidden if client.get(address).status_code != 404] == []


def _queries(client, address):
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def test_ten_times_the_loans_take_the_same_queries(lending, client):
    operation = lending.operation.public_id
    addresses = {
        lending.head: [
            page("loans", lending),
            reverse("loans-receipts", args=[lending.school.public_id, operation]),
        ],
        lending.service: [reverse("operation-loans", args=[operation])],
    }

    def measure():
        found = []
        for person, its in addresses.items():
            client.force_login(person)
            found += [_queries(client, address) for address in its]
        return found

    def fill(start, count):
        rows = lend(lending, *(f"T-{start + n}" for n in range(2 * count)))
        client.force_login(lending.head)
        back = "\n".join(row.asset.number for row in rows[:count])
        client.post(page("loans-return", lending), {"numbers": back, "condition": "good"})

    fill(0, 1)
    few = measure()
    fill(100, 9)
    assert measure() == few
