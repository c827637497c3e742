"""Does a role joined to a place become the right sets of ids, from a day until a day?"""

from datetime import date, timedelta

import pytest

from cartable.accounts.access import departments_to_invite
from cartable.accounts.enums import Right, Role
from cartable.accounts.models import RightDelegation, User
from cartable.accounts.queries import departments_as, places_of, visible_to
from cartable.bodies.enums import BodyKind
from cartable.territories.models import Department, School
from cartable.territories.scope import NOBODY
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]


def _fresh(user: User) -> User:
    return User.objects.get(pk=user.pk)


def test_a_head_serves_her_school_and_sees_no_other():
    mine, other = factories.school(), factories.school()
    head = factories.user(Role.HEAD, mine)
    assert list(School.objects.visible_to(head)) == [mine]
    assert head.scope.may(Right.HAND_OVER, mine.pk)
    assert not head.scope.may(Right.MARK, other.pk)


@pytest.mark.parametrize("shift, holds", [(-1, False), (0, True), (1, True)])
def test_a_right_holds_on_its_last_day_and_not_the_day_after(clock, shift, holds):
    school, head = factories.school(), factories.user()
    factories.assign(head, Role.HEAD, school, valid_until=date(2020, 6, 30))
    with clock.at(f"2020-06-{30 - shift}T12:00+02:00" if shift >= 0 else "2020-07-01T12:00+02:00"):
        assert bool(_fresh(head).scope.school_ids) is holds


def test_lent_rights_make_school_staff_and_no_more():
    school = factories.school()
    head, colleague = factories.user(Role.HEAD, school), factories.user()
    RightDelegation.objects.create(
        school=school,
        given_by=head,
        given_to=colleague,
        right=Right.MARK,
        valid_from=date(2020, 1, 1),
        valid_until=date.today() + timedelta(days=1),
    )
    scope = _fresh(colleague).scope
    assert scope.roles == {Role.SCHOOL_STAFF}
    assert scope.may(Right.MARK, school.pk)
    assert not scope.may(Right.HAND_OVER, school.pk)
    assert not scope.may(Right.HEAD, school.pk)


def test_region_and_academy_reach_their_departments_only():
    seine, far = (
        factories.department(),
        factories.department(
            "13",
            "Bouches-du-Rhône",
            region=factories.region("93", "PACA"),
            academy=factories.academy("02", "Aix"),
        ),
    )
    for role, place in ((Role.REGION, factories.region()), (Role.ACADEMY, factories.academy())):
        reach = factories.user(role, place).scope.department_ids
        assert seine.pk in reach and far.pk not in reach


def test_an_equipment_service_reaches_the_department_it_equips():
    scope = factories.user(Role.EQUIPMENT, factories.body()).scope
    assert scope.department_ids == {factories.department().pk}
    assert scope.school_ids == frozenset()


def test_a_giver_reaches_no_territory():
    foundation = factories.body(BodyKind.FOUNDATION, department=factories.department())
    scope = factories.user(Role.GIVER, foundation).scope
    assert scope.department_ids == frozenset()
    assert scope.body_ids == {foundation.pk}


def test_two_roles_do_not_lend_each_other_their_places():
    far = factories.department("13", "Bouches-du-Rhône")
    user = factories.user(Role.EQUIPMENT, factories.body())
    factories.assign(user, Role.PREFECTURE, far)
    user = _fresh(user)
    assert user.scope.department_ids == {far.pk, factories.department().pk}
    assert list(Department.objects.filter(departments_as(user, Role.EQUIPMENT))) == [factories.department()]


def test_the_whole_country_joined_to_one_place_stays_the_whole_country():
    factories.department("13", "Bouches-du-Rhône")
    user = factories.user(Role.ADMINISTRATOR)
    factories.assign(user, Role.EQUIPMENT, factories.body())
    assert departments_to_invite(_fresh(user)).count() == Department.objects.count()


def test_a_closed_account_reaches_nothing():
    user = factories.user(Role.HEAD, factories.school(), is_active=False)
    assert user.scope == NOBODY


def test_who_sees_which_accounts():
    school = factories.school()
    head, other_head = factories.user(Role.HEAD, school), factories.user(Role.HEAD, factories.school())
    far = factories.department("13", "Bouches-du-Rhône")
    far_head = factories.user(Role.HEAD, factories.school(department=far))
    equipment = factories.user(Role.EQUIPMENT, factories.body())
    local = factories.user(Role.ADMINISTRATOR, factories.department())
    everywhere = factories.user(Role.ADMINISTRATOR)
    assert set(visible_to(head)) == {head}
    assert set(visible_to(equipment)) == {equipment, head, other_head}
    assert {head, other_head, equipment, local} == set(visible_to(local))
    assert far_head in visible_to(everywhere)


def test_the_scope_takes_three_queries_and_each_kind_of_place_one(django_assert_num_queries):
    user = factories.user(Role.REGION, factories.region())
    factories.assign(user, Role.HEAD, factories.school())
    user = _fresh(user)
    with django_assert_num_queries(3):
        assert user.scope.department_ids
    with django_assert_num_queries(2):
        assert len(places_of(user)) == 2
