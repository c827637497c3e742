"""Do the pages print the form that goes round the classes, and write to the silent by one button?"""

import pytest
from django.urls import reverse

from tests import factories as make


pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(client):
    person = make.equipment_user()
    sign_in(client, person)
    return person


def sign_in(client, person):
    client.force_login(person, backend="django.contrib.auth.backends.ModelBackend")


def test_a_school_prints_the_form_that_goes_round_its_classes(client, lead):
    operation = make.operation(lead)
    school = make.school("college", phone="01 48 00 00 00")
    sign_in(client, make.user("head", school))
    page = reverse("answer", args=[operation.public_id, school.public_id])
    form = reverse("answer-form", args=[operation.public_id, school.public_id])
    assert form in client.get(page).content.decode()
    printed = client.get(form)
    assert printed.status_code == 200 and printed.content.startswith(b"%PDF")
    sign_in(client, make.user("head", make.school("college")))
    assert client.get(form).status_code == 404


def test_the_silent_are_written_to_by_one_button(client, lead):
    operation = make.operation(lead)
    make.school("college", email="silencieux@example.test")
    silent = reverse("census-silent", args=[operation.public_id])
    assert "Écrire à l'établissement sans réponse" in client.get(silent).content.decode()
    said = client.post(reverse("census-remind", args=[operation.public_id]), follow=True).content.decode()
    assert "1 message part." in said
