"""Can a split be compared, proposed, changed and notified from the pages, and by whom?"""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cartable.planning.models import Split
from tests import factories as make
from tests.funding.stage import Country, left


pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def spring(clock):
    with clock.at("2020-05-11T12:00+02:00"):
        yield


@pytest.fixture
def country():
    made = Country()
    from cartable.funding.actions import delegate, open_credits

    open_credits(actor=None, envelope_id=made.nation.public_id, ae_cents=1_000_000_00, cp_cents=1_000_000_00)
    delegate(
        actor=None,
        source_id=made.nation.public_id,
        target_id=made.region.public_id,
        ae_cents=695_294_00,
        cp_cents=695_294_00,
    )
    return made


@pytest.fixture
def region(client, country):
    person = make.user("region", country.north)
    make.strong(client, person)
    return person


def words(answer):
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ")


def new(country, key="qpv"):
    return reverse("split-new", args=[country.region.public_id, key])


def typed(**more):
    return {
        "name": "QPV",
        "ae_cents": "695 294,00",
        "cp_cents": "600 000",
        "reason": "Le nombre de quartiers.",
        "territories": ["59", "62"],
        "figure-59": "94",
        "figure-62": "64",
        **more,
    }


def test_the_keys_stand_side_by_side_with_what_is_unknown(client, region, country):
    page = words(client.get(reverse("splits", args=[country.region.public_id])))
    assert "413 655,92" in page and "347 647,00" in page  # 94 QPV of 158, and the half
    assert "À saisir, car aucune source ne le donne ici : tous les territoires." in page
    assert "Aucune clé n'est imposée" in page.replace("&#x27;", "'")
    against = words(
        client.get(
            reverse("splits", args=[country.region.public_id]), {"ae_cents": "200", "reference": "equal"}
        )
    )
    assert "+18,99 € (+19,0 %)" in against


def test_a_split_is_proposed_compared_changed_and_notified(client, region, country):
    form = words(client.get(new(country)))
    assert 'value="94"' in form and 'value="64"' in form
    sent = client.post(new(country), typed())
    split = Split.objects.get()
    assert sent.status_code == 302 and sent.url == reverse("split", args=[split.public_id])
    assert "413 655,92" in words(client.get(sent.url, {"avec": "equal"}))
    share = split.shares.get(department__code="62")
    change = reverse("split-share", args=[share.public_id])
    assert client.post(change, {"ae_cents": "280 000", "cp_cents": "240 000"}).status_code == 422
    wanted = {"ae_cents": "280 000", "cp_cents": "240 000", "reason": "Deux quartiers servis autrement"}
    assert client.post(change, wanted).status_code == 302
    assert "Deux quartiers servis autrement" in words(client.get(sent.url))
    csv = client.get(reverse("split-csv", args=[split.public_id])).content.decode("utf-8-sig")
    assert "62;Pas-de-Calais;64" in csv and "280000,00" in csv
    notify = reverse("split-notify", args=[split.public_id])
    assert "2 lettres partent" in words(client.get(notify))
    assert client.post(notify, {"on": "2020-05-11", "announced_on": "2020-05-04"}).status_code == 302
    assert left(country.pas) == 280_000_00 and left(country.region) == 695_294_00 - 413_655_92 - 280_000_00
    page = words(client.get(sent.url))
    letter = split.shares.get(department__code="62").delegation
    assert reverse("notification-letter", args=[letter.public_id]) in page
    assert "notifié" in page and "2020-0002" in page and "Notifier ce partage" not in page


def test_figures_come_from_a_file_too(client, region, country):
    file = SimpleUploadedFile("population.csv", b"code;population\n59;150 000\n62;50000\n")
    wanted = typed(**{"figure-59": "", "figure-62": "", "basis": "Insee, 2018", "file": file})
    assert client.post(new(country, "qpv_population"), wanted).status_code == 302
    assert Split.objects.get().shares.get(department__code="59").ae_cents == 521_470_50


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"ae_cents": "-5"}, "Un montant ne peut pas être négatif"),
        ({"ae_cents": "1,234"}, "deux décimales au plus"),
        ({"ae_cents": "700 000"}, "Il reste 695 294,00 € en AE"),
        ({"figure-59": ""}, "Aucune source ne donne le chiffre de : Nord"),
        ({"figure-59": "95"}, "indiquez leur source"),
        ({"territories": ["69"]}, "69"),
        ({"reason": ""}, "Pourquoi cette clé"),
        ({"floor_cents": "400 000"}, "Les planchers demandent 800 000,00 €"),
        ({"file": SimpleUploadedFile("x.csv", b"code;nombre\n59;-3\n")}, "n'est pas un nombre positif"),
        ({"file": SimpleUploadedFile("x.csv", b"code;nombre\n69;3\n")}, "Hors du territoire"),
    ],
)
def test_bad_input_gets_one_sentence_and_keeps_nothing(client, region, country, more, sentence):
    answer = client.post(new(country), typed(**more))
    assert answer.status_code == 422 and sentence in words(answer).replace("&#x27;", "'")
    assert not Split.objects.exists()


def test_notifying_takes_a_second_factor_and_a_fresh_proof_above_the_threshold(client, country):
    person = make.user("region", country.north)
    client.force_login(person)
    client.post(new(country), typed())
    notify = reverse("split-notify", args=[Split.objects.get().public_id])
    assert client.post(notify, {"on": "2020-05-11"}).status_code == 302  # to the page that enrols a factor
    assert Split.objects.get().state == "draft"
    make.strong(client, person)
    session = client.session
    session["proven_at"] = "2020-05-11T08:00:00+00:00"
    session.save()
    asked = client.post(notify, {"on": "2020-05-11"})
    assert asked.status_code == 422 and "Confirmez que" in words(asked)
    assert Split.objects.get().state == "draft"


def test_nobody_else_finds_a_proposal(client, region, country):
    client.post(new(country), typed())
    split = Split.objects.get()
    addresses = [
        reverse("splits", args=[country.region.public_id]),
        new(country, "equal"),
        reverse("split", args=[split.public_id]),
        reverse("split-notify", args=[split.public_id]),
        reverse("split-csv", args=[split.public_id]),
        reverse("split-share", args=[split.shares.first().public_id]),
    ]
    for role, place in (
        ("region", country.east),
        ("prefecture", country.d59),
        ("national", None),
        ("auditor", None),
    ):
        make.strong(client, make.user(role, place))
        assert {client.get(address).status_code for address in addresses} == {404}
    assert client.get(reverse("split-new", args=[country.region.public_id, "autre"])).status_code == 404


def test_the_comparison_asks_the_same_number_of_queries_whatever_was_proposed(client, region, country):
    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(reverse("splits", args=[country.region.public_id]))
        return len(asked)

    def propose(name):
        client.post(new(country), typed(name=name, ae_cents="100", cp_cents="0"))

    propose("un")
    few = queries()
    for n in range(4):
        propose(f"encore {n}")
    assert queries() == few <= 26
