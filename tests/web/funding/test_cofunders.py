"""Does the page let one name the co-funder, and does the co-funder find what is awaited and bring it?"""

from datetime import date

import pytest
from django.urls import reverse

from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.funding import actions
from cartable.funding.models import Commitment
from tests import factories
from tests.funding.stage import envelope, left, line
from tests.money_people import committed, send, text


pytestmark = pytest.mark.django_db
DAY = "2020-06-15"


@pytest.fixture
def seller():
    return Body.objects.create(kind=BodyKind.COMPANY, name="Fournisseur inventé")


@pytest.fixture
def commune(country):
    return town(country, "Ville inventée")


def town(country, name: str, siret: str = "") -> Body:
    place = factories.commune(code=f"59{Body.objects.count():03}", department=country.d59)
    return Body.objects.create(kind=BodyKind.LOCAL_AUTHORITY, name=name, commune=place, siret=siret)


def till_of(commune: Body, cents: int = 10_000_00, on: date = date(2020, 5, 4), **more):
    own = line(f"tva {commune.pk}", None, funder=commune, own_money=True, **more)
    till = envelope(own, commune)
    actions.open_credits(actor=None, envelope_id=till.public_id, ae_cents=cents, cp_cents=cents, on=on)
    return till


def buy(client, country, seller, **typed):
    given = {
        "kind": "purchase",
        "subject": "80 tablettes",
        "net": "1 000",
        "vat_rate": "2000",
        "vat_payer": "other",
        "on": DAY,
        **typed,
    }
    return send(client, "commitment-write", country.nord, seller, **given)


def test_the_state_buys_from_a_supplier_and_the_commune_finds_what_it_has_to_pay(
    country, people, seller, commune
):
    prefect, mayor = people.as_(people.prefect), people.as_(factories.user("equipment", commune))
    sent = buy(prefect, country, seller, cofunder="VILLE INVENTEE")
    one = Commitment.objects.get()
    page = text(prefect.get(sent.url))
    assert "L'argent est réservé. Attendu de Ville inventée : 200,00 € (TVA)." in page
    assert "Attendu de Ville inventée : 200,00 € (TVA)</h2>" in page and "Ajouter votre part" not in page
    assert "On attend votre part : 80 tablettes" in text(mayor.get("/"))
    assert "Confirmer : 80 tablettes" not in text(people.as_(people.colleague).get("/"))
    for name in ("borne", "money"):
        listed = text(mayor.get(reverse(name)))
        assert "On attend votre part" in listed and "80 tablettes" in listed and "200,00 €" in listed
    page = text(mayor.get(reverse("commitment", args=[one.public_id])))
    assert "On attend votre part : 200,00 € (TVA)" in page and "Ajouter votre part" in page
    join = reverse("commitment-join", args=[one.public_id])
    assert "Vous n'avez pas d'enveloppe de l'exercice 2020" in text(mayor.get(join))
    till = till_of(commune, on=date(2020, 7, 1))
    assert "Vous n'avez pas" not in text(mayor.get(join))
    early = send(mayor, "commitment-join", one, envelope=till.public_id, on="2020-06-30")
    assert "du 01/07/2020 au plus tôt" in early.context["form"].errors["on"][0]
    sent = send(mayor, "commitment-join", one, envelope=till.public_id, on="2020-07-02")
    one.refresh_from_db()
    assert (sent.status_code, one.state, left(till)) == (302, "committed", 9_800_00)
    assert one.decided_on == date(2020, 7, 2)
    assert "On attend votre part" not in text(mayor.get(reverse("money")))


def test_a_neighbour_town_neither_sees_nor_joins(country, people, seller, commune):
    buy(people.as_(people.prefect), country, seller, cofunder="Ville inventée")
    other = town(country, "Autre ville")
    till_of(other)
    client = people.as_(factories.user("equipment", other))
    one = Commitment.objects.get()
    for name in ("commitment", "commitment-join"):
        assert client.get(reverse(name, args=[one.public_id])).status_code == 404
    assert "On attend votre part" not in text(client.get("/"))


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Dites quel cofinanceur paiera 200,00 €"),
        ("Ville introuvable", "Aucun cofinanceur de ce nom"),
        ("ville", "Plusieurs organismes portent ce nom"),
        ("Association inventée", "Aucun cofinanceur de ce nom"),
    ],
)
def test_a_co_funder_that_is_not_known_is_said_beside_the_field(
    country, people, seller, commune, typed, sentence
):
    town(country, "Ville voisine")
    sent = buy(people.as_(people.prefect), country, seller, cofunder=typed)
    assert sent.status_code == 422 and not Commitment.objects.exists()
    assert any(sentence in said.replace("\u202f", " ").replace("\xa0", " ") for said in _errors(sent))


def _errors(sent):
    return sent.context["form"].errors["cofunder"]


def test_a_siret_names_the_co_funder_and_a_commune_that_bears_is_awaited_itself(
    country, people, seller, commune
):
    town(country, "Ville inventée", siret="21840035400017")
    client = people.as_(people.prefect)
    assert buy(client, country, seller, cofunder="Ville inventée").status_code == 422
    buy(client, country, seller, cofunder="218 400 354 00017")
    assert Commitment.objects.get().awaited.get().body.siret == "21840035400017"
    buy(client, country, commune, subject="Clés")
    assert Commitment.objects.get(subject="Clés").awaited.get().body == commune


def test_a_grant_of_which_this_envelope_pays_a_part_awaits_the_rest_of_the_price(
    country, people, seller, commune
):
    buy(
        people.as_(people.prefect),
        country,
        seller,
        vat_payer="here",
        net="1 000",
        paid="700",
        cofunder="Ville inventée",
    )
    awaited = Commitment.objects.get().awaited.get()
    assert (awaited.share, awaited.amount_cents) == ("net", 300_00)


def test_an_old_proof_is_not_enough_for_the_lowest_threshold_nor_for_the_total(
    country, people, commune, seller, clock
):
    """The second envelope asks for two people from 1 000 € on; a small part of a large commitment is large."""
    other = line("cites", None, second_person_from_cents=1_000_00)
    nation = envelope(other, country.nation.holder)
    region = envelope(other, country.region.holder, nation)
    second = envelope(other, country.nord.holder, region)
    given = {"actor": None, "ae_cents": 5_000_00, "cp_cents": 5_000_00, "on": date(2020, 5, 4)}
    actions.open_credits(envelope_id=nation.public_id, **given)
    for source, target in ((nation, region), (region, second)):
        actions.delegate(source_id=source.public_id, target_id=target.public_id, **given)
    till = till_of(commune)
    both = [actions.Part(country.nord.public_id, 900_00), actions.Part(second.public_id, 600_00)]
    paid = committed(country, parts=both, ask=True)
    actions.confirm(actor=None, commitment_id=paid.public_id)
    large = committed(
        country,
        kind="purchase",
        vat_rate=2000,
        parts=[actions.Part(country.nord.public_id, 30_000_00)],
        awaited=[actions.Awaited(commune.public_id, 6_000_00)],
    )
    prefect, mayor = people.as_(people.prefect), people.as_(factories.user("equipment", commune))
    with clock.at("2020-11-30T12:20+01:00"):
        typed = {"net": "1 500", "other": second.public_id, "other_paid": "600", "kind": "order"}
        asked = [
            send(prefect, "commitment-write", country.nord, country.bearer, subject="x", on=DAY, **typed),
            send(mayor, "commitment-join", large, envelope=till.public_id),
            send(prefect, "commitment-pay", paid, amount="1 000"),
        ]
        for one in asked:
            assert one.status_code == 422 and "proof" in one.context["form"].errors
    assert Commitment.objects.count() == 2 and large.parts.count() == 1
