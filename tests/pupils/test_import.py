"""Do the lists of schools come in, every line counted, whatever software they come from?"""

import zipfile

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cartable.accounts.enums import Role
from cartable.foundation.refused import Refused
from cartable.intake.models import ImportRun
from cartable.journal.models import Entry
from cartable.pupils import actions
from cartable.pupils.imports import pupil_template
from cartable.pupils.inputs import FamilyInput, NeedInput, PupilInput
from cartable.pupils.models import Need, Pupil
from tests import factories
from tests.pupils import lists
from tests.pupils.lists import counts, guardians, onde


pytestmark = [pytest.mark.django_db, pytest.mark.store]


@pytest.mark.parametrize(
    ("name", "kind", "expected"),
    [
        ("siecle/siecle-with-two-valid-students-and-school-year.xml", "college", (2, 0, 0, 0)),
        ("siecle/siecle-with-registrations-no-longer-in-school.xml", "college", (3, 0, 0, 2)),
        ("siecle/fregata_csv-with-two-valid-students.csv", "lycee", (2, 0, 0, 0)),
        ("onde/be1d_CSVExtraction-eleves.csv", "ecole", (3, 0, 0, 0)),
        ("onde/onde_eleves.csv", "ecole", (2, 0, 0, 0)),
        ("onde/onde_responsables.csv", "ecole", (2, 0, 0, 0)),
        ("onde/be1d_CSVExtraction-responsables.csv", "ecole", (2, 0, 0, 0)),
    ],
)
def test_the_real_files_come_in_and_a_second_time_change_nothing(shared_data, bring, name, kind, expected):
    school = factories.school(kind)
    assert counts(bring(school, shared_data / name)) == expected
    again = bring(school, shared_data / name)
    assert counts(again) == (0, 0, sum(expected[:3]), expected[3])


def test_the_list_of_teachers_is_refused(shared_data, bring, ecole):
    with pytest.raises(Refused, match="n'est pas reconnue"):
        bring(ecole, shared_data / "onde/be1d_CSVExtraction-enseignants.csv")
    assert not Pupil.objects.exists()


def test_what_siecle_says_of_a_pupil(bring, school):
    text = lists.siecle_pupils(lists.siecle_pupil("1", "COVERT", "Harry", ine="00000000124"), uaj=school.uai)
    bring(school, text)
    pupil = Pupil.objects.get()
    assert (pupil.last_name, pupil.level, pupil.class_label, pupil.birth_date) == (
        "COVERT",
        "4E",
        "4e 1",
        "2007-02-01",
    )
    assert len(pupil.ine_hash) == 32 and "124" not in pupil.ine_hash


def test_the_file_of_another_school_is_refused_whole(bring, school):
    other = factories.school()
    text = lists.siecle_pupils(lists.siecle_pupil("1", "COVERT", "Harry"), uaj=other.uai)
    with pytest.raises(Refused, match=other.uai):
        bring(school, text)
    assert not Pupil.objects.exists() and not Entry.objects.exists()


def test_an_uai_that_is_none_is_only_told(bring, school):
    text = lists.siecle_pupils(lists.siecle_pupil("1", "COVERT", "Harry"), uaj="123ABC")
    assert "sept chiffres et une lettre" in bring(school, text).notes[0]
    wrong_key = school.uai[:7] + ("A" if school.uai[7] != "A" else "B")
    text = lists.siecle_pupils(lists.siecle_pupil("1", "COVERT", "Harry"), uaj=wrong_key)
    assert f"la lettre attendue est {school.uai[7]}" in bring(school, text).notes[0]


def test_who_left_is_taken_out_if_he_was_here_and_else_told(bring, school):
    here = lists.siecle_pupil("1", "COVERT", "Harry")
    gone = lists.siecle_pupil("1", "COVERT", "Harry", more="<DATE_SORTIE>01/03/2020</DATE_SORTIE>")
    never = lists.siecle_pupil("2", "GRADE", "François", more="<DATE_SORTIE>01/03/2020</DATE_SORTIE>")
    bring(school, lists.siecle_pupils(here))
    first = bring(school, lists.siecle_pupils(gone, never))
    assert counts(first) == (0, 1, 0, 1)
    assert "sorti de l’établissement le 01/03/2020" in first.rejects[0].reason
    assert Pupil.objects.get().left_on.isoformat() == "2020-03-01"
    assert counts(bring(school, lists.siecle_pupils(gone, never))) == (0, 0, 1, 1)


def test_an_old_enrolment_does_not_hide_the_present_one(bring, school):
    old = lists.siecle_pupil("1", "COVERT", "Harry", more="<DATE_SORTIE>01/03/2019</DATE_SORTIE>")
    new = lists.siecle_pupil("9", "COVERT", "Harry")
    for text in (lists.siecle_pupils(old, new), lists.siecle_pupils(new, old)):
        bring(school, text)
        assert Pupil.objects.get().left_on is None


def test_a_pupil_noted_gone_by_hand_is_not_brought_back(bring, school):
    text = lists.siecle_pupils(lists.siecle_pupil("1", "COVERT", "Harry"))
    bring(school, text)
    actions.leave(
        actor=None, pupil_id=Pupil.objects.get().public_id, on=Pupil.objects.get().created_at.date()
    )
    report = bring(school, text)
    assert counts(report) == (0, 0, 1, 0) and "notés partis" in report.notes[-1]
    assert Pupil.objects.get().left_on


def test_the_same_pupil_twice_is_told_with_the_first_line(bring, ecole):
    report = bring(
        ecole,
        onde(lists.onde_pupil("FICTIF-DURAND", "Éléonore"), lists.onde_pupil("Fictif Durand", "eleonore")),
    )
    assert counts(report) == (1, 0, 0, 1)
    assert (report.rejects[0].line, report.rejects[0].reason) == (3, "déjà à la ligne 2")


def test_the_same_pupil_in_two_schools_is_taken_and_told(bring, ecole):
    other = factories.school("ecole")
    bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé")))
    report = bring(other, onde(lists.onde_pupil("EXEMPLE", "Zoe")))
    assert report.created == 1
    assert "déjà inscrit dans un autre établissement" in report.notes[0] and ecole.uai not in str(
        report.notes
    )


def test_a_new_class_changes_the_pupil(bring, ecole):
    bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé", level="CE2")))
    assert counts(bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé", level="CM1")))) == (0, 1, 0, 0)
    assert Pupil.objects.get().level == "CM1"


def test_a_corrected_name_is_the_same_pupil_by_its_ine(bring, ecole):
    bring(ecole, onde(lists.onde_pupil("EXEMPEL", "Zoé", ine="1111111111A")))
    assert counts(bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé", ine="1111111111A")))) == (0, 1, 0, 0)
    assert Pupil.objects.get().last_name == "EXEMPLE"
    assert counts(bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé")))) == (0, 0, 1, 0), (
        "an empty INE erases none"
    )


def test_what_was_typed_is_completed_and_its_needs_stay(bring, ecole):
    head = factories.user(Role.HEAD, ecole)
    typed = PupilInput("Exemple", "Zoé", level="CE2", lacks=(NeedInput("device"),))
    actions.add_family(actor=head, school_id=ecole.public_id, family=FamilyInput((typed,)))
    report = bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé", homes=["1 rue A|59000|Lille"])), actor=head)
    assert counts(report) == (0, 1, 0, 0)
    pupil = Pupil.objects.get()
    assert pupil.birth_date == "2012-08-17" and Need.objects.get().of_pupils.get().pupil == pupil


@pytest.mark.parametrize("born", ["32/01/2012", "17/08/12", "17/08/2099", "hier"])
def test_a_date_that_cannot_be_is_rejected_alone(bring, ecole, born):
    report = bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé", born), lists.onde_pupil("EXEMPLE", "Hugo")))
    assert counts(report) == (1, 0, 0, 1)
    assert report.rejects[0].field == "date de naissance"


@pytest.mark.parametrize("born", ["2012-08-17", "17/08/2012", "17.08.2012", "17-08-2012"])
def test_dates_are_written_in_several_ways(bring, ecole, born):
    bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé", born)))
    assert Pupil.objects.get().birth_date == "2012-08-17"


def test_zipped_siecle(bring, school, tmp_path):
    path = tmp_path / "ExportXML_ElevesSansAdresses.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "Eleves.xml",
            lists.siecle_pupils(lists.siecle_pupil("1", "COVERT", "Harry")).encode("iso-8859-15"),
        )
    assert bring(school, path).created == 1


@pytest.mark.parametrize("format", ["csv", "xlsx", "ods"])
def test_the_template_is_one_of_the_lists_that_are_read(bring, school, tmp_path, format):
    path = tmp_path / f"modele.{format}"
    path.write_bytes(pupil_template(format))
    with pytest.raises(Refused, match="aucune ligne"):
        bring(school, path)


def test_the_template_filled_in(bring, school):
    header = pupil_template("csv").decode("utf-8-sig").strip()
    line = (
        "Durand;;Ana;17/08/2008;3e;3A;1 rue A;59000;Lille;oui;;non;"
        "Mme;Durand;Luce;0612345678;luce@example.org;M.;Durand;Paul;;;2 rue B;59000;Lille"
    )
    placed = "Placé;;Tom;;;4B;Foyer;59000;Lille;;oui" + ";" * 14
    assert counts(bring(school, f"{header}\r\n{line}\r\n{placed}")) == (2, 0, 0, 0)
    ana, tom = Pupil.objects.order_by("id")
    homes = [link.home for link in ana.in_homes.order_by("rank")]
    assert [(home.address, home.undisclosed, home.guardians.get().first_name) for home in homes] == [
        ("1 rue A", True, "Luce"),
        ("2 rue B", False, "Paul"),
    ]
    assert (tom.level, tom.in_homes.get().home.kind, tom.birth_date) == ("4E", "placement", "")
    assert counts(bring(school, f"{header}\r\n{line}\r\n{placed}")) == (0, 0, 2, 0)
    changed = line.replace("0612345678", "0612345679")
    assert counts(bring(school, f"{header}\r\n{changed}\r\n{placed}")) == (0, 1, 1, 0)


def test_one_journal_entry_with_hashes_and_counts_only(bring, ecole):
    report = bring(
        ecole,
        onde(lists.onde_pupil("ZZCANARI", "Zoé")),
        guardians(lists.onde_guardian("ZZCANARI", "J", "", "ZZCANARI Zoé")),
    )
    entry = Entry.objects.get()
    assert entry.verb == "pupils.imported" and entry.data["created"] == report.created == 2
    assert len(entry.data["files"]) == 2 and "canari" not in str(entry.data).lower()
    runs = ImportRun.objects.values_list("kind", "state", "lines", "created")
    assert sorted(runs) == [("guardians", "done", 1, 1), ("pupils", "done", 1, 1)]


def test_a_colleague_of_another_school_imports_nothing(bring, ecole):
    stranger = factories.user(Role.HEAD, factories.school())
    with pytest.raises(Refused):
        bring(ecole, onde(lists.onde_pupil("EXEMPLE", "Zoé")), actor=stranger)


def test_rejects_go_to_the_file_that_was_asked_for(bring, ecole, tmp_path):
    bring(ecole, onde(lists.onde_pupil("", "Zoé")), rejects=tmp_path / "rejets.csv")
    assert (tmp_path / "rejets.csv").read_text("utf-8-sig").splitlines()[1] == "2;nom;;nom ou prénom manquant"


def test_an_adult_pupil_signs_alone(bring, school, clock):
    with clock.at("2020-04-27T09:00+02:00"):
        bring(school, lists.siecle_pupils(lists.siecle_pupil("1", "GRAND", "Lou", "27/04/2002", "T S2")))
    assert Pupil.objects.get().adult


def test_a_batch_takes_few_queries(bring, ecole, monkeypatch):
    def asked(number):
        text = onde(
            *(lists.onde_pupil(f"N{i}", "Zoé", homes=[f"{i} rue A|59000|Lille"]) for i in range(number))
        )
        with CaptureQueriesContext(connection) as captured:
            bring(factories.school("ecole"), text)
        return len(captured)

    asked(1)
    assert asked(40) <= asked(2) + 3, "bulk writes come in slices, never row by row"
