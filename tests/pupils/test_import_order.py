"""Do pupils' and guardians' files end the same in either order, again, and after a death on the way?"""

import copy
import itertools
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cartable.foundation.refused import Refused
from cartable.intake.contracts import Row, Table
from cartable.pupils.imports import import_pupils
from cartable.pupils.imports.contracts import ONDE_GUARDIANS, ONDE_PUPILS
from cartable.pupils.models import Guardian, Home, PendingGuardian, Pupil, PupilHome
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
PLACES = ("", "1 rue A|59000|Lille", "2 rue B|59000|Lille")
CHILDREN = ("EXEMPLE Zoé", "EXEMPLE Hugo", "MARTIN Léo", "MARTIN Ana")
pupil_lines = st.lists(
    st.tuples(st.sampled_from(CHILDREN), st.lists(st.sampled_from(PLACES[1:]), unique=True, max_size=2)),
    unique_by=lambda line: line[0], min_size=1, max_size=4,
)  # fmt: skip
guardian_lines = st.lists(
    st.tuples(
        st.sampled_from(("EXEMPLE Jean", "MARTIN Corinne", "AUTRE Lou")),
        st.sampled_from(PLACES),
        st.lists(st.sampled_from(CHILDREN), unique=True, min_size=1, max_size=3),
    ),
    unique_by=lambda line: line[0], max_size=3,
)  # fmt: skip


@pytest.fixture
def tables(monkeypatch):
    """Rows given straight to the importer: reading them from files is asked elsewhere, and takes a process each."""
    given = {}

    def read(path, contract, *, limits):
        if contract.name not in given[path]:
            raise Refused("missing_columns", "")
        return copy.deepcopy(given[path][contract.name])

    monkeypatch.setattr("cartable.pupils.imports.files.kind_of", lambda path, *, limits: "table")
    monkeypatch.setattr("cartable.pupils.imports.files.read_table", read)
    return given


def files(tables, pupils, guardians):
    one, other = Path("eleves"), Path("responsables")
    blank = dict.fromkeys((column.key for column in ONDE_PUPILS.columns), "")
    rows = []
    for number, (name, homes) in enumerate(pupils, 2):
        last, first = name.split()
        places = {}
        for rank, home in enumerate(homes, 1):
            street, code, town = home.split("|")
            places |= {f"address_{rank}": street, f"postcode_{rank}": code, f"city_{rank}": town}
        rows.append(
            Row(
                number,
                {**blank, "last_name": last, "first_name": first, "birth_date": "17/08/2012", **places},
            )
        )
    tables[one] = {ONDE_PUPILS.name: Table((), rows, "a" * 64)}
    blank = dict.fromkeys((column.key for column in ONDE_GUARDIANS.columns), "")
    rows = []
    for number, (name, home, children) in enumerate(guardians, 2):
        (last, first), (street, code, town) = name.split(), (home or "||").split("|")
        groups = tuple(
            {
                "usage_name": "",
                "last_name": child.split()[0],
                "first_name": child.split()[1],
                "class_label": "",
            }
            for child in children
        )
        said = {"last_name": last, "first_name": first, "address": street, "postcode": code, "city": town}
        rows.append(Row(number, {**blank, **said}, groups))
    tables[other] = {ONDE_GUARDIANS.name: Table((), rows, "b" * 64)}
    return one, other


def picture(school):
    """Who lives where with whom, without ids."""
    links = PupilHome.objects.filter(pupil__school=school).select_related("home", "pupil").order_by("rank")
    homes = {
        home.pk: (home.address, tuple(sorted(f"{g.last_name} {g.first_name}" for g in home.guardians.all())))
        for home in Home.objects.filter(school=school)
    }
    together = {
        pk: tuple(sorted(link.pupil.first_name for link in links if link.home_id == pk)) for pk in homes
    }
    pupils = {
        pupil.shown_name: sorted(
            homes[link.home_id] + together[link.home_id] for link in links if link.pupil_id == pupil.pk
        )
        for pupil in Pupil.objects.filter(school=school)
    }
    assert all(together.values()), "a home where nobody lives"
    return pupils, Guardian.objects.filter(home__school=school).count()


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pupil_lines, guardian_lines)
def test_any_order_ends_the_same_and_a_second_time_changes_nothing(tables, pupils, guardians):
    one, other = files(tables, pupils, guardians)
    ways = ([one, other],), ([other, one],), ([one], [other]), ([other], [one])
    pictures = []
    for way in ways:
        school = factories.school("ecole")
        for paths in way:
            import_pupils(actor=None, school_id=school.public_id, paths=paths)
        pictures.append(picture(school))
        for paths in way:
            again = import_pupils(actor=None, school_id=school.public_id, paths=paths)
            assert (again.created, again.changed) == (0, 0), way
        assert picture(school) == pictures[-1]
    assert all(each == pictures[0] for each in pictures)
    Guardian.objects.all().delete(), PendingGuardian.objects.all().delete()
    PupilHome.objects.all().delete(), Home.objects.all().delete(), Pupil.objects.all().delete()


@pytest.mark.parametrize("seed", range(4))
def test_a_longer_list_cut_in_batches_ends_as_one(tables, monkeypatch, seed):
    chance = random.Random(seed)
    names = [f"NOM{n % 9} P{n}" for n in range(24)]
    pupils = [(name, chance.sample(PLACES[1:], chance.randrange(3))) for name in names]
    adults = [(f"NOM{n % 9} A{n}", chance.choice(PLACES), chance.sample(names, 2)) for n in range(20)]
    one, other = files(tables, pupils, adults)
    pictures = []
    for size in (1_000, 5):
        monkeypatch.setattr("cartable.pupils.imports.pupils.BATCH", size)
        monkeypatch.setattr("cartable.pupils.imports.guardians.BATCH", size)
        school = factories.school("ecole")
        for paths in itertools.repeat([one, other], 2):
            report = import_pupils(actor=None, school_id=school.public_id, paths=paths)
        assert (report.created, report.changed) == (0, 0)
        pictures.append(picture(school))
    assert pictures[0] == pictures[1]
