"""Is a body made once and found again, and are its numbers checked?"""

import pytest
from django.db import IntegrityError, transaction

from cartable.bodies import queries
from cartable.bodies.actions import bodies_for_department, ensure_body
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
SIRET = "22930008201453"


def verbs() -> list[str]:
    return list(Entry.objects.order_by("seq").values_list("verb", flat=True))


def test_a_departement_has_its_three_bodies_once() -> None:
    department = factories.department(of_name="de la Seine-Saint-Denis")
    bodies = bodies_for_department(actor=None, department=department)
    assert [body.name for body in bodies] == [
        "Préfecture de la Seine-Saint-Denis",
        "Conseil départemental de la Seine-Saint-Denis",
        "DSDEN de la Seine-Saint-Denis",
    ]
    assert bodies_for_department(actor=None, department=department) == bodies
    assert verbs() == ["bodies.created"] * 3


def test_a_name_given_by_hand_stays() -> None:
    department = factories.department()
    council = bodies_for_department(actor=None, department=department).council
    Body.objects.filter(id=council.id).update(name="Département de la Seine-Saint-Denis")
    assert bodies_for_department(actor=None, department=department).council.name.startswith("Département")


def test_the_collectivite_bears_its_own_name() -> None:
    corse = factories.department("2A", "Corse-du-Sud", of_name="de la Corse-du-Sud")
    assert bodies_for_department(actor=None, department=corse).council.name == "Collectivité de Corse"


def test_what_is_given_is_written_and_blanks_change_nothing() -> None:
    given = {"actor": None, "kind": BodyKind.ASSOCIATION, "name": "Emmaüs Connect", "siret": SIRET}
    first = ensure_body(**given, email="contact@example.test")
    again = ensure_body(**{**given, "name": "Emmaüs Connect Île-de-France"})
    assert (again.id, again.name, again.email) == (
        first.id,
        "Emmaüs Connect Île-de-France",
        "contact@example.test",
    )
    ensure_body(**{**given, "name": "Emmaüs Connect Île-de-France"})
    assert verbs() == ["bodies.created", "bodies.changed"]


def test_a_school_and_a_circonscription_are_bodies_once() -> None:
    school = factories.school("ecole")
    for _again in range(2):
        ensure_body(actor=None, kind=BodyKind.SCHOOL, name=school.name, school=school)
        ensure_body(
            actor=None, kind=BodyKind.CIRCONSCRIPTION, name="IEN", circonscription=school.circonscription
        )
    assert (school.body.name, school.circonscription.body.name) == (school.name, "IEN")
    assert Body.objects.count() == 2


def test_two_associations_of_one_departement_are_two() -> None:
    department = factories.department()
    for name in ("AFEV", "Zup de Co", "AFEV"):
        ensure_body(actor=None, kind=BodyKind.ASSOCIATION, name=name, department=department)
    assert Body.objects.count() == 2


def test_the_store_refuses_a_second_prefecture() -> None:
    department = factories.department()
    Body.objects.create(kind=BodyKind.PREFECTURE, name="Préfecture", department=department)
    with pytest.raises(IntegrityError), transaction.atomic():
        Body.objects.create(kind=BodyKind.PREFECTURE, name="Autre", department=department)
    Body.objects.create(kind=BodyKind.LOCAL_AUTHORITY, name="Département", department=department)


@pytest.mark.parametrize(
    ("number", "code"), [({"siret": "22930008201454"}, "siret_wrong"), ({"rna": "93"}, "rna_wrong")]
)
def test_a_wrong_number_is_refused(number: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refused:
        ensure_body(actor=None, kind=BodyKind.ASSOCIATION, name="AFEV", **number)
    assert refused.value.code == code
    assert not Body.objects.exists()


def test_a_person_sees_the_bodies_of_his_territory() -> None:
    here, there = factories.department(), factories.department("94", "Val-de-Marne")
    bodies = bodies_for_department(actor=None, department=here)
    far = bodies_for_department(actor=None, department=there)
    giver = factories.body(BodyKind.FOUNDATION)
    assert set(queries.visible_to(factories.user("prefecture", here))) == set(bodies)
    assert set(queries.visible_to(factories.user("giver", giver))) == {giver}
    assert set(queries.visible_to(factories.user("national"))) == {*bodies, *far, giver}


def test_a_body_is_found_whatever_the_case_and_accents_of_what_is_typed() -> None:
    body = ensure_body(actor=None, kind=BodyKind.ASSOCIATION, name="Évry ÉCOUTE", siret=SIRET)
    found = [
        words for words in ("évry", "EVRY", "ecoute Évry", "evry lille", "?!") if Body.objects.search(words)
    ]
    assert found == ["évry", "EVRY", "ecoute Évry"]
    ensure_body(actor=None, kind=BodyKind.ASSOCIATION, name="Lille écoute", siret=SIRET)
    assert (list(Body.objects.search("evry")), list(Body.objects.search("lille"))) == ([], [body])
