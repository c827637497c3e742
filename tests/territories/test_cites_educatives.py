"""What does the list of cités éducatives become, which schools does it propose, and who settles them?"""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from cartable.cli.main import main
from cartable.foundation.refused import Refused
from cartable.intake.contracts import COMMAND
from cartable.journal.models import Entry
from cartable.territories.actions import load_reference
from cartable.territories.cite_imports import import_cites_educatives
from cartable.territories.cites import set_cite_schools
from cartable.territories.imports import ImportReport, ImportStopped, import_schools
from cartable.territories.models import CiteEducative, Commune, PriorityFact, School
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
NOISY = {"id_territoire": "cite-012", "lib_territoire": "Noisy-le-Sec", "liste_geo": "Noisy-le-Sec (93053)"}


def feature(**properties: Any) -> dict[str, Any]:
    point = {"type": "Point", "coordinates": [2.45, 48.89]}
    return {"type": "Feature", "properties": properties, "geometry": point}


def geojson(folder: Path, *properties: dict[str, Any], name: str = "cites.geojson") -> Path:
    path = folder / name
    collection = {"type": "FeatureCollection", "features": [feature(**held) for held in properties]}
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
    return path


def imported(path: Path, actor: Any = None) -> ImportReport:
    report = import_cites_educatives(actor=actor, paths=[path])
    assert report.created + report.changed + report.unchanged + report.rejected == report.lines
    return report


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.rejected


def schools_of(code: str) -> set[str]:
    return set(CiteEducative.objects.get(code=code).schools.values_list("uai", flat=True))


@pytest.fixture
def noisy() -> Commune:
    return factories.commune("Noisy-le-Sec", "93053")


def test_a_cite_comes_with_its_place_and_the_month_of_its_label(tmp_path: Path, noisy: Commune) -> None:
    path = geojson(tmp_path, NOISY)
    assert counts(imported(path)) == (1, 0, 0, 0)
    cite = CiteEducative.objects.get()
    assert (cite.code, cite.name, cite.department) == ("cite-012", "Noisy-le-Sec", noisy.department)
    assert (cite.label_on, cite.source, list(cite.communes.all())) == (
        date(2019, 9, 1), "cites.geojson", [noisy],
    )  # fmt: skip
    assert counts(imported(path)) == (0, 0, 1, 0)
    assert Entry.objects.filter(verb="territories.citeeducative_imported").count() == 2
    renamed = geojson(tmp_path, NOISY | {"lib_territoire": "Noisy"}, name="plus-tard.geojson")
    assert counts(imported(renamed)) == (0, 1, 0, 0)
    assert CiteEducative.objects.values_list("name", "source").get() == ("Noisy", "plus-tard.geojson")


def test_cites_joined_on_one_line_are_two_and_propose_nothing(tmp_path: Path, noisy: Commune) -> None:
    factories.school("college", commune=noisy, priority="REP")
    line = NOISY | {"id_territoire": "cite-012 ; cite-127", "lib_territoire": "Noisy Nord ; Noisy Sud"}
    report = imported(geojson(tmp_path, line))
    assert counts(report) == (2, 0, 0, 0) and report.lines == 2
    found = CiteEducative.objects.order_by("code").values_list("code", "name", "label_on")
    assert list(found) == [("cite-012", "Noisy Nord", date(2019, 9, 1)), ("cite-127", "Noisy Sud", None)]
    assert schools_of("cite-012") == schools_of("cite-127") == set()


def test_other_shapes_of_the_list_say_the_same(tmp_path: Path, noisy: Commune) -> None:
    """A table, one line for each commune, codes alone, lists in place of texts: nothing of it is a surprise."""
    factories.commune("Bobigny", "93008")
    rows = [
        {"Code de la cité": "cite-012", "Nom de la cité": "Est", "Code INSEE": code}
        for code in ("93053", "93008")
    ]
    with (tmp_path / "cites.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    assert counts(imported(tmp_path / "cites.csv")) == (1, 0, 0, 0)
    assert set(CiteEducative.objects.get().communes.values_list("code", flat=True)) == {"93053", "93008"}
    listed = {
        "id_cite": "cite-012",
        "Nom": "Est",
        "codes_insee": ["93053", 93008],
        "more": {"a": 1},
        "x": None,
    }
    assert counts(imported(geojson(tmp_path, listed))) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"id_territoire": "cite-013", "liste_geo": "Nulle part (96001)"}, "communes", "département"),
        ({"liste_geo": "Noisy-le-Sec"}, "communes", "Aucune commune"),
        ({"id_territoire": "la première"}, "codes", "identifiant"),
        ({"id_territoire": "cite-012 ; cite-013"}, "names", "autant de noms"),
        ({"lib_territoire": "N" * 121}, "names", "120"),
        ({"lib_territoire": "Autre nom"}, "names", "contredit la ligne 1"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(
    tmp_path: Path, noisy: Commune, change: dict[str, str], field: str, words: str
) -> None:
    report = imported(geojson(tmp_path, NOISY, NOISY | change))
    assert counts(report) == (1, 0, 0, 1)
    (reject,) = report.rejects
    assert (reject.line, reject.field) == (2, field) and words in reject.reason


def test_a_commune_that_is_not_known_is_said_and_left_out(tmp_path: Path, noisy: Commune) -> None:
    line = NOISY | {"liste_geo": "Noisy-le-Sec (93053); Bobigny (93008)"}
    alone = {"id_territoire": "cite-005", "lib_territoire": "Clichy", "liste_geo": "Clichy-sous-Bois (93014)"}
    report = imported(geojson(tmp_path, line, alone))
    assert counts(report) == (2, 0, 0, 0)
    assert [note for note in report.notes if "Bobigny (93008)" in note and "Noisy-le-Sec" in note]
    assert [note for note in report.notes if "Clichy-sous-Bois (93014)" in note]
    assert CiteEducative.objects.get(code="cite-005").department == noisy.department
    factories.commune("Clichy-sous-Bois", "93014")
    assert counts(imported(geojson(tmp_path, line, alone))) == (0, 1, 1, 0)


def test_the_arrondissement_of_a_name_and_else_the_whole_city(tmp_path: Path) -> None:
    paris = factories.department("75", "Paris")
    parts = [factories.commune(f"Paris {n}", f"751{n}", department=paris) for n in (18, 19, 20)]
    school = factories.school("college", department=paris, commune=parts[1], priority="REP+")
    joined = {
        "id_territoire": "cite-056 ; cite-300",
        "lib_territoire": "Paris 19 ; Paris Est",
        "liste_geo": "Paris (75056)",
    }
    assert imported(geojson(tmp_path, joined)).notes == []
    places = {cite.code: set(cite.communes.all()) for cite in CiteEducative.objects.all()}
    assert places == {"cite-056": {parts[1]}, "cite-300": set(parts)}
    imported(geojson(tmp_path, joined | {"lib_territoire": "Paris 19 ; Paris 20"}))
    assert schools_of("cite-056") == {school.uai} and schools_of("cite-300") == set()


def broken(path: Path) -> None:
    path.write_bytes(b'{"type": "FeatureCollection", "features": [')


def deep(path: Path) -> None:
    path.write_bytes(b'{"a":' + b"[" * 200_000)


def other_json(path: Path) -> None:
    path.write_bytes(b'{"type": "Topology", "objects": {}}')


def other_features(path: Path) -> None:
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature(nom_qp="X", code="QP093001"), 3]})
    )


def half_the_columns(path: Path) -> None:
    geojson(path.parent, {"Nom": "Noisy-le-Sec", "lat": 48.9})


def no_feature(path: Path) -> None:
    path.write_bytes(b'{"type": "FeatureCollection", "features": []}')


def half_a_letter(path: Path) -> None:
    path.write_bytes(b'{"type": "FeatureCollection", "features": [{"properties": {"lib": "\xe9"}}]}')


def a_picture(path: Path) -> None:
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"\0" * 50)


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        (broken, "json_broken"),
        (deep, "json_broken"),
        (half_a_letter, "json_broken"),
        (other_json, "not_geojson"),
        (other_features, "no_header"),
        (half_the_columns, "missing_columns"),
        (no_feature, "no_rows"),
        (a_picture, "wrong_type"),
    ],
)
def test_a_bad_file_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, noisy: Commune, bad: Callable[[Path], None], code: str, capsys: pytest.CaptureFixture
) -> None:
    path = tmp_path / "cites.geojson"
    bad(path)
    with pytest.raises(ImportStopped) as caught:
        import_cites_educatives(actor=None, paths=[path])
    assert caught.value.code == code and "\n" not in caught.value.sentence
    assert main(["import", "cites-educatives", str(path)]) == 1
    assert capsys.readouterr().err.count("\n") == 1
    assert not CiteEducative.objects.exists() and not Entry.objects.exists()


def test_a_huge_file_is_refused_before_it_is_read(tmp_path: Path, noisy: Commune) -> None:
    path = geojson(tmp_path, *[NOISY] * 60)
    for limits, code in (
        (replace(COMMAND, max_bytes=200), "too_large"),
        (replace(COMMAND, max_rows=50), "too_many_rows"),
    ):
        with pytest.raises(ImportStopped) as caught:
            import_cites_educatives(actor=None, paths=[path], limits=limits)
        assert caught.value.code == code
    with path.open("wb") as file:
        file.truncate(21 << 20)
    with pytest.raises(ImportStopped, match="20 Mo"):
        import_cites_educatives(actor=None, paths=[path])


def test_the_command_says_what_came(tmp_path: Path, noisy: Commune, capsys: pytest.CaptureFixture) -> None:
    path = geojson(tmp_path, NOISY, NOISY | {"id_territoire": "cite-099", "liste_geo": "Ailleurs (96001)"})
    assert (
        main(["import", "cites-educatives", str(path), "--rejects", str(tmp_path / "r.csv"), "--json"]) == 0
    )
    said = json.loads(capsys.readouterr().out)
    assert [said[name] for name in ("lines", "created", "rejected")] == [2, 1, 1]
    assert "96001" in (tmp_path / "r.csv").read_text(encoding="utf-8-sig")


def test_schools_of_the_communes_in_need_are_proposed(tmp_path: Path, noisy: Commune) -> None:
    def near(metres: int | None, year: str = "2022-2023", school: School | None = None) -> School:
        school = school or factories.school("college", commune=noisy)
        PriorityFact.objects.create(school=school, school_year=year, qpv_distance_m=metres, source="x")
        return school

    rep, plus = (
        factories.school(kind, commune=noisy, priority=p) for kind, p in (("ecole", "REP"), ("lycee", "REP+"))
    )
    edge = near(300)
    moved = near(900, school=near(100, "2019-2020"))
    near(301), near(None)
    factories.school("ecole", commune=noisy)
    factories.school("college", commune=noisy, priority="REP", closed=True)
    factories.school("other", commune=noisy, priority="REP")
    factories.school("college", commune=factories.commune("Bobigny", "93008"), priority="REP")
    report = imported(geojson(tmp_path, NOISY))
    assert schools_of("cite-012") == {rep.uai, plus.uai, edge.uai} and moved.uai not in schools_of("cite-012")
    assert "proposés" in " ".join(report.notes)
    assert CiteEducative.objects.get().schools_set_at is None


def test_a_proposal_follows_the_facts_until_a_person_settles_it(tmp_path: Path, noisy: Commune) -> None:
    path = geojson(tmp_path, NOISY)
    imported(path)
    first = factories.school("college", commune=noisy, priority="REP")
    assert counts(imported(path)) == (0, 1, 0, 0)
    assert schools_of("cite-012") == {first.uai}
    cite = CiteEducative.objects.get()
    for wanted in ([], [factories.school("ecole", commune=noisy)]):
        set_cite_schools(
            actor=None, cite_id=cite.public_id, school_ids=[school.public_id for school in wanted]
        )
        factories.school("college", commune=noisy, priority="REP+")
        assert counts(imported(path)) == (0, 0, 1, 0)
        assert schools_of("cite-012") == {school.uai for school in wanted}


def test_only_an_administrator_imports_and_only_his_departements(tmp_path: Path, noisy: Commune) -> None:
    away = {"id_territoire": "cite-020", "lib_territoire": "Créteil", "liste_geo": "Créteil (94028)"}
    factories.department("94", "Val-de-Marne")
    path = geojson(tmp_path, NOISY, away)
    with pytest.raises(Refused, match="administration"):
        import_cites_educatives(actor=factories.user("prefecture", noisy.department), paths=[path])
    report = imported(path, factories.user("administrator", noisy.department))
    assert counts(report) == (1, 0, 0, 1) and "ressort" in report.rejects[0].reason
    imported(path)
    taken = geojson(tmp_path, away | {"liste_geo": "Noisy-le-Sec (93053)"})
    assert counts(imported(taken, factories.user("administrator", noisy.department))) == (0, 0, 0, 1)
    assert CiteEducative.objects.get(code="cite-020").department.code == "94"


@pytest.fixture
def cite(noisy: Commune) -> CiteEducative:
    made = CiteEducative.objects.create(code="cite-012", name="Noisy-le-Sec", department=noisy.department)
    made.communes.add(noisy)
    return made


@pytest.mark.parametrize("role", ["prefecture", "academy", "academy of the académie", "national", None])
def test_who_steers_it_settles_its_schools(cite: CiteEducative, role: str | None) -> None:
    place = {None: None, "national": None, "academy of the académie": cite.department.academy}.get(
        role, cite.department
    )
    actor = factories.user(role.split()[0], place) if role else None
    old, new = factories.school("college"), factories.school("ecole")
    cite.schools.add(old)
    set_cite_schools(actor=actor, cite_id=cite.public_id, school_ids=[new.public_id])
    cite.refresh_from_db()
    assert schools_of("cite-012") == {new.uai} and cite.schools_set_at is not None
    entry = Entry.objects.get(verb="territories.cite_schools_set")
    assert entry.data == {"schools": 1, "added": [new.uai], "removed": [old.uai]}
    assert (entry.target, entry.actor) == (str(cite.public_id), actor.public_id if actor else None)


def test_nobody_else_settles_them(cite: CiteEducative) -> None:
    away = factories.department("94", "Val-de-Marne", academy=factories.academy("25", "Versailles"))
    someone = factories.user("prefecture", away)
    factories.assign(someone, "auditor")  # reads everywhere, settles nowhere but at home
    others = [
        factories.user("region", cite.department.region), factories.user("equipment", factories.body()),
        factories.user("administrator"), factories.user("academy", away.academy), someone,
    ]  # fmt: skip
    for actor in others:
        with pytest.raises(Refused) as caught:
            set_cite_schools(actor=actor, cite_id=cite.public_id, school_ids=[])
        assert caught.value.code == "not_found"
    assert CiteEducative.objects.get().schools_set_at is None


def test_a_school_that_cannot_be_in_it_is_refused(cite: CiteEducative) -> None:
    away = factories.school("college", department=factories.department("94", "Val-de-Marne"))
    closed, service = factories.school("college", closed=True), factories.school("other")
    for wrong in (away.public_id, closed.public_id, service.public_id, uuid4()):
        with pytest.raises(Refused) as caught:
            set_cite_schools(
                actor=None, cite_id=cite.public_id, school_ids=[factories.school().public_id, wrong]
            )
        assert (caught.value.code, caught.value.field) == ("schools", "schools")
    assert not cite.schools.exists() and not Entry.objects.exists()
    cite.schools.add(closed)
    set_cite_schools(actor=None, cite_id=cite.public_id, school_ids=[closed.public_id])
    assert schools_of("cite-012") == {closed.uai}


def test_the_official_list(tmp_path: Path, shared_data: Path) -> None:
    """189 features, 208 cités; only the communes of the directory that is here are known."""
    load_reference()
    import_schools(actor=None, paths=sorted((shared_data / "annuaire_education").glob("*.csv*")))
    path = shared_data / "cites_educatives/citeduc_geom.geojson"
    report = imported(path)
    assert counts(report) == (208, 0, 0, 0)
    north = CiteEducative.objects.filter(department__region__name="Hauts-de-France")
    assert north.filter(label_on=date(2019, 9, 1)).count() == 13
    assert north.filter(label_on=date(2021, 1, 1)).count() == 8
    assert CiteEducative.objects.filter(label_on=None).count() == 82
    assert CiteEducative.objects.get(name="Paris 19").communes.get().code == "75119"
    assert CiteEducative.objects.filter(department__code__startswith="97").count() >= 10
    assert not CiteEducative.objects.filter(communes=None).exclude(name__in=_unknown(report)).exists()
    again = imported(path)
    assert counts(again) == (0, 0, 208, 0)


def _unknown(report: ImportReport) -> set[str]:
    return {note.split("« ")[1].split(" »")[0] for note in report.notes if "«" in note}
