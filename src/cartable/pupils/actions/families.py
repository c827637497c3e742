"""Families as people type them: pupils, homes and the adults of each home."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.pupils import rules
from cartable.pupils.actions.marking import apply_needs
from cartable.pupils.actions.shared import lock_pupil, lock_school
from cartable.pupils.enums import LEVELS, Source
from cartable.pupils.inputs import (
    FamilyInput,
    GuardianInput,
    HomeInput,
    PupilInput,
    checked_home,
    checked_needs,
    checked_pupil,
)
from cartable.pupils.models import Guardian, Home, Pupil, PupilHome
from cartable.pupils.perms import may_follow
from cartable.territories.models import School


MOST_PUPILS, MOST_HOMES = 12, 4
PLACE = ("kind", "address", "postcode", "city", "undisclosed", "in_priority_area")
ADULT = ("capacity", "title", "last_name", "first_name", "phone", "email")


@transaction.atomic
def add_family(*, actor: Any, school_id: UUID, family: FamilyInput) -> list[Pupil]:
    """Enter a family: its pupils with what they lack, living in the same homes. Give the pupils in their order."""
    school = lock_school(actor, school_id)
    if not 1 <= len(family.pupils) <= MOST_PUPILS or len(family.homes) > MOST_HOMES:
        raise Refused(
            "family_size", "Saisissez au moins un élève, et au plus douze élèves et quatre domiciles."
        )
    given = [checked_pupil(pupil) for pupil in family.pupils]
    pupils = [_new_pupil(school, pupil) for pupil in given]
    _check_new(school, pupils)
    Pupil.objects.bulk_create(pupils)
    homes = [_enter_home(school, checked_home(home), given[0].last_name) for home in family.homes]
    _live(pupils, homes)
    needs = {pupil: checked_needs(one.lacks) for pupil, one in zip(pupils, given, strict=True)}
    done = apply_needs(actor, school, needs)
    data = {"uai": school.uai, "pupils": len(pupils), "homes": len(homes), "needs": done.opened}
    record(actor=actor, verb="pupils.family_added", target=str(school_id), data=data)
    return pupils


def _new_pupil(school: School, given: PupilInput) -> Pupil:
    level = given.level if given.level in LEVELS else rules.parse_level(given.class_label, school.kind)
    today = clock.today(school.department.time_zone)
    return Pupil(
        school=school,
        last_name=given.last_name,
        usage_name=given.usage_name,
        first_name=given.first_name,
        birth_date=given.birth_date.isoformat() if given.birth_date else "",
        level=level,
        class_label=given.class_label,
        adult=rules.is_adult(given.birth_date, today),
        source=Source.TYPED,
        match_key=rules.match_key(school, given.last_name, given.first_name, given.birth_date),
        name_key=rules.name_key(school, given.last_name, given.first_name),
        created_at=clock.now(),
    )


def _check_new(school: School, pupils: list[Pupil]) -> None:
    """Refuse a pupil who is already there, or whose namesake cannot be told apart for want of a birth date."""
    present = Pupil.objects.filter(school=school, left_on=None, name_key__in=[p.name_key for p in pupils])
    known = [*present]
    for pupil in pupils:
        for other in known:
            if other.name_key != pupil.name_key:
                continue
            if other.match_key == pupil.match_key:
                raise Refused(
                    "pupil_known", "Cet élève est déjà dans la liste : complétez sa fiche.", "first_name"
                )
            if not (other.birth_date and pupil.birth_date):
                raise Refused(
                    "namesake",
                    "Un élève de mêmes nom et prénom est déjà dans la liste : donnez les deux dates de naissance "
                    "pour les distinguer, ou complétez sa fiche.",
                    "birth_date",
                )
        known.append(pupil)


def _enter_home(school: School, given: HomeInput, family_name: str) -> Home:
    """Give the home of this family at this address: the one that the school knows already, or a new one."""
    key = rules.household_key(school, given.address, given.postcode, family_name)
    home = (
        Home.objects.select_for_update(of=("self",)).filter(school=school, household_key=key).first()
        if key
        else None
    )
    if home is None:
        home = Home.objects.create(school=school, household_key=key, **_columns(given))
    else:
        _complete(home, given)
    _add_guardians(home, given)
    return home


def _complete(home: Home, given: HomeInput) -> None:
    """Add to a known home what is said of it now; the mark of an address not to be told is never taken away."""
    home.undisclosed |= given.undisclosed
    if given.in_priority_area is not None:
        home.in_priority_area = given.in_priority_area
    home.save(update_fields=["undisclosed", "in_priority_area"])


def _columns(given: HomeInput) -> dict[str, Any]:
    return {name: getattr(given, name) for name in PLACE}


def _add_guardians(home: Home, given: HomeInput) -> None:
    known = {(rules.bare(g.last_name + g.first_name), g.phone) for g in home.guardians.all()}
    new = [g for g in given.guardians if (rules.bare(g.last_name + g.first_name), g.phone) not in known]
    rank = home.guardians.aggregate(last=Max("rank"))["last"] or 0
    Guardian.objects.bulk_create(
        Guardian(home=home, rank=rank + place, **{name: getattr(guardian, name) for name in ADULT})
        for place, guardian in enumerate(new, 1)
    )


def _live(pupils: Sequence[Pupil], homes: Sequence[Home]) -> None:
    """Put pupils in homes, in their order, after the homes they have."""
    distinct = list(dict.fromkeys(homes))
    PupilHome.objects.bulk_create(
        PupilHome(pupil=pupil, home=home, rank=rank)
        for pupil in pupils
        for rank, home in enumerate(distinct, 1)
    )


@transaction.atomic
def set_home(
    *, actor: Any, pupil_id: UUID, home: HomeInput, home_id: UUID | None = None, only_this_pupil: bool = False
) -> Home:
    """Correct a home of a pupil, or add one (`home_id` None) after those known.

    An adult given with his id is corrected, or removed if nothing is said of him; one without is added; others stay.
    A home is shared by brothers and sisters, and so is the correction; with `only_this_pupil` this one moves alone
    into a home of its own.
    """
    pupil = lock_pupil(actor, pupil_id, may_follow)
    given = checked_home(home)
    links = list(PupilHome.objects.filter(pupil=pupil).select_related("home").order_by("rank", "id"))
    link = next((each for each in links if each.home.public_id == home_id), None)
    if home_id is not None and link is None:
        raise Refused("no_home", "Ce domicile n'est plus celui de l'élève : rechargez la page.")
    if link is None and len(links) >= MOST_HOMES:
        raise Refused("homes", "Quatre domiciles au plus : retirez-en un d'abord.")
    target = link.home if link and not only_this_pupil else Home(school=pupil.school)
    _write_home(pupil, target, given)
    if link is None:
        PupilHome.objects.create(pupil=pupil, home=target, rank=1 + max([0, *(each.rank for each in links)]))
    elif only_this_pupil:
        left, link.home = link.home, target
        link.save(update_fields=["home"])
        Home.objects.filter(pk=left.pk, of_pupils=None).delete()
    record(actor=actor, verb="pupils.home_set", target=str(pupil_id), data={"uai": pupil.school.uai})
    return target


def _write_home(pupil: Pupil, home: Home, given: HomeInput) -> None:
    for name, value in _columns(given).items():
        setattr(home, name, value)
    home.household_key = rules.household_key(pupil.school, home.address, home.postcode, pupil.last_name)
    home.save()
    known: dict[UUID | None, Guardian] = {adult.public_id: adult for adult in home.guardians.all()}
    for adult in given.guardians:
        _correct_adult(known.get(adult.id), adult)
    new = tuple(adult for adult in given.guardians if adult.id not in known and not adult.empty)
    _add_guardians(home, replace(given, guardians=new))


def _correct_adult(row: Guardian | None, given: GuardianInput) -> None:
    if row is None:
        return
    if given.empty:
        row.delete()
        return
    for name in ADULT:
        setattr(row, name, getattr(given, name) or (row.title if name == "title" else ""))
    row.save()


@transaction.atomic
def remove_home(*, actor: Any, pupil_id: UUID, home_id: UUID) -> None:
    """Take a pupil out of a home; a home where nobody is left is erased with its adults."""
    pupil = lock_pupil(actor, pupil_id, may_follow)
    link = PupilHome.objects.filter(pupil=pupil, home__public_id=home_id).first()
    if link is None:
        return
    link.delete()
    Home.objects.filter(pk=link.home_id, of_pupils=None).delete()
    record(actor=actor, verb="pupils.home_removed", target=str(pupil_id), data={"uai": pupil.school.uai})


@transaction.atomic
def correct_pupil(*, actor: Any, pupil_id: UUID, pupil: PupilInput) -> Pupil:
    """Correct who a pupil is: names, birth date, class and level; needs are left as they are."""
    row = lock_pupil(actor, pupil_id)
    corrected = _new_pupil(row.school, checked_pupil(pupil))
    same = Pupil.objects.filter(school=row.school, match_key=corrected.match_key, left_on=None)
    if same.exclude(pk=row.pk).exists():
        raise Refused("pupil_known", "Un autre élève de la liste porte déjà cette identité.", "last_name")
    names = ("last_name", "usage_name", "first_name", "birth_date", "level", "class_label", "adult")
    for name in (*names, "match_key", "name_key"):
        setattr(row, name, getattr(corrected, name))
    row.save()
    record(actor=actor, verb="pupils.corrected", target=str(pupil_id), data={"uai": row.school.uai})
    return row
