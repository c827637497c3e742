"""Does a return say how many of its pupils live in a priority area (QPV), as the school said it and no more?"""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from cartable.accounts.enums import Role
from cartable.census.actions import Line, enter_for, submit
from cartable.census.models import ReturnLine
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.pupils.actions import add_family, mark, set_priority_areas
from cartable.pupils.exports import homes_part
from cartable.pupils.inputs import FamilyInput, HomeInput, NeedInput, PupilInput
from cartable.pupils.models import Home
from cartable.pupils.queries import not_placed, open_needs_by_level
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
DEVICE, POST = NeedInput("device"), NeedInput("homework_by_post")


@pytest.fixture
def head(school):
    return factories.user(Role.HEAD, school)


def lacking(head, school, name, *lacks, inside=None, housed=True, **more):
    pupil = factories.pupil(school, name, **more)
    if housed:
        factories.home(pupil, in_priority_area=inside)
    mark(actor=head, pupil_id=pupil.public_id, lacks=lacks or [DEVICE])
    return pupil


def say(head, school, **said):
    pupils = {pupil.first_name: pupil.public_id for pupil in school.pupils.all()}
    return set_priority_areas(
        actor=head, school_id=school.public_id, said={pupils[name]: answer for name, answer in said.items()}
    )


def counted(school, one_per_household=True):
    lines = open_needs_by_level(school.public_id, one_per_household=one_per_household)
    return [(line.pupils, line.units, line.qpv_pupils, line.qpv_units) for line in lines]


def test_only_those_said_to_live_there_count(school, head):
    for name, inside in (("Ana", True), ("Bob", False), ("Cleo", None)):
        lacking(head, school, name, inside=inside)
    lacking(head, school, "Dan", housed=False)
    assert counted(school) == counted(school, one_per_household=False) == [(4, 4, 1, 1)]
    assert not_placed(head, school) == 2


def test_the_first_home_decides_and_a_household_counts_one_article(school, head):
    ana, bob = lacking(head, school, "Ana", housed=False), lacking(head, school, "Bob", housed=False)
    factories.home(ana, bob, in_priority_area=True)
    factories.home(ana, rank=2, in_priority_area=False, address="ailleurs")
    cleo = lacking(head, school, "Cleo", inside=False)
    factories.home(cleo, rank=2, in_priority_area=True, address="ailleurs")
    assert counted(school) == [(3, 2, 2, 1)]
    assert counted(school, one_per_household=False) == [(3, 3, 2, 2)]


def test_the_counts_take_no_more_queries(school, head, django_assert_num_queries):
    for name in "ABCDE":
        lacking(head, school, name, inside=True)
    with django_assert_num_queries(1):
        assert counted(school, one_per_household=False) == [(5, 5, 5, 5)]


def test_the_return_that_is_sent_says_it(school, head):
    operation = factories.operation(factories.equipment_user(), factories.pool(5, good="tablet", mode="lent"))
    lacking(head, school, "Ana", DEVICE, POST, inside=True)
    lacking(head, school, "Bob", inside=False)
    answer = submit(actor=head, operation_id=operation.public_id, school_id=school.public_id)
    rows = answer.lines.order_by("kind").values_list("kind", "pupils", "units", "qpv_pupils", "qpv_units")
    assert list(rows) == [("device", 2, 2, 1, 1), ("homework_by_post", 1, 1, 1, 1)]


@settings(max_examples=25)
@given(inside=st.lists(st.sampled_from([True, False, None]), max_size=6), together=st.booleans())
def test_a_part_is_never_more_than_the_whole(inside, together):
    with transaction.atomic():
        school = factories.school()
        head = factories.user(Role.HEAD, school)
        pupils = [lacking(head, school, f"N{n}", housed=False) for n in range(len(inside))]
        if together and pupils:
            factories.home(*pupils, in_priority_area=inside[0])
        for pupil, said in zip([] if together else pupils, inside, strict=False):
            factories.home(pupil, in_priority_area=said)
        for pupil_count, units, qpv_pupils, qpv_units in counted(school):
            assert qpv_units <= min(units, qpv_pupils) and qpv_pupils <= pupil_count
            expected = inside.count(True) if not together else len(inside) * (inside[0] is True)
            assert qpv_pupils == expected
        transaction.set_rollback(True)


@pytest.mark.parametrize(("qpv_pupils", "qpv_units"), [(3, 0), (2, 2), (1, 2), (-1, 0), (0, -1)])
def test_the_store_refuses_more_than_the_line(school, qpv_pupils, qpv_units):
    operation = factories.operation(factories.equipment_user())
    answer = factories.answered(operation, school, 2)
    row = {"level": "5E", "kind": "device", "pupils": 2, "units": 1}
    with pytest.raises(IntegrityError), transaction.atomic():
        ReturnLine.objects.create(of_return=answer, **row, qpv_pupils=qpv_pupils, qpv_units=qpv_units)
    ReturnLine.objects.create(of_return=answer, **row, qpv_pupils=2, qpv_units=1)


@pytest.mark.parametrize(("inside_pupils", "inside_units"), [(4, 3), (2, 3), (-1, -1), (3, 4)])
def test_a_telephone_gives_no_more_inside_than_in_all(ecole, inside_pupils, inside_units):
    operation = factories.operation(factories.equipment_user(), factories.pool(5, serves="ecole"))
    office = factories.user(Role.CIRCONSCRIPTION, ecole.circonscription)
    wrong = Line("TOUS", "device", 3, 3, "", inside_pupils, inside_units)
    where = {"actor": office, "operation_id": operation.public_id, "school_id": ecole.public_id}
    with pytest.raises(Refused, match="QPV"):
        enter_for(lines=[wrong], **where)
    answer = enter_for(lines=[Line("TOUS", "device", 3, 3, "", 3, 3)], **where)
    assert answer.lines.get().qpv_units == 3


def test_the_school_says_it_for_homes_and_for_who_has_none(school, head):
    ana, bob = lacking(head, school, "Ana", housed=False), lacking(head, school, "Bob", housed=False)
    factories.home(ana, bob)
    lacking(head, school, "Cleo", housed=False)
    assert say(head, school, Ana=True, Cleo=True) == 2
    assert say(head, school, Ana=True, Cleo=True) == 0
    assert counted(school) == [(3, 2, 3, 2)] and Home.objects.count() == 2
    assert say(head, school, Bob=None) == 1
    assert not_placed(head, school) == 2
    entry = Entry.objects.filter(verb="pupils.priority_areas_said").last()
    assert entry.data == {"uai": school.uai, "homes": 1}


def test_nobody_else_says_it(school, head):
    ana = lacking(head, school, "Ana", inside=None)
    for actor in (factories.user(Role.SCHOOL_STAFF, school), factories.user(Role.HEAD, factories.school())):
        with pytest.raises(Refused):
            set_priority_areas(actor=actor, school_id=school.public_id, said={ana.public_id: True})
    stranger = factories.pupil(factories.school(), "Eve")
    with pytest.raises(Refused):
        set_priority_areas(actor=head, school_id=school.public_id, said={stranger.public_id: True})
    assert not_placed(head, school) == 1


def test_a_typed_family_says_it_and_a_later_one_does_not_unsay_it(school, head):
    for first_name, inside in (("Ana", True), ("Bob", None)):
        home = HomeInput(address="1 rue A", postcode="93300", in_priority_area=inside)
        pupil = PupilInput("Durand", first_name, "5E", lacks=(DEVICE,))
        add_family(actor=head, school_id=school.public_id, family=FamilyInput((pupil,), (home,)))
    assert counted(school) == [(2, 1, 2, 1)]
    ana = school.pupils.earliest("pk")
    assert homes_part(ana)[0]["in_priority_area"] is True


def test_a_list_says_it_where_it_has_the_column(bring, school):
    rows = [
        ("Ana", "1 rue A", "oui", True),
        ("Bob", "2 rue B", "non", False),
        ("Cleo", "3 rue C", "", None),
        ("Dan", "4 rue D", "peut-être", None),
        ("Eve", "", "oui", None),
    ]
    head = "Nom de l'élève;Prénom de l'élève;Date de naissance;Niveau;Adresse;Code postal;QPV\n"
    text = head + "".join(f"Fictif;{n};01/02/2009;5e;{a};93300;{q}\n" for n, a, q, _ in rows)
    report = bring(school, text)
    assert report.created == 5
    assert set(report.notes) == {
        "QPV oui ou non illisible, non repris : 1 ligne (5).",
        "QPV indiqué sans adresse, non repris : 1 ligne (6).",
    }
    found = {home.address: home.in_priority_area for home in Home.objects.all()}
    assert found == {address: inside for _n, address, _q, inside in rows if address}
    assert bring(school, text).changed == 0
    assert bring(school, text.replace(";oui", ";non")).changed == 1
    assert bring(school, text.replace(";oui", ";").replace(";non", ";")).changed == 0, (
        "silence unsays nothing"
    )
    assert set(Home.objects.values_list("in_priority_area", flat=True)) == {False, None}
