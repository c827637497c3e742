"""Do the lists that leave hold the figures of the page, in euros, without a cell that a spreadsheet would run?"""

import csv
import io
from datetime import date
from decimal import Decimal

import pytest
from openpyxl import load_workbook

from cartable.funding import actions
from cartable.funding.exports import write_commitments, write_curve, write_money
from cartable.funding.models import Envelope
from cartable.funding.queries import curve, money, parts_of, stages_of
from tests.funding.stage import DAY, commit


pytestmark = pytest.mark.django_db


@pytest.fixture
def spent(country):
    country.fill(10_000_00)
    country.bearer.name = "=HYPERLINK(1)"
    country.bearer.save()
    made = commit(country, 1_234_56, subject="+33 tablettes")
    actions.pay(actor=None, part_id=made.parts.get().public_id, cents=234_56, on=DAY)
    return country


def read_csv(file: io.BytesIO) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig")), delimiter=";"))


def test_envelopes_in_a_csv(spent):
    file = io.BytesIO()
    write_money(file, money(Envelope.objects.all()), at=date(2020, 11, 30))
    nord = next(line for line in read_csv(file) if line["territoire"] == "Nord")
    assert (nord["engagé"], nord["payé"], nord["reste à payer"]) == ("1234,56", "234,56", "1000,00")
    assert (nord["délégué (AE)"], nord["disponible (CP)"]) == ("10000,00", "9765,44")


def test_commitments_in_a_workbook_are_numbers_and_texts(spent):
    file = io.BytesIO()
    parts = parts_of(spent.nord)
    write_commitments(file, parts, stages_of(parts), sort="xlsx")
    header, line = list(load_workbook(io.BytesIO(file.getvalue())).active.iter_rows(values_only=True))
    said = dict(zip(header, line, strict=True))
    assert (said["objet"], said["porteur"]) == ("'+33 tablettes", "'=HYPERLINK(1)")
    assert Decimal(str(said["montant"])) == Decimal("1234.56")


def test_the_curve_in_both(spent):
    file = io.BytesIO()
    write_curve(file, curve(Envelope.objects.all()))
    assert [line["payé"] for line in read_csv(file)] == ["234,56"]
    write_curve(io.BytesIO(), curve(Envelope.objects.all()), sort="xlsx")
