"""Do the letter and the summary say whose money it is, how much, and where it stands?"""

import re
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from cartable.foundation.refused import Refused
from cartable.funding import actions
from cartable.funding.models import Delegation
from cartable.funding.papers import credit_letter, grant_sheet
from tests.funding.stage import DAY, down


pytestmark = pytest.mark.django_db


def words(pdf: bytes) -> str:
    text = " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return re.sub(r"\s+", " ", text)


def test_the_letter_of_a_delegation(country):
    country.fill(695_294_00)
    said = words(credit_letter(Delegation.objects.get(target=country.region)))
    for part in (
        "Notification de crédits n° 2020-0001",
        "Préfecture de région 32",
        "Ministère inventé",
        "vous délègue",
        "Autorisations d’engagement (AE) 695 294,00 €",
        "Le 4 mai 2020",
    ):
        assert part in said, said


def test_the_letter_of_a_withdrawal_goes_to_who_loses(country):
    country.fill(1000_00)
    taken = actions.withdraw(
        actor=None, envelope_id=country.nord.public_id, ae_cents=5_00, on=DAY, reason="Non engagés"
    )
    said = words(credit_letter(taken))
    assert "retire de votre enveloppe" in said
    assert said.index("Préfecture de région 32") < said.index("Préfecture 59")
    assert "Non engagés" in said and "Crédits de paiement" not in said


def test_a_move_has_a_letter_for_each_end_with_its_own_number(country):
    country.fill(1000_00)
    moved = actions.move(
        actor=None,
        source_id=country.nord.public_id,
        target_id=country.pas.public_id,
        ae_cents=5_00,
        cp_cents=4_00,
        on=DAY,
        reason="Besoin plus fort",
    )
    assert (moved.letter_number, moved.source_letter_number) == ("2020-0002", "2020-0003")
    gains, loses = words(credit_letter(moved)), words(credit_letter(moved, to_source=True))
    assert "n° 2020-0002" in gains and "vire à votre enveloppe" in gains
    for part in (
        "Notification de crédits n° 2020-0003",
        "Préfecture de région 32 vire de votre enveloppe",
        "Crédits de paiement (CP) 4,00 €",
        "Ils rejoignent l’enveloppe de : Préfecture 62",
        "Besoin plus fort",
    ):
        assert part in loses, loses
    assert loses.index("Préfecture 59") < loses.index("vire de votre enveloppe")
    assert "Emploi de ces crédits" not in loses


def test_an_announcement_has_no_letter(country):
    country.fill(1000_00)
    ends = {"source_id": country.nation.public_id, "target_id": country.other_region.public_id}
    announced = actions.announce(actor=None, **ends, ae_cents=300, on=DAY)
    with pytest.raises(Refused):
        credit_letter(announced)


def test_the_summary_of_a_commitment(country):
    country.fill(10_000_00)
    made = actions.commit(
        actor=None,
        kind="purchase",
        bearer_id=country.bearer.public_id,
        subject="80 tablettes",
        parts=[
            actions.Part(country.nord.public_id, 1_000_00),
            actions.Part(country.nord.public_id, 200_00, "vat"),
        ],
        vat_rate=2000,
        on=DAY,
    )
    actions.pay(actor=None, part_id=made.parts.first().public_id, cents=400_00, on=DAY)
    said = words(grant_sheet(made))
    for part in (
        "80 tablettes",
        "TVA à 20 %",
        "1 200,00 €",
        "Association inventée",
        "400,00 €",
        "Décidé le 4 mai 2020",
    ):
        assert part in said, said


def test_the_letter_of_payment_credits_of_a_later_year_says_both_years(country, clock):
    country.fill(1000_00)
    came = date(2021, 2, 1)
    with clock.at("2021-03-15T12:00+01:00"):
        nation = country.nation.public_id
        actions.open_credits(actor=None, envelope_id=nation, cp_cents=300_00, on=came)
        sent = down(country.nation, country.region, 300_00, ae_cents=0, on=came)
        said = words(credit_letter(sent))
    for part in (
        "Notification de crédits n° 2021-0001",
        "Exercice 2020, crédits de paiement de 2021",
        "Le 1er février 2021",
        "Crédits de paiement (CP) 300,00 €",
        "Ils paient en 2021 ce qui a été engagé en 2020",
    ):
        assert part in said, said
    assert "Autorisations" not in said
