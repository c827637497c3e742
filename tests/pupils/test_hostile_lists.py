"""Do bad lists get one clear French sentence, or a reason for each line, and leave nothing half done?"""

import zipfile
from io import BytesIO

import pytest

from cartable.foundation.refused import Refused
from cartable.intake.contracts import WEB
from cartable.pupils.imports import import_pupils
from cartable.pupils.models import Guardian, Home, PendingGuardian, Pupil
from tests.pupils import lists
from tests.pupils.lists import counts, onde


pytestmark = [pytest.mark.django_db, pytest.mark.store]
ZOE = lists.onde_pupil("EXEMPLE", "Zoé")


def zipped(**files):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


HOSTILE = {
    "empty": b"",
    "a picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 64,
    "an old workbook": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512,
    "zero bytes": lists.ONDE_HEADER.encode() + b"\r\n\0\0\0;",
    "a bomb": zipped(x=b"0" * 30_000_000),
    "an archive in an archive": zipped(x=zipped(y=b"1")),
    "two files": zipped(a=b"1", b=b"2"),
    "entities": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><BEE_ELEVES>&a;</BEE_ELEVES>',
    "broken XML": b'<?xml version="1.0"?><BEE_ELEVES><DONNEES><ELEVES><ELEVE>',
    "another XML": b'<?xml version="1.0"?><PAYE><LIGNE/></PAYE>',
    "other columns": b"Marque;Prix\r\nA;1\r\n",
    "nothing but its titles": lists.ONDE_HEADER.encode("iso-8859-15"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_file_that_is_no_list_is_refused_in_one_sentence(ecole, tmp_path, what):
    bad, good = tmp_path / "bad", lists.write(tmp_path, "good.csv", onde(ZOE))
    bad.write_bytes(HOSTILE[what])
    with pytest.raises(Refused) as refused:
        import_pupils(actor=None, school_id=ecole.public_id, paths=[good, bad])
    assert refused.value.sentence.endswith(".") and refused.value.sentence.count(". ") <= 2
    assert not Pupil.objects.exists(), "the good list beside it is not taken either"


def test_the_same_file_chosen_twice_is_said(ecole, bring):
    with pytest.raises(Refused, match="deux fois"):
        bring(ecole, onde(ZOE), onde(ZOE))
    assert not Pupil.objects.exists()


def test_too_many_lines_for_the_web_are_refused_before_anything_is_written(ecole, tmp_path):
    path = lists.write(tmp_path, "x.csv", onde(*([ZOE] * (WEB.max_rows + 1))))
    with pytest.raises(Refused, match=f"{WEB.max_rows} lignes"):
        import_pupils(actor=None, school_id=ecole.public_id, paths=[path])
    assert not Pupil.objects.exists()


def test_ragged_lines_footers_repeated_titles_and_two_encodings(ecole, bring, tmp_path):
    lines = [
        lists.ONDE_HEADER.encode("iso-8859-15"),
        lists.onde_pupil("ÉLÉONORE", "Zoé").encode("iso-8859-15"),
        lists.onde_pupil("ÉDOUARD", "Léo").encode("utf-8"),
        b"COURT;;Tom",
        lists.ONDE_HEADER.encode("iso-8859-15"),
        lists.onde_pupil("=CMD()", "Ana").encode(),
        "Total : 3 élèves".encode("iso-8859-15"),
    ]
    path = tmp_path / "x.csv"
    path.write_bytes(b"\r\n".join(lines))
    report = bring(ecole, path)
    assert counts(report) == (3, 0, 0, 1)
    assert {p.last_name for p in Pupil.objects.all()} == {"ÉLÉONORE", "ÉDOUARD", "=CMD()"}
    assert "incomplète" in report.rejects[0].reason
    notes = " ".join(report.notes)
    assert "En-tête répété" in notes and "total" in notes


def test_a_formula_in_a_reject_is_neutralised(ecole, bring, tmp_path):
    path = tmp_path / "rejects.csv"
    bring(ecole, onde(lists.onde_pupil("A", "B", "=1+1")), rejects=path)
    assert "'=1+1" in path.read_text("utf-8-sig")


@pytest.mark.parametrize("name", ["1234", "--", "' '", "12 34"])
def test_what_is_no_name_is_rejected(ecole, bring, name):
    report = bring(ecole, onde(lists.onde_pupil(name, "Ana"), ZOE))
    assert counts(report) == (1, 0, 0, 1)


def test_a_guardian_without_a_child_is_rejected_and_not_kept(ecole, bring):
    report = bring(ecole, lists.guardians(lists.onde_guardian("EXEMPLE", "Jean", "")))
    assert counts(report) == (0, 0, 0, 1) and "aucun enfant" in report.rejects[0].reason
    assert not (PendingGuardian.objects.exists() or Guardian.objects.exists() or Home.objects.exists())


def test_a_refusal_is_noted_on_its_run_and_in_no_journal(ecole, bring, school):
    from cartable.intake.models import ImportRun
    from cartable.journal.models import Entry

    text = lists.siecle_pupils(lists.siecle_pupil("1", "COVERT", "Harry"), uaj=school.uai)
    with pytest.raises(Refused):
        bring(ecole, text)
    assert not ImportRun.objects.exists() and not Entry.objects.exists()


def test_long_values_are_cut_to_what_the_store_takes(ecole, bring):
    pupil = lists.onde_pupil("EXEMPLE", "Zoé", homes=["x" * 500 + "|59000|" + "y" * 300])
    assert bring(ecole, onde(pupil.replace("Classe de M Machin", "c" * 300))).created == 1
    assert len(Home.objects.get().address) == 200 and len(Pupil.objects.get().class_label) == 40
    assert counts(bring(ecole, onde(lists.onde_pupil("E" * 300, "Zoé"))))[3] == 1
