"""Can an auditor follow a thing from its giver to the hands and back, trust ledger and journal, and meet no name?"""

import csv
import io
import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver, reverse

from cartable.accounts.enums import Role
from cartable.bodies.enums import BodyKind
from cartable.config import urls
from cartable.equipment.actions import return_loan, swap
from cartable.equipment.models import Asset, Handover, Lot
from cartable.foundation import store_rules
from cartable.journal.actions import record
from cartable.journal.models import Entry
from cartable.ledger.models import Account, Transfer
from cartable.pupils.models import Pupil
from cartable.web.audit import words
from cartable.web.register import REGISTER
from tests import factories as make
from tests.equipment.stage import iccid, pupil_of, stage


pytestmark = pytest.mark.django_db
assert urls.urlpatterns, "importing the addresses fills the register"
PAGES = [name for name in REGISTER if name.startswith("audit")]
SECRETS = ("Famille", "Enfant", "Mme Tante", "Classe Z", "2010-05-17", "17 mai", "Inventée")


@pytest.fixture
def week(clock):
    """A card of two givers, handed over and swapped, a tablet lent and given back, for one child; and a second one."""
    with clock.at("2020-04-27T09:00+02:00"):
        week = stage()
        givers = [
            make.body(kind, name=f"Organisme {kind}") for kind in (BodyKind.FOUNDATION, BodyKind.ASSOCIATION)
        ]
        ranges = [(iccid(0), iccid(5))]
        week.stock(6, ranges=ranges, giver_ids=[giver.public_id for giver in givers])
        week.declare(3), week.agree()
        card, tablet = week.family("connection", "device", class_label="Classe Z")
        first = week.hand(card, iccid(0), receiver="authorised_adult", receiver_name="Mme Tante").handover
        swap(actor=week.head, key=uuid4(), handover_id=first.public_id, new_number=iccid(1))
        lent = week.lend(tablet, "T1").handover
        return_loan(actor=week.head, loan_id=lent.loan.public_id, condition="worn")
        week.hand(week.need(), iccid(2))
        yield week


@pytest.fixture
def auditor(client, week):
    user = make.user(Role.AUDITOR)
    client.force_login(user)
    return user


def text(answer):
    assert answer.status_code == 200
    return answer.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def rows_of(answer):
    assert answer.status_code == 200 and answer.headers["Content-Type"].startswith("text/csv")
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def at(name, *args):
    return reverse(name, args=args)


def things(week):
    """Give an object for each argument of these addresses."""
    return {
        "operation_id": week.operation.public_id,
        "lot_id": Lot.objects.first().public_id,
        "asset_id": Asset.objects.get(number=iccid(0)).public_id,
        "ledger_account_id": Account.objects.get(code__startswith="given:").public_id,
    }


def addresses(week):
    known, reverses = things(week), get_resolver().reverse_dict
    for name in PAGES:
        yield name, reverse(name, kwargs={arg: known[arg] for arg in reverses.getlist(name)[0][0][0][1]})


def test_every_page_reads_only_and_opens_to_control_alone(week, client, auditor):
    assert len(PAGES) >= 15
    assert {REGISTER[name].methods for name in PAGES} == {("GET",)}
    assert {REGISTER[name].access for name in PAGES} == {frozenset({Role.AUDITOR})}
    assert {name for name, url in addresses(week) if client.get(url).status_code != 200} == set()
    client.force_login(make.user(Role.ADMINISTRATOR))
    assert {client.get(url).status_code for _name, url in addresses(week)} == {404}


def test_no_page_and_no_file_says_anything_of_a_child(week, client, auditor):
    ids = [str(pupil.public_id) for pupil in Pupil.objects.all()]
    for name, url in addresses(week):
        said = text(client.get(url))
        assert [word for word in (*SECRETS, *ids) if word in said] == [], name


def test_from_the_giver_to_the_hands(week, client, auditor):
    lots = text(client.get(at("audit-operation", week.operation.public_id)))
    assert "Organisme foundation → Organisme association" in lots and iccid(0)[:-1] in lots
    lot = Lot.objects.get(held_by=None)
    page = text(client.get(at("audit-lot", lot.public_id)))
    assert "Don : Organisme foundation" in page and "Dépôt : " in page and "lot reçu" in page
    assert "27 avril 2020" in page and "2020-" in page  # the value date, the number of the shipment
    hands = rows_of(client.get(at("audit-handovers-csv", week.operation.public_id) + f"?lot={lot.public_id}"))
    assert [(row[4], row[6]) for row in hands[1:]] == [
        (iccid(0), "échangé"),
        (iccid(1), "remis"),
        (iccid(2), "remis"),
    ]


def test_one_child_has_one_pseudonym_that_opens_all_it_received(week, client, auditor):
    url = at("audit-handovers-csv", week.operation.public_id)
    every = rows_of(client.get(url))[1:]
    pseudonyms = [row[1] for row in every]
    assert len(every) == 4 and pseudonyms[0] == pseudonyms[1] == pseudonyms[2] != pseudonyms[3]
    first = Handover.objects.order_by("id").first()
    one = rows_of(client.get(f"{url}?remise={first.public_id}"))[1:]
    assert [row[4] for row in one] == [iccid(0), iccid(1), "T1"]
    assert "usé" in one[2][7] and "27 avril 2020" in one[2][7]
    page = text(client.get(at("audit-handovers", week.operation.public_id)))
    assert page.count(pseudonyms[0]) == 3 and f"?remise={first.public_id}" in page


def test_who_was_erased_has_no_pseudonym_and_is_nobody_else(week, client, auditor):
    first = Handover.objects.order_by("id").first()
    Handover.objects.update(pupil=None)
    rows = rows_of(
        client.get(at("audit-handovers-csv", week.operation.public_id) + f"?remise={first.public_id}")
    )
    assert [(row[1], row[4]) for row in rows[1:]] == [("", iccid(0))]


@pytest.mark.parametrize("asked", ["lot=xx", "remise=xx", f"lot={uuid4()}"])
def test_what_is_not_there_is_404(week, client, auditor, asked):
    address = at("audit-handovers", week.operation.public_id)
    assert client.get(f"{address}?{asked}").status_code == 404


def test_the_life_of_one_thing(week, client, auditor):
    tablet = Asset.objects.get(number="T1")
    page = text(client.get(at("audit-asset", tablet.public_id)))
    school = f"{week.school.name} ({week.school.uai})"
    assert f"Stock : {school}" in page and f"Prêté : {school}" in page
    assert "rendu" in page and "usé" in page
    moved = rows_of(client.get(at("audit-asset-csv", tablet.public_id)))
    assert [row[3:7] for row in moved[1:]] == [
        [f"Stock : {school}", f"Prêté : {school}", "1", "remis"],
        [f"Prêté : {school}", f"Stock : {school}", "1", "rendu"],
    ]
    card = text(client.get(at("audit-asset", Asset.objects.get(number=iccid(0)).public_id)))
    assert "carte qui ne marche pas" in card and "Hors service" in card
    assert "on_loan:" not in page and "given:" not in card


def test_a_number_opens_its_thing(week, client, auditor):
    card = Asset.objects.get(number=iccid(0))
    assert client.get(at("audit") + f"?q={iccid(0)}").url == at("audit-asset", card.public_id)
    assert client.get(at("audit") + "?q=t1").status_code == 302
    assert "n'est pas connu" in text(client.get(at("audit") + "?q=T9"))


def test_every_place_and_reason_has_its_words(week):
    codes = {code for account in Account.objects.all() for code in [account.code]}
    assert {code for code in codes if words.place_word(code, "X") == code} == set()
    reasons = set(Transfer.objects.values_list("reason_code", flat=True))
    assert {code for code in reasons if words.reason_word(code) == code} == set() and len(reasons) > 4
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert {verb for verb in verbs if verb.partition(".")[0] not in words.ACTS} == set()


def test_the_ledger_sums_to_zero_and_an_account_adds_up(week, client, auditor):
    assert "équilibré" in text(client.get(at("audit-ledger"))) and "déséquilibré" not in text(
        client.get(at("audit-ledger"))
    )
    lines = rows_of(client.get(at("audit-ledger-csv")))
    assert {row[-1] for row in lines[1:]} == {"0"}
    account = Account.objects.get(code=f"given:{week.school.uai}")
    moved = rows_of(client.get(at("audit-account-csv", account.public_id)))[1:]
    assert sum(int(row[5].lstrip("'")) for row in moved) == account.balance == 2
    listed = rows_of(client.get(at("audit-accounts-csv") + f"?sort=given&place={week.school.uai.lower()}"))
    assert [(row[0], row[3]) for row in listed[1:]] == [
        (f"Donné : {week.school.name} ({week.school.uai})", "2")
    ]
    assert "Aucun compte" in text(client.get(at("audit-accounts") + "?article=nothing"))


def test_a_balance_that_lies_is_shown(week, client, auditor):
    store_rules.remove()
    Account.objects.filter(code__startswith="given:").update(balance=3)
    assert "déséquilibré" in text(client.get(at("audit-ledger")))


def test_a_reference_gives_its_transfers(week, client, auditor):
    first = Handover.objects.order_by("id").first()
    page = rows_of(client.get(at("audit-transfers-csv") + f"?reference={first.public_id}"))
    assert [row[6] for row in page[1:]] == ["carte qui ne marche pas", "remis"]


def test_the_journal_is_cut_by_act_and_by_thing(week, client, auditor):
    first = Handover.objects.order_by("id").first()
    url = at("audit-journal-csv")
    swaps = rows_of(client.get(f"{url}?verb=equipment.swapped"))[1:]
    assert [row[4] for row in swaps] == [str(first.public_id)]
    about = rows_of(client.get(f"{url}?target={first.public_id}"))[1:]
    assert [row[3] for row in about] == [
        "Matériel (equipment.swapped)",
        "Matériel (equipment.handed_over)",
    ]
    page = text(client.get(at("audit-journal")))
    assert "vérifiée" in page and Entry.objects.latest("seq").hash[:16] in page
    assert "Choisissez" not in text(client.get(f"{at('audit-journal')}?verb=nothing.known"))


def test_a_child_is_a_pseudonym_in_the_journal_and_is_not_found_by_its_id(week, client, auditor):
    child = pupil_of(Handover.objects.order_by("id").first().need)
    record(actor=None, verb="pupils.exported", target=str(child.public_id), data={"with": [child.public_id]})
    page = text(client.get(at("audit-journal")))
    trail = rows_of(client.get(at("audit-handovers-csv", week.operation.public_id)))[1]
    assert str(child.public_id) not in page and page.count(trail[1]) >= 2
    assert rows_of(client.get(at("audit-journal-csv") + f"?target={child.public_id}"))[1:] == []


def test_what_was_done_to_the_journal_is_shown(week, client, auditor):
    assert "telle qu'elle a été écrite" in text(client.get(at("audit-chain")))
    store_rules.remove()
    last = Entry.objects.latest("seq")
    Entry.objects.filter(seq=last.seq).update(target="other")
    assert "altérée" in text(client.get(at("audit-journal")))
    assert f"l'entrée {last.seq} a été modifiée" in text(client.get(at("audit-chain")))
    last.delete()
    assert "altérée" in text(client.get(at("audit-journal")))
    assert "la chaîne s'arrête" in text(client.get(at("audit-chain")))


def test_who_controls_one_place_sees_that_place(week, client):
    far = make.department("13", "Bouches-du-Rhône")
    client.force_login(make.user(Role.AUDITOR, far))
    assert "Aucune opération" in text(client.get(at("audit")))
    assert {
        url
        for name, url in addresses(week)
        if "_id" in str(REGISTER[name].route) and client.get(url).status_code != 404
    } == set()
    for name in ("audit-ledger-csv", "audit-accounts-csv", "audit-transfers-csv", "audit-journal-csv"):
        assert rows_of(client.get(at(name)))[1:] == [], name
    client.force_login(make.user(Role.AUDITOR, make.department()))
    assert all(client.get(url).status_code == 200 for _name, url in addresses(week))
    here = rows_of(client.get(at("audit-journal-csv")))[1:]
    assert here and len(here) < Entry.objects.count()
    assert all(
        re.search(f"uai : {week.school.uai}|{week.operation.public_id}", ";".join(row)) for row in here
    )


def test_an_auditor_of_one_place_is_none_where_he_has_another_role(week, client):
    user = make.user(Role.AUDITOR, make.department("13", "Bouches-du-Rhône"))
    make.assign(user, Role.PREFECTURE, make.department())
    client.force_login(user)
    assert "Aucune opération" in text(client.get(at("audit")))
    assert client.get(at("audit-handovers", week.operation.public_id)).status_code == 404


LISTS = ["audit", "audit-operation", "audit-handovers", "audit-ledger", "audit-accounts", "audit-account",
         "audit-transfers", "audit-journal"]  # fmt: skip


def test_lists_ask_as_many_questions_for_many_as_for_few(week, client, auditor):
    def asked():
        counts = {}
        for name, url in addresses(week):
            if name in LISTS:
                with CaptureQueriesContext(connection) as made:
                    text(client.get(url))
                counts[name] = len(made)
        return counts

    asked()
    few = asked()
    for number in range(3, 6):
        week.hand(week.need(), iccid(number))
        week.receive(5)
    make.operation(week.service, name="Autre")
    assert asked() == few
