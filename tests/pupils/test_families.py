"""Does a typed family become the right pupils, homes and adults, and nothing half done?"""

from datetime import date

import pytest

from cartable.accounts.enums import Role
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.pupils import actions
from cartable.pupils.inputs import FamilyInput, GuardianInput, HomeInput, NeedInput, PupilInput
from cartable.pupils.models import Guardian, Home, Need, Pupil, PupilHome
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
CANARY = "Zzcanari"


@pytest.fixture
def school():
    return factories.school("ecole", name="École Jules Ferry")


@pytest.fixture
def head(school):
    return factories.user(Role.HEAD, school)


def add(head, school, *pupils, homes=()):
    return actions.add_family(
        actor=head, school_id=school.public_id, family=FamilyInput(tuple(pupils), tuple(homes))
    )


def test_two_children_two_homes_and_what_they_lack(school, head):
    mother = HomeInput(address="1 rue A", postcode="93300", guardians=(GuardianInput(phone="0612345678"),))
    father = HomeInput(
        address="2 rue B", postcode="93300", undisclosed=True, guardians=(GuardianInput("Durand"),)
    )
    ana, bob = add(
        head,
        school,
        PupilInput("Durand", "Ana", level="CM1", lacks=(NeedInput("device"),)),
        PupilInput("Durand", "Bob", class_label="CE2 B"),
        homes=[mother, father],
    )
    assert (ana.level, bob.level) == ("CM1", "CE2")
    assert Home.objects.count() == 2 and PupilHome.objects.count() == 4
    assert [link.home.address for link in bob.in_homes.order_by("rank")] == ["1 rue A", "2 rue B"]
    assert Guardian.objects.get(home__undisclosed=False).phone == "06 12 34 56 78"
    assert Need.objects.get().of_pupils.get().pupil == ana


def test_a_wrong_telephone_leaves_nothing_half_done(school, head):
    wrong = HomeInput(guardians=(GuardianInput(phone="061234"),))
    with pytest.raises(Refused, match="téléphone") as refused:
        add(head, school, PupilInput("Durand", "Ana", level="CM1"), homes=[wrong])
    assert refused.value.field == "phone"
    assert not (Pupil.objects.exists() or Home.objects.exists() or Entry.objects.exists())


def test_the_same_family_sent_twice_is_refused(school, head):
    pupil = PupilInput("Durand", "Ana", level="CM1", birth_date=date(2015, 3, 2))
    add(head, school, pupil)
    with pytest.raises(Refused, match="déjà dans la liste"):
        add(head, school, pupil)
    assert Pupil.objects.count() == 1


def test_namesakes_are_told_apart_by_their_birth_dates(school, head):
    add(head, school, PupilInput("Durand", "Ana", level="CM1", birth_date=date(2015, 3, 2)))
    with pytest.raises(Refused, match="dates de naissance"):
        add(head, school, PupilInput("DURAND", "ana", level="CP"))
    add(head, school, PupilInput("Durand", "Ana", level="CP", birth_date=date(2018, 3, 2)))
    assert Pupil.objects.count() == 2


def test_a_sister_entered_later_joins_the_same_home(school, head):
    home = HomeInput(
        address="12 bis, r. de la Paix", postcode="93300", guardians=(GuardianInput("Durand", "Luc"),)
    )
    same = HomeInput(
        address="12bis RUE DE LA PAIX", postcode="93300", guardians=(GuardianInput("DURAND", "Luc"),)
    )
    add(head, school, PupilInput("Durand", "Ana", level="CM1"), homes=[home])
    add(head, school, PupilInput("Durand", "Bob", level="CP"), homes=[same])
    assert Home.objects.get().guardians.count() == 1


def test_neighbours_of_one_tower_are_two_households(school, head):
    tower = HomeInput(address="Tour 5", postcode="93300")
    add(head, school, PupilInput("Durand", "Ana", level="CM1"), homes=[tower])
    add(head, school, PupilInput("Diallo", "Bob", level="CP"), homes=[tower])
    assert Home.objects.count() == 2


def test_without_address_in_placement_and_adult(school, head):
    [nowhere] = add(
        head, school, PupilInput("A", "A", level="CP"), homes=[HomeInput("without_address", address="x")]
    )
    [placed] = add(
        head, school, PupilInput("B", "B", level="CP"), homes=[HomeInput("placement", "Foyer", "93300")]
    )
    [adult] = add(head, school, PupilInput("C", "C", level="TLE", birth_date=date(2001, 1, 1)))
    assert nowhere.in_homes.get().home.address == ""
    assert placed.in_homes.get().home.kind == "placement"
    assert adult.adult and not adult.in_homes.exists()


def test_the_day_of_the_eighteenth_birthday_counts(school, head, clock):
    with clock.at("2020-04-26T23:00+02:00"):
        [young] = add(head, school, PupilInput("A", "A", level="TLE", birth_date=date(2002, 4, 27)))
    with clock.at("2020-04-27T01:00+02:00"):
        [adult] = add(head, school, PupilInput("B", "B", level="TLE", birth_date=date(2002, 4, 27)))
    assert (young.adult, adult.adult) == (False, True)


def test_a_home_is_corrected_for_brothers_and_sisters_or_for_one_alone(school, head):
    ana, bob = add(
        head, school, PupilInput("D", "Ana", level="CM1"), PupilInput("D", "Bob", level="CP"),
        homes=[HomeInput(address="1 rue A", postcode="93300")],
    )  # fmt: skip
    home = Home.objects.get()
    moved = HomeInput(address="9 rue C", postcode="93000", guardians=(GuardianInput(phone="0611111111"),))
    actions.set_home(actor=head, pupil_id=ana.public_id, home=moved, home_id=home.public_id)
    assert bob.in_homes.get().home.address == "9 rue C"
    alone = HomeInput("placement", "Foyer", "93000")
    actions.set_home(
        actor=head, pupil_id=bob.public_id, home=alone, home_id=home.public_id, only_this_pupil=True
    )
    assert (ana.in_homes.get().home.kind, bob.in_homes.get().home.kind) == ("family", "placement")


def test_a_home_that_nobody_lives_in_is_erased_with_its_adults(school, head):
    [ana] = add(
        head, school, PupilInput("D", "Ana", level="CM1"),
        homes=[HomeInput(address="1 rue A", guardians=(GuardianInput("D", "Luc"),))],
    )  # fmt: skip
    actions.remove_home(actor=head, pupil_id=ana.public_id, home_id=Home.objects.get().public_id)
    assert not (Home.objects.exists() or Guardian.objects.exists())


def test_names_stand_sealed_in_the_store_and_nowhere_in_the_journal(school, head):
    home = HomeInput(address=f"1 rue {CANARY}", city=CANARY, guardians=(GuardianInput(CANARY, CANARY),))
    add(head, school, PupilInput(CANARY, CANARY, usage_name=CANARY, level="CM1"), homes=[home])
    for model in (Pupil, Home, Guardian):
        for field in model._meta.concrete_fields:
            for value in model.objects.values_list(field.attname, flat=True):
                assert CANARY.lower() not in str(value).lower(), f"{model.__name__}.{field.name}"
    for entry in Entry.objects.values():
        assert CANARY.lower() not in str(entry).lower()
    assert Pupil.objects.get().shown_name == f"{CANARY} {CANARY}"


def test_somebody_from_elsewhere_enters_nothing(school):
    stranger = factories.user(Role.HEAD, factories.school())
    with pytest.raises(Refused):
        add(stranger, school, PupilInput("Durand", "Ana", level="CM1"))
