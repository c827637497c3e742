"""Is money committed, confirmed, paid, justified, claimed back from the pages, by those who may and nobody else?"""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.funding import actions
from cartable.funding.models import Commitment, Movement, Recovery
from tests import factories
from tests.funding.stage import envelope, left, line
from tests.money_people import committed, form_of, send, stages, text


pytestmark = pytest.mark.django_db
DAY = "2020-06-15"


def write(client, country, **typed):
    given = {"kind": "order", "subject": "120 tablettes", "net": "20 000,50", "on": DAY, **typed}
    return send(client, "commitment-write", country.nord, country.bearer, **given)


def test_a_prefecture_finds_the_bearer_and_commits(country, people):
    client = people.as_(people.prefect)
    page = text(client.get(reverse("commitment-new", args=[country.nord.public_id]), {"q": "inventée"}))
    assert reverse("commitment-write", args=[country.nord.public_id, country.bearer.public_id]) in page
    sent = write(client, country)
    one = Commitment.objects.get()
    assert (sent.status_code, one.state, one.net_cents) == (302, "committed", 20_000_50)
    assert left(country.nord) == 1_000_000_00 - 20_000_50
    assert "20 000,50 €" in text(client.get(sent.url))
    envelope = [country.nord.public_id]
    assert reverse("envelope-xlsx", args=envelope) in text(client.get(reverse("envelope", args=envelope)))


def test_from_the_threshold_on_a_second_person_confirms_and_the_first_may_not(country, people):
    first, second = people.as_(people.prefect), people.as_(people.colleague)
    write(first, country, net="30 000")
    one = Commitment.objects.get()
    assert one.state == "proposed" and "Confirmer l'engagement" not in text(
        first.get(reverse("commitment", args=[one.public_id]))
    )
    refused = send(first, "commitment-confirm", one)
    assert refused.status_code == 422 and "une autre personne de votre service" in text(refused)
    assert "Confirmer : 120 tablettes" in text(second.get("/")) and "Confirmer :" not in text(first.get("/"))
    assert "Confirmer l'engagement" in text(second.get(reverse("commitment", args=[one.public_id])))
    assert send(second, "commitment-confirm", one).status_code == 302
    one.refresh_from_db()
    assert (one.state, one.confirmed_by) == ("committed", people.colleague)


def test_a_proposal_is_refused_with_a_reason_and_the_money_is_free_again(country, people):
    write(people.as_(people.prefect), country, net="30 000")
    one, second = Commitment.objects.get(), people.as_(people.colleague)
    assert send(second, "commitment-refuse", one, reason="").status_code == 422
    assert send(second, "commitment-refuse", one, reason="Déjà équipé").status_code == 302
    assert left(country.nord) == 1_000_000_00
    assert "Refusé : Déjà équipé" in text(second.get(reverse("commitment", args=[one.public_id])))


def test_above_the_threshold_an_old_proof_is_not_enough(country, people, clock):
    client = people.as_(people.prefect)
    with clock.at("2020-11-30T12:20+01:00"):
        asked = write(client, country, net="30 000")
        assert asked.status_code == 422 and "proof" in asked.context["form"].errors
        assert not Commitment.objects.exists()
        assert write(client, country, net="10 000").status_code == 302


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"net": "-5"}, "net", "négatif"),
        ({"net": "12,345"}, "net", "deux décimales au plus"),
        ({"net": "2 000 000"}, "paid", "diminuez le montant"),
        ({"on": "2021-01-02"}, "on", "hors de l'exercice 2020"),
        ({"subject": " "}, "subject", ""),
        ({"net": "0"}, "paid", "Indiquez chaque enveloppe"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_commits_nothing(country, people, typed, field, sentence):
    sent = write(people.as_(people.prefect), country, **typed)
    assert sent.status_code == 422
    assert any(sentence in said for said in sent.context["form"].errors[field])
    assert not Commitment.objects.exists() and left(country.nord) == 1_000_000_00


def test_the_state_pays_the_price_and_a_commune_joins_with_the_tax(country, people):
    commune = Body.objects.create(
        kind=BodyKind.LOCAL_AUTHORITY, name="Commune", commune=factories.commune(department=country.d59)
    )
    own = line("tva", None, funder=commune, own_money=True)
    till = envelope(own, commune)
    actions.open_credits(
        actor=None, envelope_id=till.public_id, ae_cents=10_000_00, cp_cents=10_000_00, on=date(2020, 5, 4)
    )
    one = committed(
        country,
        bearer_id=commune.public_id,
        kind="purchase",
        net_cents=1_000_00,
        vat_rate=2000,
        parts=[actions.Part(country.nord.public_id, 1_000_00)],
    )
    client = people.as_(factories.user("equipment", commune))
    page = text(client.get(reverse("commitment", args=[one.public_id])))
    assert "Il manque la part d'un cofinanceur : 200,00 €" in page and "Ajouter votre part" in page
    sent = send(client, "commitment-join", one, envelope=till.public_id, share="vat", amount="200")
    one.refresh_from_db()
    assert sent.status_code == 302 and one.state == "committed" and left(till) == 9_800_00


def test_one_service_pays_from_two_of_its_envelopes(country, people):
    other = line("cites", None)
    nation = envelope(other, country.nation.holder)
    region = envelope(other, country.region.holder, nation)
    second = envelope(other, country.nord.holder, region)
    given = {"actor": None, "ae_cents": 5_000_00, "on": date(2020, 5, 4)}
    actions.open_credits(envelope_id=nation.public_id, **given)
    for source, target in ((nation, region), (region, second)):
        actions.delegate(source_id=source.public_id, target_id=target.public_id, **given)
    client = people.as_(people.prefect)
    sent = write(client, country, net="1000", other=second.public_id, other_paid="1000,01")
    assert "paierait plus que le montant" in sent.context["form"].errors["other_paid"][0]
    sent = write(client, country, net="1000", other=second.public_id, other_paid="400")
    assert sent.status_code == 302
    assert sorted(Commitment.objects.get().parts.values_list("amount_cents", flat=True)) == [400_00, 600_00]


def test_a_commitment_is_paid_in_instalments_and_what_follows(country, people):
    one, client = committed(country), people.as_(people.prefect)
    for amount in ("5 000", "3 000,25"):
        assert send(client, "commitment-pay", one, amount=amount, on="2020-07-01").status_code == 302
    assert stages(one).paid == 8_000_25 and left(country.nord, "cp") == 1_000_000_00 - 8_000_25
    assert (
        send(
            client, "commitment-credit-note", one, amount="1000", reason="Avoir", on="2020-07-02"
        ).status_code
        == 302
    )
    assert send(client, "commitment-justify", one, amount="2000", on="2020-08-01").status_code == 302
    assert (
        send(
            client, "commitment-release", one, amount="100", reason="Rien de plus", on="2020-08-01"
        ).status_code
        == 302
    )
    claim = {"amount": "500", "reason": "Non utilisé", "on": "2020-09-01", "due_on": "2020-10-01"}
    assert send(client, "commitment-claim", one, **claim).status_code == 302
    assert send(client, "recovery-receive", Recovery.objects.get(), on="2020-10-01").status_code == 302
    found = stages(one)
    assert (found.justified, found.returned, found.settled) == (
        2_000_00,
        500_00,
        8_000_25 - 1000_00 - 2000_00 - 500_00,
    )
    page = text(client.get(reverse("commitment", args=[one.public_id])))
    assert "3 000,25 €" in page and "avoir" in page and "reçu" in page


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"amount": "20 000,01"}, "amount", "diminuez le montant"),
        ({"amount": "5", "on": "2020-06-14"}, "on", "ne peut pas le précéder"),
        ({"amount": "5", "on": "2020-12-24"}, "on", "n'est pas encore venue"),
    ],
)
def test_a_payment_that_cannot_be_is_said_and_moves_nothing(country, people, typed, field, sentence):
    one = committed(country)
    sent = send(people.as_(people.prefect), "commitment-pay", one, **typed)
    assert sent.status_code == 422 and any(sentence in said for said in sent.context["form"].errors[field])
    assert stages(one).paid == 0


def test_a_wrong_entry_is_undone_by_its_reverse_and_both_stay_to_read(country, people):
    one, client = committed(country), people.as_(people.prefect)
    send(client, "commitment-pay", one, amount="5 000", on="2020-07-01")
    sent = send(client, "movement-undo", Movement.objects.get(), reason="Saisi deux fois")
    page = text(client.get(sent.url))
    assert stages(one).paid == 0 and "annule : paiement" in page and "Saisi deux fois" in page
    assert Movement.objects.get(kind="correction").on == date(2020, 7, 1)


def test_a_claim_is_given_up_with_a_reason(country, people):
    one, client = committed(country), people.as_(people.prefect)
    send(client, "commitment-pay", one, amount="5 000", on="2020-07-01")
    send(client, "commitment-claim", one, amount="50", reason="Trop", on="2020-07-02", due_on="2020-10-01")
    claim = Recovery.objects.get()
    assert send(client, "recovery-waive", claim, reason="Pièce retrouvée").status_code == 302
    claim.refresh_from_db()
    assert claim.state == "waived"


@pytest.mark.parametrize("who", ["neighbour", "stranger"])
@pytest.mark.parametrize("name", ["commitment", "commitment-pay", "commitment-confirm", "bill-new"])
def test_what_is_committed_elsewhere_is_not_there(country, people, who, name):
    one = committed(country)
    assert people.as_(getattr(people, who)).get(reverse(name, args=[one.public_id])).status_code == 404


@pytest.mark.parametrize("name", ["commitment-pay", "commitment-justify", "commitment-release"])
def test_who_reads_or_bears_does_not_pay(country, people, name):
    one = committed(country)
    for who in (people.national, people.region, people.bearer, people.auditor):
        client = people.as_(who)
        assert client.get(reverse("commitment", args=[one.public_id])).status_code == 200
        assert client.get(reverse(name, args=[one.public_id])).status_code == 404


def test_a_bearer_does_not_see_another_bearer(country, people):
    other = Body.objects.create(kind=BodyKind.ASSOCIATION, name="Autre association")
    one = committed(country)
    client = people.as_(factories.user("association", other))
    assert client.get(reverse("commitment", args=[one.public_id])).status_code == 404
    assert "Tablettes" not in text(client.get(reverse("borne")))


def test_the_number_is_added_later_and_nothing_left_is_closed(country, people):
    one, client = committed(country, 100_00), people.as_(people.prefect)
    assert send(client, "commitment-number", one, number="2100123456").status_code == 302
    assert send(client, "commitment-close", one).status_code == 422
    send(client, "commitment-release", one, amount="100", reason="Abandonné")
    assert send(client, "commitment-close", one).status_code == 302
    assert send(client, "commitment-reopen", one, reason="Avoir tardif").status_code == 302
    one.refresh_from_db()
    assert (one.number, one.state) == ("2100123456", "committed")


@pytest.mark.parametrize("name", ["envelope", "borne"])
def test_ten_times_the_commitments_ask_the_same(country, people, name):
    client = people.as_(people.bearer if name == "borne" else people.prefect)
    address = reverse(name, args=[country.nord.public_id] if name == "envelope" else [])

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    committed(country, 100)
    asked()
    few = asked()
    for _ in range(10):
        committed(country, 100)
    assert asked() == few


def test_a_commitment_takes_what_was_set_aside_and_the_rest_is_given_back(people, country):
    kept = actions.reserve(
        actor=None,
        envelope_id=country.nord.public_id,
        cents=300_00,
        purpose="Simulation",
        reference="scenario:x",
    )
    prefect = people.as_(people.prefect)
    page = text(prefect.get(reverse("envelope", args=[country.nord.public_id])))
    assert "Réservé, pas encore engagé" in page and "Simulation" in page and "300,00" in page
    address = reverse("commitment-write", args=[country.nord.public_id, country.bearer.public_id])
    typed = {
        "kind": "order",
        "subject": "Tablettes",
        "net": "100",
        "vat_rate": "0",
        "reservation": str(kept.public_id),
    }
    answer = prefect.post(address, form_of(prefect.get(address), **typed))
    assert answer.status_code == 302 and kept.parts.get().amount_cents == 100_00
    too_much = prefect.post(address, form_of(prefect.get(address), **{**typed, "net": "200,01"}))
    assert too_much.status_code == 422 and "réservation" in text(too_much)
    back = reverse("reservation-release", args=[kept.public_id])
    assert prefect.post(back, {"reason": ""}).status_code == 422
    assert people.as_(people.neighbour).get(back).status_code == 404
    assert prefect.post(back, {"reason": "Moins cher"}).status_code == 302
    assert kept.releases.get().amount_cents == 200_00
