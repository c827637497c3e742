"""Does the paper that travels say what is in this very box, in French, whoever prints it?"""

import re
from io import BytesIO

import pytest
from django.utils.translation import override
from pypdf import PdfReader

from cartable.equipment.papers import leaflets, packing_slips
from tests.equipment.stage import iccid


pytestmark = pytest.mark.django_db


def words(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))


def test_a_slip_gives_numbers_only_where_all_of_them_travel(week):
    ends = (iccid(0), iccid(19))
    week.receive(20, ranges=[ends])
    part = words(packing_slips(week.operation, [week.ship(6)]))
    assert "au compte" in part and ends[0][:-1] not in part
    week.receive(7, name="Carte de secours", ranges=[(iccid(100), iccid(106))])
    rest = words(packing_slips(week.operation, [week.ship(21)]))
    assert iccid(100)[:-1] in rest and ends[0][:-1] not in rest


def test_a_leaflet_is_in_french_whoever_prints_it(week):
    week.receive(10)
    shipment = week.ship(3)
    with override("en"):
        said = words(leaflets(week.operation, [shipment]))
    assert "Une carte SIM pour suivre l'école" in said.replace("’", "'")
    assert "Carte SIM : 3" in said and "aux jours et heures" in said
