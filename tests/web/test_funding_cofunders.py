"""Does a proposal that waits for a co-funder name it, show itself to it alone, and take its part on its day?"""

from datetime import date

import pytest
from django.urls import reverse

from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.foundation.refused import Refused
from cartable.funding import actions
from cartable.funding.models import Commitment
from tests import factories
from tests.funding.stage import Country, envelope, left, line
from tests.money_people import People, committed, form_of, send, text


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def late_in_2020(clock):
    with clock.at("2020-11-30T12:00+01:00"):
        yield


@pytest.fixture
def country(db):
    return Country().fill()


@pytest.fixture
def people(country):
    return People(country)


def write(client, country, **typed):
    given = {"kind": "order", "subject": "120 tablettes", "net": "20 000,50", "on": "2020-06-15", **typed}
    return send(client, "commitment-write", country.nord, country.bearer, **given)


def test_a_commune_that_does_not_sell_sees_what_waits_for_it_and_pays_the_tax(country, people):
    """The State buys from a supplier; the city pays the tax of it, out of credits that came after the proposal."""
    city, village = (
        Body.objects.create(
            kind=BodyKind.LOCAL_AUTHORITY,
            name=name,
            commune=factories.commune(name, code, department=country.d59),
        )
        for name, code in (("Ville de Cavaillon", "59001"), ("Village", "59002"))
    )
    till = envelope(line("tva", None, funder=city, own_money=True), city)
    given = {"ae_cents": 10_000_00, "cp_cents": 10_000_00, "on": date(2020, 7, 1)}
    actions.open_credits(actor=None, envelope_id=till.public_id, **given)
    client, commune = people.as_(people.prefect), people.as_(factories.user("equipment", city))
    asked = {"kind": "purchase", "net": "1 000", "vat_rate": "2000", "vat_payer": "other"}
    assert write(client, country, **asked, cofunder=str(village.public_id)).status_code == 302
    one = Commitment.objects.get()
    own = reverse("commitment", args=[one.public_id])
    assert "On attend la part de : Village" in text(client.get(own))
    assert commune.get(own).status_code == 404 and "attend" not in text(commune.get(reverse("borne")))
    send(client, "commitment-cofunder", one, cofunder=str(city.public_id))
    assert "On attend votre part" in text(commune.get(reverse("borne")))
    assert "Votre part est attendue" in text(commune.get(reverse("home")))
    page = commune.get(reverse("commitment-join", args=[one.public_id]))
    assert (form_of(page)["share"], form_of(page)["amount"]) == ("vat", "200,00")
    early = send(commune, "commitment-join", one, envelope=till.public_id, amount="200", on="2020-06-30")
    assert "du 01/07/2020 au plus tôt" in early.context["form"].errors["on"][0]
    sent = send(commune, "commitment-join", one, envelope=till.public_id, amount="200", on="2020-07-02")
    one.refresh_from_db()
    assert (sent.status_code, one.state, one.decided_on) == (302, "committed", date(2020, 7, 2))
    assert left(till) == 9_800_00 and "Ajouter votre part" not in text(commune.get(own))


def test_who_is_awaited_is_a_collectivite_and_only_while_it_waits(country, people):
    one = committed(country, net_cents=30_000_00)
    stranger = {"commitment_id": one.public_id, "cofunder_id": country.bearer.public_id}
    with pytest.raises(Refused, check=lambda no: no.code == "cofunder"):
        actions.await_cofunder(actor=None, **stranger)
    city = Body.objects.create(kind=BodyKind.LOCAL_AUTHORITY, name="Ville", department=country.d59)
    done = committed(country)
    with pytest.raises(Refused, check=lambda no: no.code == "already_decided"):
        actions.await_cofunder(actor=None, commitment_id=done.public_id, cofunder_id=city.public_id)
    with pytest.raises(Refused, check=lambda no: no.code == "not_yours"):
        actions.await_cofunder(
            actor=people.neighbour, commitment_id=one.public_id, cofunder_id=city.public_id
        )


def test_an_old_proof_is_not_enough_where_any_of_the_envelopes_asks_for_it(country, people, clock):
    strict = line("strict", None, second_person_from_cents=500_00)
    nation = envelope(strict, country.nation.holder)
    region = envelope(strict, country.region.holder, nation)
    second = envelope(strict, country.nord.holder, region)
    client = people.as_(people.prefect)
    asked = {"net": "1000", "other": second.public_id, "other_paid": "400"}
    with clock.at("2020-11-30T12:20+01:00"):
        sent = write(client, country, **asked)
        assert sent.status_code == 422 and "proof" in sent.context["form"].errors
