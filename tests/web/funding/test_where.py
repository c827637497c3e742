"""Does the page say where the money is, at any day, with ceilings that are no amounts, and do the pieces add up?"""

import csv
import io
import random
import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import openpyxl
import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cartable.funding import actions
from cartable.funding.models import CommitmentPart, Envelope, Line
from tests.funding.stage import DAY, Country, down, envelope, line, prefecture, region_prefecture


pytestmark = pytest.mark.django_db
SPENT = date(2020, 6, 15)


@pytest.fixture
def country(db):
    return lived_in(Country().fill())


def commit(of: Envelope, bearer, cents: int, on: date = SPENT, **more):
    return actions.commit(
        actor=None,
        kind="order",
        bearer_id=bearer.public_id,
        subject=more.pop("subject", "Tablettes"),
        parts=[actions.Part(of.public_id, cents)],
        on=on,
        **more,
    )


def lived_in(country: Country) -> Country:
    """Let money go every way that there is."""
    down(country.nation, country.region, 300_000_00)
    down(country.region, country.pas, 100_000_00)
    down(country.nation, country.other_region, 200_000_00)
    down(country.other_region, country.rhone, 150_000_00)
    actions.withdraw(
        actor=None, envelope_id=country.pas.public_id, ae_cents=10_000_00, reason="Trop", on=SPENT
    )
    actions.move(
        actor=None,
        source_id=country.pas.public_id,
        target_id=country.nord.public_id,
        ae_cents=5_000_00,
        reason="Besoin",
        on=SPENT,
    )
    first, second = (commit(country.nord, country.bearer, cents) for cents in (20_000_00, 12_345_67))
    commit(country.rhone, country.bearer, 7_000_00)
    commit(country.nord, country.bearer, 3_000_00, ask=True)
    part, other = (CommitmentPart.objects.get(commitment=one) for one in (first, second))
    given = {"actor": None, "part_id": part.public_id, "on": date(2020, 7, 1)}
    paid = actions.pay(cents=15_000_00, **given)
    actions.credit_note(cents=1_000_00, reason="Avoir", **given)
    actions.justify(cents=4_000_00, **given)
    actions.release(cents=2_000_00, reason="Rien de plus", **given)
    wrong = actions.pay(actor=None, part_id=other.public_id, cents=45_00, on=date(2020, 7, 2))
    actions.undo(actor=None, movement_id=wrong.public_id, reason="Saisi deux fois", on=date(2020, 7, 3))
    claim = actions.claim(cents=500_00, due_on=date(2020, 9, 1), reason="Rendu", reestablish=True, **given)
    actions.receive(actor=None, recovery_id=claim.public_id, on=date(2020, 9, 1))
    assert paid.amount_cents
    return country


def text(answer) -> str:
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ").replace("&#x27;", "'")


def cents_of(words: str) -> int:
    return int(re.sub(r"[^\d-]", "", words.replace("\u2212", "-")))


@pytest.mark.parametrize("at", ["", "2020-06-15", "2020-07-01", "2020-08-01"])
@pytest.mark.parametrize("territory", ["", "r-32", "d-59", "d-62"])
def test_every_figure_is_the_sum_of_its_pieces(country, people, at, territory):
    client = people.as_(people.national)
    page = BeautifulSoup(
        text(client.get(reverse("money"), {"au": at, "territoire": territory})), "html.parser"
    )
    figures = page.select(".cartable-money a") + page.select("tbody td.cartable-number a")
    assert len(figures) >= 5
    for found in figures:
        pieces = text(client.get(found["href"]))
        total = BeautifulSoup(pieces, "html.parser").select_one("main strong").text
        assert cents_of(total) == cents_of(found.text), found


@pytest.mark.parametrize("territory", ["", "r-32", "r-84", "d-59", "s-32"])
@pytest.mark.parametrize("who", ["national", "region", "prefect"])
def test_the_rows_by_territory_add_up_to_the_card_above_them(country, people, who, territory):
    answer = people.as_(getattr(people, who)).get(reverse("money"), {"territoire": territory})
    if answer.status_code == 422:  # out of reach
        return
    page = BeautifulSoup(text(answer), "html.parser")
    card = [cents_of(one.text) for one in page.select_one(".cartable-money").select("dd")]
    rows = [
        [cents_of(cell.text) for cell in row.select("td.cartable-number")]
        for row in page.select("tbody tr")
        if row.select("td.cartable-number")
    ]
    assert card[0] > 0 and [sum(column) for column in zip(*rows, strict=True)] == card


def test_the_pieces_of_a_page_add_up_line_by_line(country, people):
    client = people.as_(people.national)
    for word in ("delegue", "engage", "en-attente", "paye", "justifie", "reste"):
        page = BeautifulSoup(text(client.get(reverse("money-pieces"), {"chiffre": word})), "html.parser")
        cells = page.select("tbody td.cartable-number")
        assert sum(cents_of(cell.text) for cell in cells) == cents_of(page.select_one("main strong").text), (
            word
        )


@pytest.fixture
def two_lines(country):
    """The two lines of Hauts-de-France that lie so near each other."""
    extra = Line.objects.get()
    actions.set_ceiling(
        actor=None,
        line=extra,
        region=country.north,
        ceiling=actions.Ceiling("exactly", 1_300_000_00),
        basis="Délégué",
    )
    cites = line("cites_15", None, name="Cités éducatives 2020, 15 %")
    actions.set_ceiling(
        actor=None,
        line=cites,
        region=country.north,
        ceiling=actions.Ceiling("up_to", 690_000_00),
        basis="15 % de 4,6 M€",
    )
    nation = envelope(cites, country.nation.holder)
    envelope(cites, region_prefecture(country.north), nation)
    return extra, cites


def test_the_two_lines_stand_side_by_side_each_with_its_own_ceiling(country, people, two_lines):
    page = BeautifulSoup(text(people.as_(people.region).get(reverse("money"))), "html.parser")
    cards = {card.select_one("h3").text: card.text for card in page.select("section.cartable-figure")}
    assert set(cards) == {"Ligne equipment_extra", "Cités éducatives 2020, 15 %"}
    assert "jusqu'à 5 M€" in cards["Ligne equipment_extra"]
    assert "1 300 000,00 € exactement" in cards["Ligne equipment_extra"]
    cites = cards["Cités éducatives 2020, 15 %"]
    assert "à préciser" in cites and "jusqu'à 690 000,00 €" in cites and "15 % de 4,6 M€" in cites
    assert "Délégué0,00 €" in cites.replace("\n", "")


def test_a_date_that_cannot_be_read_is_said_and_shows_no_figure(country, people):
    answer = people.as_(people.national).get(reverse("money"), {"au": "31/02/2020"})
    assert answer.status_code == 422 and answer.context["form"].errors["au"]
    assert not BeautifulSoup(answer.content, "html.parser").select(".cartable-money")


@pytest.mark.parametrize("name", ["money-csv", "money-xlsx", "money-days-csv"])
def test_a_file_of_an_unreadable_question_is_refused(country, people, name):
    assert people.as_(people.national).get(reverse(name), {"au": "31/02/2020"}).status_code == 422


def test_the_files_hold_the_figures_of_the_page(country, people):
    client = people.as_(people.national)
    rows = list(
        csv.DictReader(
            io.StringIO(client.get(reverse("money-csv")).content.decode("utf-8-sig")), delimiter=";"
        )
    )
    north = next(row for row in rows if row["territoire"] == "Hauts-de-France")
    assert north["delegue"] == "1300000,00" and north["engage"] == "29845,67"
    sheet = openpyxl.load_workbook(io.BytesIO(client.get(reverse("money-xlsx")).content)).active
    header = [cell.value for cell in sheet[1]]
    line_of = next(row for row in sheet.iter_rows(values_only=True) if "Hauts-de-France" in row)
    assert float(line_of[header.index("delegue")]) == 1_300_000.00


def test_what_is_set_aside_has_its_column_and_the_file_adds_up(country, people):
    actions.reserve(
        actor=None, envelope_id=country.nord.public_id, cents=1_000_00, reference="s", purpose="Simulation"
    )
    said = people.as_(people.national).get(reverse("money-csv")).content.decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(said), delimiter=";")
    north = next(row for row in rows if row["territoire"] == "Hauts-de-France")
    cells = ("engage", "reserve", "en_attente", "reste_a_engager", "delegue")
    spent, kept, waiting, left, whole = (round(float(north[name].replace(",", ".")) * 100) for name in cells)
    assert (kept, spent + kept + waiting + left) == (1_000_00, whole)


def test_a_formula_in_a_name_is_text_in_the_files(country, people):
    Line.objects.update(name="=HYPERLINK(1)")
    said = people.as_(people.national).get(reverse("money-csv")).content.decode("utf-8-sig")
    assert "'=HYPERLINK(1)" in said and ";=HYPERLINK" not in said


def test_the_curve_is_drawn_with_its_table_and_its_file(country, people):
    client = people.as_(people.region)
    page = BeautifulSoup(text(client.get(reverse("money-days"))), "html.parser")
    last = page.select("tbody tr")[-1].text
    assert len(page.select("polyline")) == 4 and "1 300 000,00 €" in last
    said = client.get(reverse("money-days-csv")).content.decode("utf-8-sig")
    assert said.splitlines()[-1].split(";")[1] == "1300000,00"


@pytest.mark.parametrize("who", ["prefect", "stranger"])
def test_what_is_out_of_reach_is_in_no_figure_and_no_choice(country, people, who):
    answer = people.as_(getattr(people, who)).get(reverse("money"))
    page = text(answer)
    assert "Pas-de-Calais" not in page
    assert ("Rhône" in page) is (who == "stranger")


def test_a_territory_out_of_reach_cannot_be_asked_for(country, people):
    assert people.as_(people.prefect).get(reverse("money"), {"territoire": "d-62"}).status_code == 422
    answer = people.as_(people.prefect).get(
        reverse("money-pieces"), {"territoire": "d-62", "chiffre": "delegue"}
    )
    assert answer.status_code == 404


def test_ten_times_the_territories_ask_the_same(country, people):
    from tests import factories

    client = people.as_(people.national)

    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            assert client.get(reverse("money")).status_code == 200
        return len(found)

    asked()  # the first page of a session writes when it was born
    few = asked()
    for n in range(20):
        department = factories.department(f"9{n:02d}", f"Département {n}", region=country.north)
        down(country.region, envelope(country.line, prefecture(department), country.region), 100)
    assert asked() == few


def test_the_line_says_its_document_and_its_envelopes(country, people, two_lines):
    page = text(people.as_(people.region).get(reverse("money-line", args=[two_lines[1].public_id])))
    assert "690 000,00 €" in page and "Préfecture de région 32" in page
    assert "Pas-de-Calais" not in page


def test_the_ministry_opens_the_envelope_of_a_year(country, people):
    from tests.money_people import form_of

    address = reverse("envelope-new", args=[country.line.public_id])
    client = people.as_(people.national)
    sent = client.post(address, form_of(client.get(address), year="2021", ae="", cp=""))
    assert sent.status_code == 302 and Envelope.objects.filter(year=2021, level="national").exists()
    assert people.as_(people.region).get(address).status_code == 404


def test_links_of_figures_keep_the_question(country, people):
    page = BeautifulSoup(
        text(people.as_(people.national).get(reverse("money"), {"au": "2020-07-01"})), "html.parser"
    )
    found = random.choice(page.select(".cartable-money a"))
    assert parse_qs(urlsplit(found["href"]).query)["au"] == ["2020-07-01"]
    assert DAY.year == 2020
