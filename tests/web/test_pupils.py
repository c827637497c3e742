"""Can a school find its pupils, tick what they lack, bring its lists and type a family, and nobody else?"""

import base64
import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cartable.accounts.actions import delegate
from cartable.accounts.enums import Right, Role
from cartable.accounts.models import User
from cartable.census.actions import submit
from cartable.foundation import clock
from cartable.journal.models import Entry
from cartable.pupils.models import Guardian, Home, Need, NeedPupil, Pupil
from tests import factories
from tests.pupils import lists


pytestmark = pytest.mark.django_db


@pytest.fixture
def school():
    return factories.school("ecole", name="École Jules Ferry")


@pytest.fixture
def head(school, client):
    user = factories.user(Role.HEAD, school)
    client.force_login(user)
    return user


def text(answer):
    return answer.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def at(name, *args):
    return reverse(name, args=args)


def test_the_only_school_opens_at_once(client, head, school):
    assert client.get(at("pupils-schools")).url == at("pupils", school.public_id)
    assert "Importez la liste" in text(client.get(at("pupils", school.public_id)))


def test_a_name_is_found_and_never_stands_in_an_address(client, head, school):
    zoe = factories.pupil(school, "Zoé", "Exemple")
    factories.pupil(school, "Hugo", "Martin")
    page = text(client.get(at("pupils", school.public_id)))
    assert "Exemple Zoé" in page and "Martin Hugo" in page
    found = text(client.post(at("pupils", school.public_id), {"q": "zoe"}, headers={"HX-Request": "true"}))
    assert "Exemple Zoé" in found and "Hugo" not in found and "<html" not in found
    assert str(zoe.public_id) in found and "q=" not in found


def test_a_tick_is_kept_at_once_and_a_page_is_kept_whole(client, head, school):
    zoe, hugo = factories.pupil(school, "Zoé"), factories.pupil(school, "Hugo")
    line = {"pupil": zoe.public_id, f"device:{zoe.public_id}": "on", f"connection:{zoe.public_id}": "sim"}
    answer = client.post(at("pupils-mark", school.public_id), line, headers={"HX-Request": "true"})
    assert text(answer) == "enregistré"
    assert dict(Need.objects.values_list("kind", "takes_sim")) == {"device": None, "connection": True}
    whole = {
        "pupil": [zoe.public_id, hugo.public_id],
        f"connection:{zoe.public_id}": "key",
        f"link_lost:{hugo.public_id}": "on",
    }
    answer = client.post(at("pupils-mark", school.public_id) + "?classe=5A", whole, follow=True)
    assert answer.redirect_chain[0][0].endswith("?classe=5A") and "3 changements" in text(answer)
    assert sorted(NeedPupil.objects.filter(open=True).values_list("kind", "pupil__level")) == [
        ("connection", "5E"),
        ("link_lost", "5E"),
    ]


def test_a_line_that_cannot_be_kept_says_why(client, head, school):
    line = {"pupil": "pas un numéro"}
    answer = client.post(at("pupils-mark", school.public_id), line, headers={"HX-Request": "true"})
    assert answer.status_code == 422 and "rechargez" in text(answer)
    foreign = factories.pupil(factories.school())
    line = {"pupil": foreign.public_id, f"device:{foreign.public_id}": "on"}
    assert client.post(at("pupils-mark", school.public_id), line).status_code == 422
    assert not Need.objects.exists()


def test_a_list_takes_as_many_queries_for_many_as_for_few(client, head, school):
    def asked():
        with CaptureQueriesContext(connection) as made:
            client.get(at("pupils", school.public_id))
        return len(made)

    for name in "AB":
        factories.pupil(school, name)
    asked()
    few = asked()
    for name in "CDEFGHIJKLMNOPQRST":
        factories.pupil(school, name)
    assert asked() == few


def test_three_families_are_typed_one_after_the_other(client, head, school):
    page = text(client.get(at("family-new", school.public_id)))
    assert page.count('required aria-required="true"') <= 2 or "Rien d'autre n'est obligatoire" in page
    for number in range(3):
        sent = {
            "last_name": f"Durand{number}", "phone": "0612345678", "first_name_1": "Ana", "level_1": "CM1",
            "lacks_1": ["device"], "connection_1": "sim", "kind": "family", "next": "1",
        }  # fmt: skip
        answer = client.post(at("family-new", school.public_id), sent)
        assert answer.status_code == 302 and answer.url == at("family-new", school.public_id)
    assert Pupil.objects.count() == 3 and Need.objects.count() == 6
    assert Guardian.objects.first().phone == "06 12 34 56 78"


def test_brothers_sisters_and_a_second_home(client, head, school):
    sent = {
        "last_name": "Durand", "kind": "family", "address": "1 rue A", "postcode": "93300", "city": "X",
        "first_name_1": "Ana", "level_1": "CM1", "first_name_2": "Bob", "level_2": "CP", "other_name_2": "Martin",
        "second_name": "Martin", "second_address": "2 rue B", "second_undisclosed": "on",
    }  # fmt: skip
    assert client.post(at("family-new", school.public_id), sent).status_code == 302
    assert set(Pupil.objects.values_list("level", flat=True)) == {"CM1", "CP"}
    assert sorted(Home.objects.values_list("undisclosed", flat=True)) == [False, True]
    assert all(pupil.in_homes.count() == 2 for pupil in Pupil.objects.all())


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"first_name_1": ""}, "Indiquez le prénom."),
        ({"level_1": ""}, "Choisissez le niveau."),
        ({"phone": "12"}, "non valable"),
        ({"postcode": "x", "address": "1 rue A"}, "cinq chiffres"),
        ({"birth_date_1": "31/02/2012"}, "date"),
    ],
)
def test_a_wrong_answer_is_said_in_its_place_and_nothing_is_half_done(client, head, school, change, sentence):
    sent = {"last_name": "Durand", "first_name_1": "Ana", "level_1": "CM1", "kind": "family", **change}
    answer = client.post(at("family-new", school.public_id), sent)
    assert answer.status_code == 422 and sentence in text(answer)
    assert not (Pupil.objects.exists() or Home.objects.exists())


def upload(name, *lines):
    return SimpleUploadedFile(name, "\r\n".join(lines).encode("iso-8859-15"))


def test_two_lists_come_in_and_the_rejects_go_with_the_page(client, head, school, caplog):
    pupils = upload(
        "eleves.csv",
        lists.ONDE_HEADER,
        lists.onde_pupil("ZZCANARI", "Zoé"),
        lists.onde_pupil("ZZCANARI", "Tom", "32/13/2012"),
    )
    adults = upload(
        "resp.csv", lists.GUARDIANS_HEADER, lists.onde_guardian("ZZCANARI", "Jean", "", "ZZCANARI Zoé")
    )
    answer = client.post(at("pupils-import", school.public_id), {"first": adults, "second": pupils})
    page = text(answer)
    assert answer.status_code == 200 and "n'existe" in page.replace("’", "'")
    link = re.search(
        r'download="lignes-rejetees.csv" href="data:text/csv;charset=utf-8;base64,([^"]+)"', page
    )
    assert "32/13/2012" in base64.b64decode(link[1]).decode("utf-8-sig")
    assert Pupil.objects.count() == Guardian.objects.count() == 1
    for place in (str(list(Entry.objects.values())), caplog.text, str(list(client.session.items()))):
        assert "canari" not in place.lower()


def test_a_list_that_is_none_is_refused_in_one_sentence(client, head, school):
    answer = client.post(at("pupils-import", school.public_id), {"first": upload("x.csv", "a;b", "1;2")})
    assert answer.status_code == 422 and "n'est pas reconnue" in text(answer)
    assert "accepté" in text(
        client.post(at("pupils-import", school.public_id), {"first": upload("x.pdf", "%PDF")})
    )


@pytest.mark.parametrize("format", ["csv", "xlsx", "ods"])
def test_the_template_is_given(client, head, school, format):
    answer = client.get(at("pupils-template", school.public_id), {"format": format})
    assert answer.status_code == 200 and f"modele-eleves.{format}" in answer.headers["Content-Disposition"]


def test_a_pupil_with_two_homes_is_shown_and_corrected(client, head, school):
    ana, bob = factories.pupil(school, "Ana"), factories.pupil(school, "Bob")
    home = factories.home(ana, bob, undisclosed=True)
    adult = home.guardians.create(last_name="Durand", title="Mme", phone="06 12 34 56 78")
    page = text(client.get(at("pupil", ana.public_id)))
    assert "à ne pas communiquer" in page and "06 12 34 56 78" in page and "17 mai 2010" in page
    sent = {
        "kind": "family", "address": "9 rue Z", "postcode": "93000", "city": "Y",
        "capacity_0": "legal_guardian", "last_name_0": "Durand", "phone_0": "0611111111", "capacity_1": "other",
    }  # fmt: skip
    assert client.post(at("pupil-home", ana.public_id, home.public_id), sent).status_code == 302
    adult.refresh_from_db()
    assert (adult.phone, adult.title, bob.in_homes.get().home.address) == ("06 11 11 11 11", "Mme", "9 rue Z")
    sent |= {"last_name_0": "", "phone_0": "", "only_this_pupil": "on"}
    assert client.post(at("pupil-home", ana.public_id, home.public_id), sent).status_code == 302
    assert bob.in_homes.get().home.guardians.count() == 1
    assert ana.in_homes.get().home.guardians.count() == 0


def test_one_thing_for_brother_and_sister(client, head, school):
    ana, bob = factories.pupil(school, "Ana"), factories.pupil(school, "Bob")
    factories.home(ana, bob)
    client.post(at("pupil-needs", ana.public_id), {"device": "on", "shared_with": bob.public_id})
    assert Need.objects.get().of_pupils.count() == 2
    assert f'value="{bob.public_id}" checked' in text(client.get(at("pupil", ana.public_id)))
    client.post(at("pupil-needs", ana.public_id), {"device": "on"})
    assert Need.objects.get().of_pupils.count() == 1


def test_a_pupil_is_corrected_leaves_and_comes_back(client, head, school):
    ana = factories.pupil(school, "Ana", "Durand", birth_date=None)
    sent = {"last_name": "Durant", "first_name": "Ana", "birth_date": "2012-08-17", "level": "CM1"}
    assert client.post(at("pupil-correct", ana.public_id), sent).status_code == 302
    assert Pupil.objects.get().birth_date == "2012-08-17"
    future = client.post(at("pupil-left", ana.public_id), {"on": "2999-01-01"})
    assert future.status_code == 422 and "le jour venu" in text(future)
    client.post(at("pupil-left", ana.public_id), {"on": clock.today().isoformat()})
    assert "Parti le" in text(client.get(at("pupil", ana.public_id)))
    client.post(at("pupil-back", ana.public_id))
    assert Pupil.objects.get().left_on is None


def test_the_order_is_typed(client, head, school):
    pupils = [factories.pupil(school, name) for name in ("Ana", "Bob")]
    for pupil in pupils:
        client.post(at("pupil-needs", pupil.public_id), {"device": "on"})
    first, second = Need.objects.order_by("id")
    assert text(client.get(at("needs-order", school.public_id))).index("Ana") > 0
    typed = {f"rank-{first.public_id}": "2", f"rank-{second.public_id}": "1"}
    silent = client.post(at("needs-order", school.public_id), typed)
    assert silent.status_code == 422 and "motif" in text(silent)
    reasons = {f"reason-{one.public_id}": "known" for one in (first, second)}
    client.post(at("needs-order", school.public_id), {**typed, **reasons})
    wrong = client.post(at("needs-order", school.public_id), {f"rank-{first.public_id}": "deux"})
    assert wrong.status_code == 422 and "nombre entier" in text(wrong)


def test_a_family_gets_its_data_from_the_head_only(client, head, school):
    ana = factories.pupil(school, "Ana")
    answer = client.post(at("pupil-export", ana.public_id))
    assert (
        answer.json()["pupil"]["first_name"] == "Ana"
        and "attachment" in answer.headers["Content-Disposition"]
    )
    delegate(
        actor=head, school_id=school.public_id, identifier="cpe@example.test", display_name="CPE",
        rights=[Right.MARK], until=clock.today() + timedelta(days=60),
    )  # fmt: skip
    client.force_login(User.objects.get(identifier="cpe@example.test"))
    assert client.get(at("pupil", ana.public_id)).status_code == 200
    assert client.post(at("pupil-export", ana.public_id)).status_code == 404


def test_who_only_hands_over_sees_names_and_marks_nothing(client, head, school):
    ana = factories.pupil(school, "Ana")
    delegate(
        actor=head, school_id=school.public_id, identifier="agent@example.test", display_name="Agent",
        rights=[Right.HAND_OVER], until=clock.today() + timedelta(days=60),
    )  # fmt: skip
    client.force_login(User.objects.get(identifier="agent@example.test"))
    page = text(client.get(at("pupils", school.public_id)))
    assert "Ana" in page and "checkbox" not in page and "Importer" not in page
    sent = {"pupil": ana.public_id, f"device:{ana.public_id}": "on"}
    assert client.post(at("pupils-mark", school.public_id), sent).status_code == 404
    for name in ("family-new", "pupils-import", "pupils-template", "needs-order"):
        assert client.get(at(name, school.public_id)).status_code == 404
    assert not Need.objects.exists()


def test_pages_of_another_school_do_not_exist(client, head):
    other = factories.school()
    pupil = factories.pupil(other)
    home = factories.home(pupil)
    for name in ("pupils", "family-new", "pupils-import", "pupils-template", "needs-order"):
        assert client.get(at(name, other.public_id)).status_code == 404
    for name in ("pupil", "pupil-correct", "pupil-home-new", "pupil-left"):
        assert client.get(at(name, pupil.public_id)).status_code == 404
    assert client.get(at("pupil-home", pupil.public_id, home.public_id)).status_code == 404
    assert client.post(at("pupil-needs", pupil.public_id), {"device": "on"}).status_code == 404


def test_once_pupils_are_ticked_the_page_leads_to_the_answer(client, head, school):
    """A director without a secretary must not look for where to send what was typed."""
    page = at("pupils", school.public_id)
    operation = factories.operation(factories.equipment_user(), factories.pool(20, serves="ecole"))
    answer = at("answer", operation.public_id, school.public_id)
    assert answer not in text(client.get(page))
    family = {
        "last_name": "Sorbier", "first_name_1": "Inès", "level_1": "CM1", "lacks_1": ["device"], "kind": "family",
    }  # fmt: skip
    client.post(at("family-new", school.public_id), family)
    assert answer in text(client.get(page))
    assert "votre réponse reste attendue" in text(client.get("/"))
    submit(actor=head, operation_id=operation.public_id, school_id=school.public_id)
    assert answer not in text(client.get(page))
