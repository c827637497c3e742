"""Do lists put children in the right homes, with the right adults, and never with a neighbour's?"""

import pytest

from cartable.pupils.models import Guardian, Home, PendingGuardian, Pupil, PupilHome
from tests.pupils import lists
from tests.pupils.lists import counts, guardians, onde


pytestmark = [pytest.mark.django_db, pytest.mark.store]


def test_two_homes_and_brothers_and_sisters(bring, ecole):
    homes = ["12 bis r. de la Paix|59000|Lille", "3 avenue du Faux|59100|Roubaix"]
    bring(
        ecole,
        onde(
            lists.onde_pupil("EXEMPLE", "Zoé", homes=homes),
            lists.onde_pupil("EXEMPLE", "Hugo", homes=["12bis RUE DE LA PAIX|59000|LILLE"]),
            lists.onde_pupil("VOISIN", "Léo", homes=["12 bis rue de la Paix|59000|Lille"]),
        ),
    )
    assert Home.objects.count() == 3
    shared = Home.objects.filter(of_pupils__pupil__in=Pupil.objects.all()).distinct()
    assert sorted(home.of_pupils.count() for home in shared) == [1, 1, 2]


def test_an_address_that_is_not_named_any_more_is_given_up(bring, ecole):
    bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé", homes=["1 rue A|59000|Lille"])))
    assert counts(bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé", homes=["2 rue B|59000|Lille"])))) == (
        0,
        1,
        0,
        0,
    )
    assert Home.objects.get().address == "2 rue B"


def test_two_parents_at_two_addresses_make_two_homes_that_do_not_mix(bring, ecole):
    report = bring(
        ecole,
        onde(lists.onde_pupil("EXEMPLE", "Zoé")),
        guardians(
            lists.onde_guardian(
                "EXEMPLE", "Corinne", "1 rue A|59000|Lille", "EXEMPLE Zoé", phone="0600000001"
            ),
            lists.onde_guardian("EXEMPLE", "Jean", "2 rue B|59000|Lille", "EXEMPLE Zoé"),
        ),
    )
    assert counts(report) == (3, 0, 0, 0)
    adults = {home.address: [g.first_name for g in home.guardians.all()] for home in Home.objects.all()}
    assert adults == {"1 rue A": ["Corinne"], "2 rue B": ["Jean"]}
    assert Guardian.objects.get(home__of_pupils__rank=1).phone == "06 00 00 00 01"


def test_neighbours_of_one_name_are_told_apart_by_their_parents(bring, ecole):
    tower = "Tour 5|93300|Aubervilliers"
    bring(
        ecole,
        onde(
            lists.onde_pupil("DIALLO", "Awa", homes=[tower]),
            lists.onde_pupil("DIALLO", "Bintou", homes=[tower]),
        ),
        guardians(
            lists.onde_guardian("DIALLO", "Fatou", tower, "DIALLO Awa"),
            lists.onde_guardian("DIALLO", "Mariam", tower, "DIALLO Bintou"),
        ),
    )
    homes = {
        h.guardians.get().first_name: [link.pupil.first_name for link in h.of_pupils.all()]
        for h in Home.objects.all()
    }
    assert homes == {"Fatou": ["Awa"], "Mariam": ["Bintou"]}


def test_one_mother_joins_children_of_two_names(bring, ecole):
    home = "1 rue A|59000|Lille"
    report = bring(
        ecole,
        onde(
            lists.onde_pupil("EXEMPLE", "Zoé", homes=[home]), lists.onde_pupil("MARTIN", "Hugo", homes=[home])
        ),
        guardians(lists.onde_guardian("MARTIN", "Corinne", home, "EXEMPLE Zoé", "MARTIN Hugo")),
    )
    assert counts(report) == (3, 0, 0, 0)
    assert Home.objects.get().of_pupils.count() == 2


def test_a_guardian_who_moves_takes_the_child_along_and_keeps_the_secret(bring, ecole):
    here = guardians(lists.onde_guardian("EXEMPLE", "Corinne", "1 rue A|59000|Lille", "EXEMPLE Zoé"))
    there = guardians(lists.onde_guardian("EXEMPLE", "Corinne", "9 rue Z|59000|Lille", "EXEMPLE Zoé"))
    bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé")), here)
    Home.objects.update(undisclosed=True)
    assert counts(bring(ecole, there)) == (0, 1, 0, 0)
    home = Guardian.objects.get().home
    assert (home.address, home.undisclosed) == ("9 rue Z", True)


def test_a_new_telephone_changes_the_guardian(bring, ecole):
    one = lists.onde_guardian("EXEMPLE", "Corinne", "1 rue A|59000|Lille", "EXEMPLE Zoé", phone="0600000001")
    two = lists.onde_guardian("EXEMPLE", "Corinne", "1 rue A|59000|Lille", "EXEMPLE Zoé", phone="0600000002")
    bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé")), guardians(one))
    assert counts(bring(ecole, guardians(two))) == (0, 1, 0, 0)
    assert Guardian.objects.get().phone == "06 00 00 00 02"


def test_an_unreadable_telephone_is_left_aside_and_told(bring, ecole):
    line = lists.onde_guardian(
        "EXEMPLE", "Corinne", "1 rue A|59000|Lille", "EXEMPLE Zoé", phone="appeler le soir"
    )
    report = bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé")), guardians(line))
    assert report.notes == ("Téléphone illisible, non repris : 1 ligne (2).",)
    assert Guardian.objects.get().phone == ""


def test_guardians_of_siecle_one_line_a_child(bring, school):
    pupils = lists.siecle_pupils(
        lists.siecle_pupil("1", "COVERT", "Harry"), lists.siecle_pupil("2", "COVERT", "Anna")
    )
    adults = lists.siecle_guardians(
        ["7|COVERT|Nathalie|0600000001|1 rue A|59000", "8|TIERS|Paul||2 rue B|59000"],
        ["1|7|1", "2|7|1", "1|8|0", "9|7|1"],
    )
    report = bring(school, pupils, adults)
    assert counts(report) == (4, 0, 0, 2)
    assert {r.reason for r in report.rejects} == {
        "sans responsabilité légale : non repris (fichier des responsables)",
        "cet enfant n’est pas dans la liste des élèves (fichier des responsables)",
    }
    assert Home.objects.get().of_pupils.count() == 2 and Guardian.objects.get().last_name == "COVERT"
    assert counts(bring(school, adults)) == (1, 0, 2, 1), (
        "the child who is not there waits for the pupils' file"
    )
    assert counts(bring(school, pupils, adults)) == (0, 0, 4, 2)


def test_guardians_that_came_first_wait_sealed_and_only_for_a_while(bring, ecole):
    first = guardians(lists.onde_guardian("ZZCANARI", "Corinne", "1 rue Zzcanari|59000|Lille", "EXEMPLE Zoé"))
    assert counts(bring(ecole, first)) == (1, 0, 0, 0)
    row = PendingGuardian.objects.values().get()
    assert "canari" not in str(row).lower() and "exemple" not in str(row).lower()
    assert counts(bring(ecole, first)) == (0, 0, 1, 0)
    bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé")))
    assert Guardian.objects.get().last_name == "ZZCANARI" and not PendingGuardian.objects.exists()


def test_namesakes_are_told_apart_by_their_class_or_not_at_all(bring, ecole):
    pupils = onde(
        lists.onde_pupil("EXEMPLE", "Zoé", "01/01/2012", "CE2"),
        lists.onde_pupil("EXEMPLE", "Zoé", "01/01/2014", "CP"),
    )
    report = bring(ecole, pupils, guardians(lists.onde_guardian("EXEMPLE", "Jean", "", "EXEMPLE Zoé")))
    assert Guardian.objects.get().home.of_pupils.get().pupil.level == "CE2"
    same = onde(
        lists.onde_pupil("TRAIT", "Ana", "01/01/2012"), lists.onde_pupil("TRAIT", "Ana", "01/01/2013")
    )
    report = bring(ecole, same, guardians(lists.onde_guardian("TRAIT", "Jean", "", "TRAIT Ana")))
    assert "deux élèves portent ce nom" in report.rejects[0].reason


def test_nobody_lives_nowhere(bring, ecole):
    bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé")))
    assert not PupilHome.objects.exists()
