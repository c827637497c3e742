"""Do the pages of operations and of the census carry the week's first steps, and refuse in one sentence?"""

import pytest
from django.urls import reverse

from cartable.census.models import Return
from cartable.operations.models import Operation
from tests import factories as make


pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client):
    person = make.equipment_user()
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")
    return person


def sign_in(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


def test_an_operation_is_made_filled_and_opened(client, lead):
    sent = client.post(
        reverse("operation-new"),
        {
            "name": "Cartes SIM, avril 2020",
            "opens_on": "2020-04-27",
            "answers_due_on": "2020-04-29",
            "answers_due_hour": "12:00",
            "one_per_household": "on",
        },
    )
    operation = Operation.objects.get()
    assert sent.status_code == 302 and sent.url == reverse("operation", args=[operation.public_id])
    pool = {"good": "sim", "mode": "given", "serves": "college", "quantity": "1400"}
    client.post(reverse("pool-new", args=[operation.public_id]), pool)
    client.post(reverse("operation-open", args=[operation.public_id]))
    page = client.get(reverse("operation", args=[operation.public_id]))
    assert "1 400" in page.content.decode().replace("\u202f", " ").replace("\xa0", " ")
    operation.refresh_from_db()
    assert operation.state == "open" and operation.one_per_household


def test_a_wrong_date_says_what_to_do_and_makes_nothing(client, lead):
    sent = client.post(
        reverse("operation-new"), {"name": "A", "opens_on": "2020-05-02", "answers_due_on": "2020-04-29"}
    )
    assert sent.status_code == 422
    assert "ne peut pas précéder" in sent.content.decode()
    assert not Operation.objects.exists()


def test_the_service_reads_how_many_answered_and_calls_the_silent(client, lead):
    operation = make.operation(lead)
    make.answered(operation, make.school("college"), 11)
    make.school("college", name="Collège Silencieux", phone="01 48 00 00 00")
    page = client.get(reverse("census", args=[operation.public_id])).content.decode()
    assert "1 établissement sur 2 a répondu" in page
    silent = client.get(reverse("census-silent", args=[operation.public_id])).content.decode()
    assert "Collège Silencieux" in silent and "01 48 00 00 00" in silent


def test_a_return_is_sent_back_with_a_reason_that_the_school_reads(client, lead):
    operation = make.operation(lead)
    school = make.school("college")
    answer = make.answered(operation, school, 11)
    page = reverse("return-send-back", args=[answer.public_id])
    assert client.post(page, {"reason": ""}).status_code == 422
    assert client.post(page, {"reason": "Onze cartes en 6e ?"}).status_code == 302
    sign_in(client, make.user("head", school))
    seen = client.get(reverse("answer", args=[operation.public_id, school.public_id])).content.decode()
    assert "Onze cartes en 6e ?" in seen


def test_the_circonscription_enters_for_an_ecole_that_phoned(client, lead):
    operation = make.operation(lead, make.pool(400, serves="ecole"))
    school = make.school("ecole", name="École du Port")
    sign_in(client, make.user("circonscription", school.circonscription))
    listing = client.get(reverse("ecoles", args=[operation.public_id])).content.decode()
    assert "École du Port" in listing and "Saisir pour elle" in listing
    page = reverse("enter-for", args=[operation.public_id, school.public_id])
    assert client.post(page, {"connection_sim": "3"}).status_code == 302
    assert Return.objects.get().entered_for_by == school.circonscription
    assert (
        "saisie par la circonscription"
        in client.get(reverse("ecoles", args=[operation.public_id])).content.decode()
    )


def test_the_head_answers_nobody_in_one_press(client, lead):
    operation = make.operation(lead)
    school = make.school("college")
    sign_in(client, make.user("head", school))
    assert "Répondre" in client.get(reverse("home")).content.decode()
    sent = client.post(
        reverse("answer-send", args=[operation.public_id, school.public_id]), {"nobody": "1"}, follow=True
    )
    assert "est une réponse" in sent.content.decode()
    assert Return.objects.get().nobody


def test_sending_with_nobody_marked_is_refused_in_one_sentence(client, lead):
    operation = make.operation(lead)
    school = make.school("college")
    sign_in(client, make.user("head", school))
    sent = client.post(reverse("answer-send", args=[operation.public_id, school.public_id]))
    assert sent.status_code == 422
    assert "Aucun élève n&#x27;est repéré" in sent.content.decode()
    assert not Return.objects.exists()


@pytest.mark.parametrize("page", ["operation", "census", "census-silent"])
def test_another_departement_does_not_learn_that_it_exists(client, lead, page):
    operation = make.operation(lead)
    sign_in(client, make.user("prefecture", make.department("94", "Val-de-Marne")))
    assert client.get(reverse(page, args=[operation.public_id])).status_code == 404


def test_the_list_of_returns_takes_the_same_queries_for_ten_times_the_rows(
    client, lead, django_assert_max_num_queries
):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    operation = make.operation(lead)
    page = reverse("census", args=[operation.public_id])
    for _ in range(3):
        make.answered(operation, make.school("college"), 2)
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    for _ in range(27):
        make.answered(operation, make.school("college"), 2)
    with django_assert_max_num_queries(len(few)):
        client.get(page)


@pytest.mark.parametrize(("role", "seen"), [("prefecture", False), ("academy", True)])
def test_a_small_count_is_shown_only_to_who_serves_the_schools(client, lead, role, seen):
    operation = make.operation(lead)
    answer = make.answered(operation, make.school("college", name="Collège des Trois"), 3)
    sign_in(client, make.user(role, make.department()))
    page = client.get(reverse("census", args=[operation.public_id])).content.decode()
    assert ("moins de 11" not in page) is seen and ("Collège des Trois" in page) is seen
    one = client.get(reverse("return", args=[answer.public_id]))
    assert (one.status_code == 200) is seen


def test_a_moment_is_written_once_as_the_place_reads_its_clock(client, lead):
    """Noon in London is 13:00 in Paris in winter, on the list as on the page; 16:00 in La Réunion."""
    from datetime import UTC, datetime

    from cartable.web.show import moment

    operation = make.operation(lead)
    answer = make.answered(operation, make.school("college"), 11)
    Return.objects.update(submitted_at=datetime(2021, 1, 15, 12, 0, tzinfo=UTC))
    for page in (
        reverse("census", args=[operation.public_id]),
        reverse("return", args=[answer.public_id]),
    ):
        assert "15 janvier 2021 à 13:00" in client.get(page).content.decode()
    answer.refresh_from_db()
    assert moment(answer.submitted_at, "Indian/Reunion") == "15 janvier 2021 à 16:00"


def test_an_overseer_is_not_told_that_nobody_needs_anything(client, lead):
    """Who may not read small shares is told so; and the first page gives what an overseer comes for."""
    from cartable.equipment.actions.lots import receive_lot
    from cartable.planning.actions import approve, propose

    operation = make.operation(lead, make.pool(5))
    receive_lot(actor=lead, operation_id=operation.public_id, good="sim", mode="given", quantity=60)
    make.answered(operation, make.school("college"), 11)
    plan = propose(actor=lead, pool_id=operation.pools.get().public_id)
    address = reverse("plan", args=[approve(actor=lead, plan_id=plan.public_id).public_id])
    assert "Le calcul" in client.get(address).content.decode()
    sign_in(client, make.user("prefecture", make.department()))
    seen = client.get(address).content.decode()
    assert "a exprimé de besoin" not in seen and "Votre rôle ne montre pas" in seen
    first = client.get("/").content.decode()
    assert "À lire" in first and "1 établissement sur 1 a répondu" in first
    assert "1 opération en cours" in first
