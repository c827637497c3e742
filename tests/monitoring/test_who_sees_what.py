"""How far does each person see, and do small numbers stay hidden from who does not serve the schools?"""

import pytest

from cartable.accounts.enums import Role
from cartable.engines.disclosure import Count, Mask
from cartable.monitoring.enums import Blank, Step
from cartable.monitoring.perms import sight_of
from cartable.monitoring.queries import given_by, operations_seen_by, picture
from cartable.operations.models import OperationGiver
from tests import factories
from tests.engines.test_disclosure import too_well_known


pytestmark = [pytest.mark.django_db, pytest.mark.store]
SIZES = {"93001": [30, 12, 4], "93008": [25, 9, 9], "93029": [6], "93030": [40, 15]}


@pytest.fixture
def operation():
    return factories.operation(
        factories.equipment_user(), factories.pool(), factories.pool(400, serves="ecole")
    )


@pytest.fixture
def schools(operation):
    """Give schools of several communes that lack so many connections; half of them are met."""
    made = []
    for code, sizes in SIZES.items():
        for size in sizes:
            school = factories.school(commune=factories.commune(f"Ville {code}", code))
            factories.answered(operation, school, size)
            factories.in_hands(operation, school, size // 2)
            made.append(school)
    return made


def seen_by(operation, role, place=None):
    return picture(operation, factories.user(role, place), by_school=True, by_day=True)


def test_every_role_sees_as_far_as_its_rights(operation, schools):
    department, school = operation.department, schools[0]
    giver = factories.body("foundation")
    OperationGiver.objects.create(operation=operation, body=giver)
    whole, masked, gives = (True, False, False), (True, True, False), (True, True, True)
    expected = {
        (Role.NATIONAL, None): masked,
        (Role.REGION, department.region): masked,
        (Role.PREFECTURE, department): masked,
        (Role.AUDITOR, None): masked,
        (Role.AUDITOR, department): masked,
        (Role.ACADEMY, department.academy): whole,
        (Role.ACADEMY, department): whole,
        (Role.EQUIPMENT, operation.owner): whole,
        (Role.EQUIPMENT, factories.body("state_service", department=department, name="Autre")): masked,
        (Role.GIVER, giver): gives,
        (Role.HEAD, school): (False, False, False),
    }
    for (role, place), seen in expected.items():
        found = seen_by(operation, role, place)
        assert (found.whole, found.masked, found.gives) == seen, (role, place)
        assert len(found.schools) == (0 if found.gives else 1 if role == Role.HEAD else len(schools))


@pytest.mark.parametrize(
    "role, place",
    [
        (Role.ASSOCIATION, lambda: factories.body("association")),
        (Role.ADMINISTRATOR, lambda: None),
        (Role.GIVER, lambda: factories.body("foundation")),
        (
            Role.PREFECTURE,
            lambda: factories.department("13", "Ailleurs", academy=factories.academy("02", "Aix")),
        ),
        (Role.ACADEMY, lambda: factories.academy("02", "Aix")),
        (Role.REGION, lambda: factories.region("93", "Provence")),
        (
            Role.EQUIPMENT,
            lambda: factories.body(
                "local_authority",
                department=factories.department("13", "Ailleurs", academy=factories.academy("02", "Aix")),
            ),
        ),
    ],
)
def test_who_has_no_part_in_it_sees_nothing(operation, role, place):
    assert sight_of(factories.user(role, place()), operation) is None


def test_an_inspector_sees_the_ecoles_she_leads_and_a_head_his_school(operation, schools):
    ecole = factories.school("ecole")
    factories.answered(operation, ecole, 3)
    for role, place in ((Role.CIRCONSCRIPTION, ecole.circonscription), (Role.HEAD, ecole)):
        found = seen_by(operation, role, place)
        assert list(found.schools) == [ecole.id]
        assert (found.total.needed["connection"], found.total.asked) == (3, 1)
        assert not found.masked


def test_a_role_held_elsewhere_adds_nothing_here(operation, schools):
    """A head of one school who audits the country still sees small counts in his own school only."""
    both = factories.user(Role.AUDITOR)
    small = next(s for s in schools if s.commune.code == "93029")
    factories.assign(both, Role.HEAD, small)
    found = picture(operation, both, by_school=True)
    assert found.schools[small.id].needed["connection"] == 6
    others = {place.commune_code: place for key, place in found.schools.items() if key != small.id}
    assert found.masked and others["93008"].needed["connection"] is Blank.HIDDEN


def test_small_numbers_are_hidden_with_what_would_give_them_away(operation, schools):
    found = seen_by(operation, Role.PREFECTURE, operation.department)
    plain = seen_by(operation, Role.EQUIPMENT, operation.owner)
    assert not plain.masked
    for rows, truth in ((found.schools, plain.schools), (found.communes, plain.communes)):
        for key, row in rows.items():
            for column in ("needed", "covered"):
                shown, true = getattr(row, column)["connection"], getattr(truth[key], column)["connection"]
                assert shown == true if isinstance(shown, int) else shown is Blank.HIDDEN
                assert not (isinstance(shown, int) and shown < 11), (key, column)
            hidden = Blank.HIDDEN in (row.needed["connection"], row.covered["connection"])
            assert (row.rate("connection") is Blank.HIDDEN) == hidden
            assert row.things == {}
    assert found.total.needed == plain.total.needed


def test_the_attacker_learns_nothing_from_the_page_of_a_prefecture(operation, schools):
    found = seen_by(operation, Role.PREFECTURE, operation.department)
    plain = seen_by(operation, Role.EQUIPMENT, operation.owner)
    counts = {
        key: Count(row.commune_code, row.needed["connection"], row.covered["connection"])
        for key, row in plain.schools.items()
    }

    def mask(column):
        def hidden(rows):
            return frozenset(
                k for k, row in rows.items() if getattr(row, column)["connection"] is Blank.HIDDEN
            )

        return Mask(
            hidden(found.schools),
            hidden(found.communes),
            getattr(found.total, column)["connection"] is Blank.HIDDEN,
        )

    assert too_well_known(counts, (mask("needed"), mask("covered"))) == []


def test_nobody_needs_it_is_an_answer_that_everybody_reads(operation, schools):
    nobody = factories.school(commune=factories.commune("Ville 93030", "93030"))
    factories.answered(operation, nobody, 0)
    found = seen_by(operation, Role.PREFECTURE, operation.department)
    assert found.schools[nobody.id].needed["connection"] == 0
    assert found.schools[nobody.id].nobody


def test_a_giver_sees_articles_in_hands_by_commune_from_eleven_up(operation, schools):
    giver = factories.body("foundation")
    OperationGiver.objects.create(operation=operation, body=giver)
    found, plain = seen_by(operation, Role.GIVER, giver), seen_by(operation, Role.EQUIPMENT, operation.owner)
    thing = ("sim", "given")
    for code, row in found.communes.items():
        held = row.in_hands(thing)
        assert held is Blank.HIDDEN or held == plain.communes[code].in_hands(thing) >= 11
        assert row.needed == {} and list(row.things[thing]) == [Step.IN_HANDS]
    assert Blank.HIDDEN in [row.in_hands(thing) for row in found.communes.values()]
    assert found.total.in_hands(thing) == sum(size // 2 for sizes in SIZES.values() for size in sizes)
    assert given_by(factories.user(Role.GIVER, giver)) == [(operation, found.total.in_hands(thing))]


def test_a_few_hand_overs_are_not_told_to_a_giver(operation):
    giver = factories.body("foundation")
    OperationGiver.objects.create(operation=operation, body=giver)
    user = factories.user(Role.GIVER, giver)
    assert given_by(user) == [(operation, 0)]
    factories.in_hands(operation, factories.school(), 10)
    assert given_by(user) == [(operation, Blank.HIDDEN)]
    found = picture(operation, user, by_day=True)
    assert found.total.in_hands(("sim", "given")) is Blank.HIDDEN
    assert found.curves == {("sim", "given"): []}


def test_a_hundred_schools_more_take_no_query_more(operation, django_assert_num_queries):
    user = factories.equipment_user()
    operation = operations_seen_by(user).get()

    def add(number):
        for _ in range(number):
            school = factories.school(commune=factories.commune())
            factories.answered(operation, school, 3)
            factories.in_hands(operation, school, 2)

    add(2)
    with django_assert_num_queries(5):
        picture(operation, user, by_school=True, by_day=True)
    add(18)
    with django_assert_num_queries(5):
        assert len(picture(operation, user, by_school=True, by_day=True).schools) == 20
