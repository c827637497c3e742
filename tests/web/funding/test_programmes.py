"""Can the ministry open a programme, its documents, lines and ceilings from the pages, and nobody else?"""

from decimal import Decimal

import pytest
from django.urls import reverse

from cartable.funding import actions
from cartable.funding.models import Line, LineCeiling, Programme, SourceDocument
from cartable.journal.models import Entry
from tests.funding.stage import DAY, Country
from tests.money_people import form_of, text
from tests.refusing import refused


pytestmark = pytest.mark.django_db


@pytest.fixture
def country():
    return Country()


def send(client, address, **typed):
    return client.post(address, form_of(client.get(address), **typed))


def test_from_a_programme_to_its_ceilings(people, country):
    ministry = people.as_(people.national)
    new = reverse("programme-new")
    assert (
        send(ministry, new, code="p", name="Plan", starts_on="2021-01-01", ends_on="2020-01-01").status_code
        == 422
    )
    send(ministry, new, code="plan-2021", name="Plan 2021", starts_on="2021-01-01", ends_on="2021-12-31")
    made = Programme.objects.get(code="plan-2021")
    own = [made.public_id]
    send(
        ministry,
        reverse("programme-document-new", args=own),
        code="c1",
        title="Circulaire",
        dated="2021-01-05",
    )
    document = SourceDocument.objects.get(title="Circulaire")
    line = {
        "code": "equipement", "name": "Équipement", "kind": "up_to", "cents": "5 000 000", "basis": "« jusqu'à 5 M€ »",
        "document": str(document.public_id), "serves": "qpv_pupils", "second_person_from_cents": "20 000",
    }  # fmt: skip
    address = reverse("programme-line-new", args=own)
    assert send(ministry, address, **{**line, "cents": "", "kind": "up_to"}).status_code == 422
    assert send(ministry, address, **{**line, "second_person_from_cents": ""}).status_code == 422
    assert send(ministry, address, **line).status_code == 302
    opened = Line.objects.get(programme=made)
    assert (opened.cents, opened.document, opened.second_person_from_cents) == (
        5_000_000_00,
        document,
        20_000_00,
    )
    page = text(ministry.get(reverse("programme", args=own)))
    assert "Équipement" in page and "Circulaire" in page
    bound = reverse("line-ceiling-new", args=[opened.public_id])
    send(ministry, bound, territory="r-32", kind="exactly", cents="695 294", basis="document b")
    assert LineCeiling.objects.get(line=opened).cents == 695_294_00
    assert send(ministry, bound, territory="r-32", kind="exactly", cents="1").status_code == 302
    assert LineCeiling.objects.get(line=opened).cents == 1_00
    assert send(ministry, address, **{**line, "name": "Autre"}).status_code == 422
    send(ministry, bound, territory="r-84", kind="share", percent="15,5", basis="15,5 % de l'enveloppe")
    assert LineCeiling.objects.get(line=opened, percent__isnull=False).percent == Decimal("15.5")


def test_a_share_is_computed_from_what_it_is_a_share_of_or_said_to_bind_nothing(people, country):
    ministry = people.as_(people.national)
    page = reverse("money-line", args=[country.line.public_id])
    bound = reverse("line-ceiling-new", args=[country.line.public_id])
    share = {"territory": "r-32", "kind": "share", "percent": "15"}
    assert send(ministry, bound, **share).status_code == 302
    assert "part de 15 % d'un montant non précisé : ne borne rien" in text(ministry.get(page))
    wrong = send(ministry, bound, **share, base_cents="4 600 000", cents="1")
    assert wrong.status_code == 422 and "Cette part fait 690 000,00 €" in text(wrong)
    assert send(ministry, bound, **share, base_cents="4 600 000").status_code == 302
    assert LineCeiling.objects.get(line=country.line).cents == 690_000_00
    assert "jusqu'à 690 000,00 € (15 % de 4,6 M€)" in text(ministry.get(page))


def test_who_reads_and_who_writes(people, country):
    region = people.as_(people.region)
    programme = country.line.programme
    assert country.line.name in text(region.get(reverse("programme", args=[programme.public_id])))
    assert programme.name in text(region.get(reverse("programmes")))
    for name in ("programme-line-new", "programme-document-new"):
        assert region.get(reverse(name, args=[programme.public_id])).status_code == 404
    assert region.get(reverse("line-ceiling-new", args=[country.line.public_id])).status_code == 404
    assert "Ouvrir un programme" not in text(region.get(reverse("programmes")))


def test_a_line_that_was_left_open_is_specified_later_by_another_document(people, country):
    ministry, page = people.as_(people.national), reverse("money-line", args=[country.line.public_id])
    Line.objects.filter(pk=country.line.pk).update(
        document_place="page 3", cents=None, kind="to_be_specified"
    )
    country.fill(1_000_00)
    document = SourceDocument.objects.create(
        programme=country.line.programme, code="d", title="Arrêté inventé"
    )
    address = reverse("line-ceiling", args=[country.line.public_id])
    assert address in text(ministry.get(page))
    said = {"kind": "share", "percent": "15", "base_cents": "6 000", "document": str(document.public_id)}
    low = send(ministry, address, **said)
    assert low.status_code == 422 and "2 000,00 € de crédits ouverts" in text(low)
    assert send(ministry, address, **{**said, "base_cents": "20 000"}).status_code == 302
    line = Line.objects.get(pk=country.line.pk)
    assert (line.cents, line.document, line.document_place) == (3_000_00, document, "")
    told = Entry.objects.filter(verb="funding.ceiling_set", target=str(line.public_id))
    assert told.get().data["cents"] == 3_000_00
    assert (
        send(ministry, address).status_code == 302
    )  # sent again as it stands, it says the same and tells nothing
    assert (Line.objects.get(pk=line.pk).cents, told.count()) == (3_000_00, 1)
    opening = {"actor": None, "envelope_id": country.nation.public_id, "on": DAY}
    with refused("over_ceiling"):
        actions.open_credits(**opening, ae_cents=1_000_01)
    assert people.as_(people.region).get(address).status_code == 404
    with refused("not_yours"):
        actions.set_line_ceiling(actor=people.region, line=line, ceiling=actions.Ceiling("up_to", 9))
