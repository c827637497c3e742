"""Does a bearer declare and justify, does a file commit line by line, does a euro lead to a lot and back?"""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.funding.models import Commitment, Invoice, Line, Recovery
from tests import factories
from tests.money_people import committed, send, stages, text


pytestmark = pytest.mark.django_db
DAY = "2020-06-15"


BILL = {"supplier_name": "Fournisseur", "number": "F-12", "dated": "2020-07-10", "vat_rate": "2000"}
GOODS = {
    "good_1": "Tablette",
    "quantity_1": "10",
    "unit_1": "280,00",
    "good_2": "Housse",
    "quantity_2": "10",
    "unit_2": "9,99",
}


def test_the_bearer_declares_a_bill_and_the_service_accepts_it(country, people):
    one, bearer, service = committed(country), people.as_(people.bearer), people.as_(people.prefect)
    send(service, "commitment-pay", one, amount="20 000", on="2020-07-01")
    home = text(bearer.get("/"))
    assert "Financements à justifier" in home
    assert "20 000,00 €" in text(bearer.get(reverse("borne")))
    sent = send(bearer, "bill-new", one, **BILL, **GOODS)
    bill = Invoice.objects.get()
    assert sent.status_code == 302 and (bill.net_cents, bill.vat_cents) == (2_899_90, 579_98)
    assert bearer.get(reverse("bill-accept", args=[bill.public_id])).status_code == 404
    assert send(service, "bill-accept", bill, on="2020-07-20").status_code == 302
    assert stages(one).justified == 3_479_88
    assert "10 × Tablette" in text(bearer.get(reverse("commitment", args=[one.public_id])))


def test_a_bill_is_set_aside_and_the_bearer_reads_why(country, people):
    one, bearer, service = committed(country), people.as_(people.bearer), people.as_(people.prefect)
    send(bearer, "bill-new", one, **BILL, **GOODS)
    bill = Invoice.objects.get()
    assert send(service, "bill-refuse", bill, reason="Facture illisible").status_code == 302
    assert "Écartée : Facture illisible" in text(bearer.get(reverse("bill", args=[bill.public_id])))


def test_a_line_of_a_bill_written_by_half_is_said(country, people):
    one = committed(country)
    sent = send(people.as_(people.bearer), "bill-new", one, **BILL, **GOODS, good_3="Chargeur")
    assert sent.status_code == 422 and not Invoice.objects.exists()
    assert set(sent.context["form"].errors) == {"quantity_3", "unit_3"}
    assert "Ligne 3" in text(sent)


def test_the_head_of_a_school_answers_for_its_commitments(country, people):
    school = factories.school(department=country.d59)
    client = people.as_(people.prefect)
    sent = client.post(reverse("commitment-school", args=[country.nord.public_id, school.public_id]))
    body = Body.objects.get(school=school)
    assert sent.url == reverse("commitment-write", args=[country.nord.public_id, body.public_id])
    send(client, "commitment-write", country.nord, body, kind="order", subject="Clés 4G", net="100", on=DAY)
    head = people.as_(factories.user("head", school))
    assert "Clés 4G" in text(head.get(reverse("borne")))


def test_a_bearer_that_nobody_knows_is_added_once(country, people):
    client = people.as_(people.prefect)
    wrong = send(client, "bearer-new", country.nord, kind="association", name="Les Amis", siret="123")
    assert wrong.status_code == 422 and wrong.context["form"].errors["siret"]
    for _ in range(2):
        sent = send(client, "bearer-new", country.nord, kind="association", name="Les Amis", rna="W591234567")
        assert sent.status_code == 302
    assert Body.objects.filter(name="Les Amis").count() == 1


def upload(client, body: str):
    file = SimpleUploadedFile("engagements.csv", body.encode())
    return client.post(reverse("commitments-import"), {"file": file})


def test_a_file_is_brought_line_by_line_and_the_rejects_go_back_with_their_reason(country, people):
    Body.objects.filter(pk=country.bearer.pk).update(rna="W591234567")
    client = people.as_(people.prefect)
    rows = "Référence;Ligne;Exercice;Territoire;RNA;Objet;Montant;Date\n"
    rows += "A1;equipment_extra;2020;59;W591234567;Tablettes;1 234,56;15/06/2020\n"
    rows += "A2;equipment_extra;2020;62;W591234567;Tablettes;5,00;15/06/2020\n"
    answer = upload(client, rows)
    page = text(answer)
    assert answer.status_code == 200 and Commitment.objects.get().net_cents == 1_234_56
    assert "Lignes qui n'ont pas été reprises" in page and "data:text/csv" in page
    upload(client, rows)
    assert Commitment.objects.count() == 1


def test_the_commitments_of_an_envelope_go_out_as_files(country, people):
    committed(country, subject="=1+1")
    client = people.as_(people.prefect)
    said = client.get(reverse("envelope-csv", args=[country.nord.public_id])).content.decode("utf-8-sig")
    assert "'=1+1" in said and "20000,00" in said
    book = client.get(reverse("envelope-xlsx", args=[country.nord.public_id]))
    assert book.content.startswith(b"PK")
    assert (
        people.as_(people.neighbour).get(reverse("envelope-csv", args=[country.nord.public_id])).status_code
        == 404
    )


def test_a_collectivite_opens_its_own_money_beside_the_state(country, people):
    commune = Body.objects.create(
        kind=BodyKind.LOCAL_AUTHORITY, name="Commune", commune=factories.commune(department=country.d59)
    )
    client = people.as_(factories.user("equipment", commune))
    typed = {
        "programme": country.line.programme.public_id,
        "name": "TVA",
        "year": "2020",
        "ae": "1000",
        "cp": "1000",
    }
    sent = send(client, "own-money-new", holder=commune.public_id, on=DAY, **typed)
    assert sent.status_code == 302 and "1 000,00 €" in text(client.get(sent.url))
    assert people.as_(people.prefect).get(reverse("own-money-new")).status_code == 404
    wrong = send(
        client, "own-money-new", holder=commune.public_id, on=DAY, **{**typed, "name": "Autre", "ae": "1,234"}
    )
    assert wrong.status_code == 422 and Line.objects.filter(own_money=True).count() == 1


def test_a_lot_names_the_commitment_that_paid_it_and_the_commitment_shows_the_lot(country, people, clock):
    from cartable.equipment.actions import receive_lot

    council = Body.objects.create(kind=BodyKind.LOCAL_AUTHORITY, name="Conseil", department=country.d59)
    agent = factories.user("equipment", council)
    operation = factories.operation(agent, opens_on=date(2020, 6, 1), answers_due_on=date(2020, 12, 1))
    lot = receive_lot(
        actor=agent,
        operation_id=operation.public_id,
        good="tablet",
        mode="lent",
        quantity=30,
        name="Tablette T",
    ).lot
    one = committed(country, bearer_id=council.public_id)
    hidden = committed(country, subject="Ailleurs")
    client = people.as_(agent)
    assert reverse("lot-paid-by", args=[lot.public_id]) in text(
        client.get(reverse("stock", args=[operation.public_id]))
    )
    assert hidden.subject not in text(client.get(reverse("lot-paid-by", args=[lot.public_id])))
    assert send(client, "lot-paid-by", lot, commitment=hidden.public_id).status_code == 422
    assert send(client, "lot-paid-by", lot, commitment=one.public_id).status_code == 302
    page = text(people.as_(people.prefect).get(reverse("commitment", args=[one.public_id])))
    assert "Ce qui est arrivé, payé par cet engagement" in page and "Tablette T" in page
    stranger = people.as_(
        factories.user("equipment", Body.objects.create(kind=BodyKind.LOCAL_AUTHORITY, name="Loin"))
    )
    assert stranger.get(reverse("lot-paid-by", args=[lot.public_id])).status_code == 404


def test_a_search_as_long_as_a_page_is_answered(country, people):
    client = people.as_(people.prefect)
    for name, args in (("commitment-new", [country.nord.public_id]), ("circonscriptions", [])):
        assert client.get(reverse(name, args=args), {"q": "a " * 1500}).status_code == 200, name


def test_a_bill_of_an_absurd_day_is_said_beside_its_field(country, people):
    one, bearer = committed(country), people.as_(people.bearer)
    for day in ("0001-01-01", "2019-12-31"):
        sent = send(bearer, "bill-new", one, **{**BILL, "dated": day}, **GOODS)
        assert sent.status_code == 422 and "depuis le 01/01/2020" in text(sent)
        assert set(sent.context["form"].errors) == {"dated"}
    assert not Invoice.objects.exists()
    assert send(bearer, "bill-new", one, **{**BILL, "dated": "2020-03-20"}, **GOODS).status_code == 302


def test_what_is_claimed_back_is_not_justified_from_the_page(country, people):
    one, service = committed(country), people.as_(people.prefect)
    send(service, "commitment-pay", one, amount="20 000", on="2020-07-01")
    claim = {"amount": "5 000", "reason": "Non utilisé", "due_on": "2020-10-01"}
    early = send(service, "commitment-claim", one, **claim, on="2020-06-30")
    assert early.status_code == 422 and "du 01/07/2020 au plus tôt" in text(early)
    assert send(service, "commitment-claim", one, **claim, on="2020-07-02").status_code == 302
    sent = send(service, "commitment-justify", one, amount="15 000,01", on="2020-08-01")
    assert sent.status_code == 422 and stages(one).justified == 0
    assert "5 000,00 € sont réclamés au porteur : il reste 15 000,00 € à justifier" in text(sent)
    early = send(service, "recovery-receive", Recovery.objects.get(), on="2020-07-01")
    assert early.status_code == 422 and "du 02/07/2020 au plus tôt" in text(early)
    assert send(service, "commitment-justify", one, amount="15 000", on="2020-08-01").status_code == 302
    assert send(service, "recovery-receive", Recovery.objects.get(), on="2020-09-01").status_code == 302
    assert (stages(one).justified, stages(one).returned) == (15_000_00, 5_000_00)
