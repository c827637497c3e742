"""Do credits come down, go back and get redeployed from the pages, and is nothing left half done by a mistake?"""

from datetime import date

import pytest
from django.urls import reverse

from cartable.funding import actions
from cartable.funding.models import Delegation, Envelope
from tests.funding.stage import Country, down, envelope, left, line, region_prefecture
from tests.money_people import committed, form_of


pytestmark = pytest.mark.django_db
DAY = "2020-11-16"


@pytest.fixture
def country(db):
    found = Country().fill()
    down(found.nation, found.region, 500_000_00)
    return found


def send(client, name, thing, **typed):
    """Open a form and send it back with what is typed."""
    address = reverse(name, args=[thing.public_id])
    return client.post(address, form_of(client.get(address), **typed))


def text(answer):
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ").replace("&#x27;", "'")


def test_a_region_delegates_to_a_departement_and_both_read_the_letter_s_line(country, people):
    region = people.as_(people.region)
    sent = send(
        region,
        "envelope-delegate",
        country.region,
        target=country.pas.public_id,
        ae="1 234,56",
        cp="1000",
        on=DAY,
    )
    assert sent.status_code == 302 and left(country.pas) == 1234_56 and left(country.pas, "cp") == 1000_00
    for client, one in ((region, country.region), (people.as_(people.neighbour), country.pas)):
        page = text(client.get(reverse("envelope", args=[one.public_id])))
        assert "1 234,56 €" in page and Delegation.objects.latest("id").letter_number in page


def test_a_departement_without_an_envelope_gets_it_with_its_first_credits(country, people):
    aisne = region_prefecture(country.north)
    assert aisne.region == country.north
    from tests import factories
    from tests.funding.stage import prefecture

    body = prefecture(factories.department("02", "Aisne", region=country.north))
    send(
        people.as_(people.region),
        "envelope-delegate",
        country.region,
        target=f"new-{body.public_id}",
        ae="10",
        on=DAY,
    )
    assert left(Envelope.objects.get(holder=body)) == 10_00


def test_an_announced_delegation_moves_nothing_until_it_is_notified(country, people):
    region = people.as_(people.region)
    send(
        region,
        "envelope-delegate",
        country.region,
        target=country.pas.public_id,
        ae="500",
        on=DAY,
        only_announce="on",
    )
    announced = Delegation.objects.latest("id")
    assert announced.state == "announced" and left(country.pas) == 0
    sent = send(region, "notification-notify", announced, on="2020-11-20")
    assert sent.status_code == 302 and left(country.pas) == 500_00
    assert "4 jours" in text(region.get(sent.url))


def test_an_announced_delegation_is_given_up_with_a_reason(country, people):
    region = people.as_(people.region)
    send(
        region,
        "envelope-delegate",
        country.region,
        target=country.pas.public_id,
        ae="500",
        on=DAY,
        only_announce="on",
    )
    announced = Delegation.objects.latest("id")
    assert send(region, "notification-cancel", announced, reason="").status_code == 422
    assert send(region, "notification-cancel", announced, reason="Décision revue").status_code == 302
    announced.refresh_from_db()
    assert announced.state == "cancelled" and left(country.pas) == 0


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"ae": "-5"}, "Un montant ne peut pas être négatif"),
        ({"ae": "1,234"}, "deux décimales au plus"),
        ({"ae": "1e3"}, "Écrivez un montant en euros"),
        ({"ae": "0"}, "supérieur à zéro"),
        ({"ae": "99 000 000"}, "diminuez le montant"),
        ({"ae": "5", "on": "2019-12-31"}, "hors de l'exercice 2020"),
        ({"ae": "5", "on": "2020-12-31"}, "n'est pas encore venue"),
    ],
)
def test_a_mistake_is_said_beside_its_field_and_moves_nothing(country, people, typed, sentence):
    given = {"target": country.pas.public_id, "on": DAY, **typed}
    sent = send(people.as_(people.region), "envelope-delegate", country.region, **given)
    field = "on" if "on" in typed else "ae"
    assert sent.status_code == 422
    assert any(sentence in said for said in sent.context["form"].errors[field])
    assert left(country.pas) == 0


def test_the_same_form_sent_twice_moves_once(country, people):
    client = people.as_(people.region)
    address = reverse("envelope-delegate", args=[country.region.public_id])
    typed = form_of(client.get(address), target=country.pas.public_id, ae="100", on=DAY)
    assert [client.post(address, typed).status_code for _ in range(2)] == [302, 302]
    assert left(country.pas) == 100_00


def test_credits_are_taken_back_and_moved_with_a_reason(country, people):
    region = people.as_(people.region)
    down_of_pas = {"target": country.nord.public_id, "ae": "100", "on": DAY, "reason": "Non engagé"}
    before = left(country.region)
    assert send(region, "envelope-withdraw", country.region, **down_of_pas).status_code == 302
    assert left(country.region) == before + 100_00
    moved = {
        "source": country.nord.public_id,
        "target": country.pas.public_id,
        "ae": "50",
        "reason": "Besoin",
        "on": DAY,
    }
    assert send(region, "envelope-move", country.region, **moved).status_code == 302
    assert left(country.pas) == 50_00


def test_who_loses_by_a_move_finds_its_own_letter(country, people):
    moved = actions.move(
        actor=None,
        source_id=country.nord.public_id,
        target_id=country.pas.public_id,
        ae_cents=50_00,
        reason="Besoin",
        on=date(2020, 6, 15),
    )
    loser = people.as_(people.prefect)
    listed = text(loser.get(reverse("envelope", args=[country.nord.public_id])))
    assert moved.source_letter_number in listed and moved.letter_number not in listed
    page = text(loser.get(reverse("notification", args=[moved.public_id])))
    assert "Lettre à Préfecture 59 (PDF)" in page and "Lettre à Préfecture 62 (PDF)" in page
    letter = reverse("notification-letter-source", args=[moved.public_id])
    assert letter in page and moved.source_letter_number in page
    assert loser.get(letter).content.startswith(b"%PDF")
    assert people.as_(people.stranger).get(letter).status_code == 404
    down = Delegation.objects.get(target=country.nord)
    other = loser.get(reverse("notification-letter-source", args=[down.public_id]))
    assert other.url == reverse("notification-letter", args=[down.public_id])


def test_a_redeployment_takes_and_gives_in_one_decision(country, people):
    region = people.as_(people.region)
    nord, pas = country.nord.public_id.hex, country.pas.public_id.hex
    typed = {f"take_ae_{nord}": "300", f"give_ae_{pas}": "300", "on": DAY, "reason": "Fin d'année"}
    assert send(region, "envelope-redeploy", country.region, **typed).status_code == 302
    assert left(country.pas) == 300_00
    letters = Delegation.objects.filter(redeployment__isnull=False)
    page = text(region.get(reverse("notification", args=[letters[0].public_id])))
    assert all(one.letter_number in page for one in letters)


def test_a_redeployment_that_takes_too_much_does_nothing_at_all(country, people):
    nord, pas = country.nord.public_id.hex, country.pas.public_id.hex
    typed = {f"take_ae_{nord}": "9 000 000", f"give_ae_{pas}": "300", "on": DAY, "reason": "Fin d'année"}
    sent = send(people.as_(people.region), "envelope-redeploy", country.region, **typed)
    assert sent.status_code == 422 and "diminuez le montant" in text(sent)
    assert left(country.pas) == 0 and not Delegation.objects.filter(redeployment__isnull=False).exists()


def test_the_ministry_opens_credits_at_the_top_only(country, people):
    national = people.as_(people.national)
    assert send(national, "envelope-open-credits", country.nation, ae="10", on=DAY).status_code == 302
    assert national.get(reverse("envelope-open-credits", args=[country.region.public_id])).status_code == 404


@pytest.mark.parametrize(
    "name", ["envelope-delegate", "envelope-withdraw", "envelope-move", "commitment-new"]
)
def test_who_only_reads_an_envelope_does_not_act_on_it(country, people, name):
    national = people.as_(people.national)
    assert national.get(reverse("envelope", args=[country.region.public_id])).status_code == 200
    assert national.get(reverse(name, args=[country.region.public_id])).status_code == 404


@pytest.mark.parametrize("who", ["neighbour", "stranger", "bearer"])
def test_the_money_of_another_departement_is_not_there(country, people, who):
    client = people.as_(getattr(people, who))
    assert client.get(reverse("envelope", args=[country.nord.public_id])).status_code == 404


def test_who_has_no_second_factor_is_led_to_it(country, people, client):
    client.force_login(people.region)
    answer = client.get(reverse("envelope-delegate", args=[country.region.public_id]))
    assert answer.status_code == 302 and "second-facteur" in answer.url


def test_an_envelope_says_the_days_from_announced_to_notified(country, people):
    down(country.region, country.pas, 100_00, announced_on=__import__("datetime").date(2020, 4, 27))
    page = text(people.as_(people.neighbour).get(reverse("envelope", args=[country.pas.public_id])))
    assert "4 mai 2020 (7 jours après)" in page and "pas encore" in page


def test_the_page_of_an_envelope_asks_the_same_for_ten_times_the_letters(
    country, people, django_assert_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    region = people.as_(people.region)
    address = reverse("envelope", args=[country.region.public_id])
    down(country.region, country.pas, 100)
    region.get(address)
    with CaptureQueriesContext(connection) as few:
        region.get(address)
    for _ in range(9):
        down(country.region, country.pas, 100)
    with django_assert_num_queries(len(few)):
        region.get(address)


def test_two_lines_of_one_body_are_two_envelopes(country, people):
    other = line("cites_educatives_15", None, name="Cités éducatives, 15 %")
    nation = envelope(other, country.nation.holder)
    second = envelope(other, country.region.holder, nation)
    page = text(people.as_(people.region).get(reverse("envelope", args=[second.public_id])))
    assert "Cités éducatives, 15 %" in page and "Ligne equipment_extra" not in page


def test_what_2020_committed_is_paid_in_2021_by_the_credits_of_2021(country, people, clock):
    one = committed(country, 800_00)
    with clock.at("2021-03-15T12:00+01:00"):
        prefect, region = people.as_(people.prefect), people.as_(people.region)
        refused = send(prefect, "commitment-pay", one, amount="300", on="2021-03-15")
        assert "demandez des crédits de 2021" in text(refused)
        actions.open_credits(
            actor=None, envelope_id=country.nation.public_id, cp_cents=300_00, on=date(2021, 2, 1)
        )
        down(country.nation, country.region, 300_00, ae_cents=0, on=date(2021, 2, 1))
        given = {"target": country.nord.public_id, "on": "2021-02-01"}
        assert "hors de l'exercice 2020" in text(
            send(region, "envelope-delegate", country.region, ae="1", cp="300", **given)
        )
        assert send(region, "envelope-delegate", country.region, cp="300", **given).status_code == 302
        assert send(prefect, "commitment-pay", one, amount="120", on="2021-03-15").status_code == 302
        page = prefect.get(reverse("envelope", args=[country.nord.public_id]))
        said = text(region.get(reverse("envelope-delegate", args=[country.region.public_id])))
    years = [(row.year, row.came, row.paid, row.left) for row in page.context["years"].rows]
    assert years == [(2020, 1_000_000_00, 0, 1_000_000_00), (2021, 300_00, 120_00, 180_00)]
    assert page.context["payable"] == 180_00 and "ne paient que cette année-là" in text(page)
    assert "Non payé dans l'année" in text(page)
    assert "dont 500 000,00 € d'années passées" in said
