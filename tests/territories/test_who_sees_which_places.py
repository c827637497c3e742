"""Does each person see his own territory, and does a search find what people type?"""

from collections.abc import Callable
from types import SimpleNamespace

import pytest

from cartable.territories import queries
from cartable.territories.models import School
from cartable.territories.scope import NOBODY, Scope
from tests import factories


pytestmark = pytest.mark.django_db


@pytest.fixture
def places() -> SimpleNamespace:
    here, there = factories.department(), factories.department("94", "Val-de-Marne")
    return SimpleNamespace(
        here=here,
        there=there,
        college=factories.school("college", department=here, commune=factories.commune()),
        ecole=factories.school("ecole", department=here),
        far=factories.school("ecole", department=there, name="École Île-de-Ré"),
    )


@pytest.mark.parametrize(
    ("scope", "schools", "departments", "circonscriptions"),
    [
        (lambda p: NOBODY, set(), set(), set()),
        (lambda p: Scope(everywhere=True), {"college", "ecole", "far"}, {"93", "94"}, {"ecole", "far"}),
        (lambda p: Scope(department_ids=frozenset({p.here.id})), {"college", "ecole"}, {"93"}, {"ecole"}),
        (
            lambda p: Scope(circonscription_ids=frozenset({p.far.circonscription_id})),
            {"far"},
            set(),
            {"far"},
        ),
        (lambda p: Scope(school_ids=frozenset({p.college.id})), {"college"}, set(), set()),
    ],
    ids=["nobody", "everywhere", "department", "circonscription", "school"],
)
def test_a_scope_bounds_what_is_seen(
    places: SimpleNamespace,
    scope: Callable[[SimpleNamespace], Scope],
    schools: set[str],
    departments: set[str],
    circonscriptions: set[str],
) -> None:
    user = SimpleNamespace(scope=scope(places))
    expected = {getattr(places, name) for name in schools}
    assert set(queries.schools_visible_to(user)) == expected
    assert {d.code for d in queries.departments_visible_to(user)} == departments
    led = {getattr(places, name).circonscription for name in circonscriptions}
    assert set(queries.circonscriptions_visible_to(user)) == led


@pytest.mark.parametrize("words", ["ile de re", "ÎLE", "École  ré", "UAI"])
def test_a_search_forgets_accents_and_case(places: SimpleNamespace, words: str) -> None:
    typed = places.far.uai.lower() if words == "UAI" else words
    assert list(School.objects.search(typed)) == [places.far]


def test_a_search_finds_by_commune_and_needs_every_word(places: SimpleNamespace) -> None:
    assert list(School.objects.search("aubervilliers")) == [places.college]
    assert list(School.objects.search("moulin aubervilliers")) == [places.college]
    assert not School.objects.search("moulin bobigny").exists()


def test_a_new_name_is_found(places: SimpleNamespace) -> None:
    places.far.name = "École Simone-Veil"
    places.far.save()
    assert list(School.objects.search("simone veil")) == [places.far]
