"""Do the pure rules find the same person, place and level however they are written?"""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cartable.pupils import rules
from cartable.pupils.enums import LEVELS
from cartable.territories.models import School


SCHOOL = School(uai="0930001A", name="Collège Jean Moulin", kind="college", sector="public")
OTHER = School(uai="0930002B", kind="college")
NAMES = st.text(alphabet=st.sampled_from("abcéèêçœïÿ-' "), min_size=1, max_size=20).filter(rules.bare)


@pytest.mark.parametrize(
    ("label", "kind", "level"),
    [
        ("4e 1", "college", "4E"),
        ("4A", "college", "4E"),
        ("42", "college", "4E"),
        ("4ème Picasso", "college", "4E"),
        ("6°2", "college", "6E"),
        ("3 PREPA PRO", "college", "3E"),
        ("6SEGPA1", "college", "SEGPA"),
        ("ULIS TFC", "college", "ULIS"),
        ("UPE2A", "college", "UPE2A"),
        ("CM1 A", "ecole", "CM1"),
        ("CM1A", "ecole", "CM1"),
        ("CLASSE  CE2", "ecole", "CE2"),
        ("CE1-CE2", "ecole", "CE1"),
        ("Grande section", "ecole", "GS"),
        ("TPS", "ecole", "TPS"),
        ("4A", "ecole", "AUTRE"),
        ("Classe de M Machin", "ecole", "AUTRE"),
        ("2nde 3", "lycee", "2NDE"),
        ("203", "lycee", "2NDE"),
        ("1G2", "lycee", "1RE"),
        ("Première STMG", "lycee", "1RE"),
        ("T S2", "lycee", "TLE"),
        ("TSTMG1", "lycee", "TLE"),
        ("Terminale", "", "TLE"),
        ("1CAP CUISINE", "lycee", "CAP"),
        ("BTS1 CG", "lycee", "BTS"),
        ("3PM", "lycee", "3E"),
        ("Division 2", "lycee", "AUTRE"),
        ("", "college", "AUTRE"),
    ],
)
def test_the_level_is_read_from_the_class(label, kind, level):
    assert rules.parse_level(label, kind) == level


def test_the_stated_level_comes_first_and_the_mef_last():
    assert rules.parse_level("Classe de M Machin", "ecole", stated="CE2") == "CE2"
    assert rules.parse_level("Les Dauphins", "college", mef="10310019110") == "3E"
    assert rules.parse_level("Division 2", "lycee", mef="MEF1") == "AUTRE"


@given(st.text(max_size=30), st.sampled_from(["", "ecole", "college", "lycee", "other"]))
def test_any_label_gives_a_known_level(label, kind):
    assert rules.parse_level(label, kind) in {*LEVELS, "AUTRE"}


@given(NAMES, NAMES)
def test_a_name_is_the_same_without_accents_case_hyphens_and_spaces(last, first):
    born = date(2010, 5, 17)
    key = rules.match_key(SCHOOL, last, first, born)
    assert key == rules.match_key(OTHER, last.upper().replace("-", " "), f" {first}-", born)
    assert rules.name_key(SCHOOL, last, first) == rules.name_key(
        SCHOOL, last.replace(" ", "-"), first.title()
    )


@given(NAMES, NAMES, NAMES)
def test_keys_do_not_run_names_together(one, two, three):
    if rules.bare(two) != rules.bare(three):
        assert rules.match_key(SCHOOL, one, two, None) != rules.match_key(SCHOOL, one, three, None)
    assert rules.match_key(SCHOOL, "ab", "c", None) != rules.match_key(SCHOOL, "a", "bc", None)


def test_without_a_birth_date_a_name_holds_in_one_school():
    assert rules.match_key(SCHOOL, "A", "B", None) != rules.match_key(OTHER, "A", "B", None)
    assert rules.name_key(SCHOOL, "A", "B") != rules.name_key(OTHER, "A", "B")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("12bis, R. de la Paix", "12 BIS rue de la paix"),
        ("3 av. du Gal Leclerc", "3 Avenue du Général-Leclerc"),
        ("n° 4 bd St-Michel", "4 boulevard Saint Michel"),
        ("Bât B, 5 pl. Ste-Anne", "BATIMENT B 5 place Sainte Anne"),
    ],
)
def test_an_address_is_the_same_however_it_is_shortened(one, other):
    assert rules.bare_address(one, "93 300") == rules.bare_address(other, "93300") != ""


def test_other_towns_names_and_schools_are_other_households():
    key = rules.household_key(SCHOOL, "1 rue A", "93300", "Diallo")
    assert key == rules.household_key(SCHOOL, "1, RUE A", "93300", "DIALLO")
    assert len({
        key,
        rules.household_key(SCHOOL, "1 rue A", "93000", "Diallo"),
        rules.household_key(SCHOOL, "1 rue A", "93300", "Traoré"),
        rules.household_key(OTHER, "1 rue A", "93300", "Diallo"),
        rules.household_key(SCHOOL, "11 rue A", "93300", "Diallo"),
    }) == 5  # fmt: skip
    assert rules.household_key(SCHOOL, " ", "93300", "Diallo") == ""


@pytest.mark.parametrize(
    ("text", "known"), [("1111111111a", 1), (" 1111 111 111A", 1), ("", 0), ("néant", 0), ("12", 0)]
)
def test_an_ine_is_only_ever_a_hash(text, known):
    assert bool(rules.ine_hash(text)) == bool(known)
    if known:
        assert rules.ine_hash(text) == rules.ine_hash("1111111111A")


@given(st.dates(date(1990, 1, 1), date(2019, 12, 31)), st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_age_is_counted_in_birthdays(born, day):
    age = rules.age_on(born, day)
    assert born.year + age <= day.year < born.year + age + 2
    assert rules.is_adult(born, day) == (age >= 18)


def test_the_good_of_a_connection():
    assert [rules.good_for("connection", takes) for takes in (True, False, None)] == ["sim", "key", "key"]
    assert rules.good_for("device", None) == ""


@pytest.mark.parametrize(
    ("kind", "sector", "says"),
    [
        ("college", "public", "le chef d'établissement, Jean Moulin"),
        ("lycee", "public", "le chef d'établissement, Jean Moulin"),
        ("ecole", "public", "inspecteur d'académie"),
        ("ecole", "private", "établissement privé, Jean Moulin"),
    ],
)
def test_who_answers_for_the_data(kind, sector, says):
    assert says in rules.controller_of(School(kind=kind, sector=sector, name="Jean Moulin"))


def test_the_school_year_begins_in_september():
    assert rules.school_year_start(date(2020, 8, 31)) == date(2019, 9, 1)
    assert rules.school_year_start(date(2020, 9, 1)) == date(2020, 9, 1)
