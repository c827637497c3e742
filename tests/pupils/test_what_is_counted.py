"""Do counts say what is needed and met: pupils, not devices; households once; no child twice?"""

import uuid

import pytest
from django.db import transaction

from cartable.accounts.enums import Role
from cartable.foundation import clock as house_clock
from cartable.pupils import actions, queries
from cartable.pupils.inputs import NeedInput
from cartable.pupils.models import Need
from cartable.pupils.queries import Coverage, LevelLine
from cartable.territories.models import School
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
DEVICE, SIM, KEY = NeedInput("device"), NeedInput("connection", True), NeedInput("connection", False)


@pytest.fixture
def school():
    return factories.school()


@pytest.fixture
def head(school):
    return factories.user(Role.HEAD, school)


def mark(head, pupil, *lacks):
    actions.mark(actor=head, pupil_id=pupil.public_id, lacks=lacks)
    return Need.objects.filter(of_pupils__pupil=pupil).order_by("id").first()


def test_a_household_counts_once_at_its_first_pupils_level(school, head):
    ana, bob = factories.pupil(school, "Ana", level="3E"), factories.pupil(school, "Bob", level="6E")
    alone = factories.pupil(school, "Cleo", level="6E")
    factories.home(ana, bob)
    for pupil in (ana, bob, alone):
        mark(head, pupil, SIM, NeedInput("parent_help"))
    once = queries.open_needs_by_level(school.public_id, one_per_household=True)
    assert once == [
        LevelLine("6E", "connection", "sim", 2, 1),
        LevelLine("6E", "parent_help", "", 2, 2),
        LevelLine("3E", "connection", "sim", 1, 1),
        LevelLine("3E", "parent_help", "", 1, 1),
    ]
    each = queries.open_needs_by_level(school.public_id, one_per_household=False)
    assert sum(line.units for line in each if line.kind == "connection") == 3


def test_what_is_met_is_not_asked_again(school, head):
    need = mark(head, factories.pupil(school), KEY)
    assert queries.open_needs_by_level(school.public_id, one_per_household=True)[0].good == "key"
    with transaction.atomic():
        actions.cover(need=need, kind="connection", source=uuid.uuid4(), at=house_clock.now())
    assert queries.open_needs_by_level(school.public_id, one_per_household=True) == []


def test_a_second_home_makes_no_second_household(school, head):
    ana, bob = factories.pupil(school, "Ana"), factories.pupil(school, "Bob")
    factories.home(ana, bob)
    factories.home(ana, rank=2, address="ailleurs")
    needs = [mark(head, pupil, DEVICE) for pupil in (ana, bob)]
    [line] = queries.open_needs_by_level(school.public_id, one_per_household=True)
    assert (line.pupils, line.units) == (2, 1)
    assert set(queries.needs_of_household(needs[0])) == set(needs)


def test_coverage_counts_pupils_by_school_in_one_query(school, head, django_assert_num_queries):
    other = factories.school()
    needs = [mark(head, factories.pupil(school, name), DEVICE) for name in ("Ana", "Bob")]
    mark(factories.user(Role.HEAD, other), factories.pupil(other, "Cleo"), SIM)
    with transaction.atomic():
        actions.cover(need=needs[0], kind="device", source=uuid.uuid4(), at=house_clock.now())
    with django_assert_num_queries(1):
        found = queries.coverage_counts(School.objects.all())
    assert found == [Coverage(school.pk, "device", 2, 1), Coverage(other.pk, "connection", 1, 0)]
    assert queries.coverage_counts(School.objects.filter(pk=other.pk)) == found[1:]


def test_a_child_of_two_schools_counts_once_in_the_total(school, head):
    other = factories.school()
    mark(head, factories.pupil(school, "Ana"), DEVICE)
    mark(factories.user(Role.HEAD, other), factories.pupil(other, "ANA"), DEVICE)
    assert queries.coverage_totals(School.objects.all())["device"] == (1, 0)
    assert queries.enrolled_twice(School.objects.all()) == 1


def test_namesakes_without_a_birth_date_stay_two_children(school, head):
    other = factories.school()
    factories.pupil(school, "Ana", birth_date=None), factories.pupil(other, "Ana", birth_date=None)
    assert queries.enrolled_twice(School.objects.all()) == 0


def test_a_search_finds_the_beginning_of_words_without_accents(school, head):
    for first, last in (("Éléonore", "Fictif-Durand"), ("Zoé", "Exemple"), ("Ilona", "Édard")):
        factories.pupil(school, first, last)
    assert [p.first_name for p in queries.find(head, school, words="dur eleo")] == ["Éléonore"]
    assert [p.last_name for p in queries.find(head, school)] == ["Édard", "Exemple", "Fictif-Durand"]


def test_a_list_takes_three_queries_whatever_its_length(school, head, django_assert_num_queries):
    for name in "ABCDEFGH":
        mark(head, factories.pupil(school, name), DEVICE)
    assert head.scope
    with django_assert_num_queries(3):
        found = queries.add_needs(queries.find(head, school, lacking="device"))
        assert [len(pupil.open_needs) for pupil in found] == [1] * 8
        assert not any(row.need.running_covers for pupil in found for row in pupil.open_needs)
    assert queries.find(head, school, lacking="none") == []
