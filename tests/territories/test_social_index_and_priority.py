"""What files of the social position index and of priority education become, whatever their generation."""

import csv
import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from cartable.foundation.refused import Refused
from cartable.intake.contracts import COMMAND
from cartable.intake.reading import read_table
from cartable.journal.models import Entry
from cartable.territories.actions import load_reference
from cartable.territories.imports import ImportReport, ImportStopped, import_schools
from cartable.territories.models import PriorityFact, School, SocialIndex
from cartable.territories.profile_imports import import_priority_education, import_social_indexes
from cartable.territories.profiles import SOCIAL_INDEX, FileSays, file_says, school_year
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
Lines = list[dict[str, str]]


@pytest.fixture
def college() -> School:
    return factories.school("college")


def written(path: Path, *lines: dict[str, str], delimiter: str = ";") -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(
            file, list(dict.fromkeys(column for line in lines for column in line)), delimiter=delimiter
        )
        writer.writeheader()
        writer.writerows(lines)
    return path


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    assert report.created + report.changed + report.unchanged + report.rejected == report.lines
    return report.created, report.changed, report.unchanged, report.rejected


def indexed(*paths: Path, **more: object) -> tuple[int, int, int, int]:
    return counts(import_social_indexes(actor=None, paths=paths, **more))


def listed(*paths: Path, **more: object) -> tuple[int, int, int, int]:
    return counts(import_priority_education(actor=None, paths=paths, **more))


def test_headers_of_every_generation_say_the_same(tmp_path: Path, college: School) -> None:
    year = "2021-2022"
    generations = [
        {"Rentrée scolaire": year, "Académie": "X", "UAI": college.uai, "Nom de l'établissment": "N", "IPS": "98.4"},
        {"rentree_scolaire": year, "uai": college.uai.lower(), "ips": "98,4"},
        {"Rentrée scolaire": "2021/22", "UAI": college.uai, "IPS voie GT": "", "IPS Ensemble GT-PRO": "98.4"},
        {"Rentrée scolaire": "2021", "Numero_UAI": college.uai[1:], "IPS": "98.40"},
    ]  # fmt: skip
    for number, line in enumerate(generations):
        path = written(tmp_path / f"{number}.csv", line, delimiter=";,"[number % 2])
        assert indexed(path) == ((1, 0, 0, 0) if number == 0 else (0, 0, 1, 0)), line
    table = pl.DataFrame(
        {"uai": [college.uai], "rentree_scolaire": [year], "ips_ensemble_gt_pro": [98.4], "x": [1]}
    )
    table.write_parquet(tmp_path / "api.parquet")
    assert indexed(tmp_path / "api.parquet") == (0, 0, 1, 0)
    row = SocialIndex.objects.get()
    assert (row.school, row.school_year, row.value, row.source) == (college, year, Decimal("98.4"), "0.csv")
    entry = Entry.objects.filter(verb="territories.socialindex_imported").first()
    assert entry is not None and entry.data["lines"] == 1


def test_years_stand_beside_each_other_and_an_older_file_undoes_nothing(
    tmp_path: Path, college: School
) -> None:
    line = {"UAI": college.uai, "Rentrée scolaire": "2022-2023", "IPS": "101.0"}
    newer = written(tmp_path / "newer.csv", line)
    older = written(tmp_path / "older.csv", line | {"Rentrée scolaire": "2019-2020", "IPS": "88.0"})
    assert indexed(newer, older) == (2, 0, 0, 0)
    corrected = written(tmp_path / "corrected.csv", line | {"IPS": "102.5"})
    assert indexed(corrected) == (0, 1, 0, 0)
    rows = SocialIndex.objects.values_list("school_year", "value", "source")
    assert sorted(rows) == [
        ("2019-2020", Decimal("88.0"), "older.csv"), ("2022-2023", Decimal("102.5"), "corrected.csv"),
    ]  # fmt: skip


def test_a_lycee_of_two_ways_keeps_both_and_one_of_a_single_way_has_that_one(tmp_path: Path) -> None:
    both, vocational = factories.school("lycee"), factories.school("lycee")
    line = {
        "Rentrée scolaire": "2021-2022",
        "IPS voie GT": "110.1",
        "IPS voie PRO": "80.2",
        "IPS Ensemble GT-PRO": "99",
    }
    single = {"UAI": vocational.uai, "IPS voie GT": "", "IPS voie PRO": "70.1", "IPS Ensemble GT-PRO": ""}
    indexed(written(tmp_path / "a.csv", {"UAI": both.uai, **line}, line | single))
    assert [
        (row.value, row.general, row.vocational) for row in SocialIndex.objects.order_by("school__uai")
    ] == [
        (Decimal("99.0"), Decimal("110.1"), Decimal("80.2")),
        (Decimal("70.1"), None, Decimal("70.1")),
    ]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"UAI": ""}, "uai", "manque"),
        ({"UAI": "0930000Z"}, "uai", "lettre attendue"),
        ({"UAI": "0931234L"}, "uai", "annuaire"),
        ({"Rentrée scolaire": ""}, "school_year", "manque"),
        ({"Rentrée scolaire": "2021-2023"}, "school_year", "année scolaire"),
        ({"IPS": ""}, "value", "Aucun indice"),
        ({"IPS": "NS"}, "value", "Aucun indice"),
        ({"IPS": "1e2"}, "value", "pas un nombre"),
        ({"IPS": "inf"}, "value", "pas un nombre"),
        ({"IPS": "-98"}, "value", "pas un nombre"),
        ({"IPS": "980"}, "value", "vraisemblable"),
        ({"IPS": "98.5"}, "value", "contredit la ligne 2"),
    ],
)
def test_a_line_that_cannot_be_taken_says_why(
    tmp_path: Path, college: School, change: dict[str, str], field: str, words: str
) -> None:
    line = {"UAI": college.uai, "Rentrée scolaire": "2021-2022", "IPS": "98.4"}
    rejects = tmp_path / "rejets.csv"
    path = written(tmp_path / "a.csv", line, line | change)
    report = import_social_indexes(actor=None, paths=[path], rejects=rejects)
    assert counts(report) == (1, 0, 0, 1)
    (reject,) = report.rejects
    assert (reject.line, reject.field) == (3, field)
    assert words in reject.reason and words in rejects.read_text(encoding="utf-8-sig")
    assert SocialIndex.objects.get().value == Decimal("98.4")


@pytest.mark.parametrize(
    ("name", "year", "status"),
    [
        ("liste-des-rep-et-rep-rentree-2022.csv.gz", "2022-2023", None),
        ("college-rep-plus.csv", "", "REP+"),
        ("college-rep.csv", "", "REP"),
        ("REP+_2019-2020.csv", "2019-2020", "REP+"),
        ("college-qpv-proche.csv", "", None),
        ("reprise 20210.csv", "", None),
    ],
)
def test_what_a_name_says(name: str, year: str, status: str | None) -> None:
    assert file_says(name) == FileSays(year, status)


def test_a_list_tells_the_school_unless_the_directory_is_newer(tmp_path: Path, college: School) -> None:
    def told(name: str, line: dict[str, str]) -> tuple[str, date | None]:
        listed(written(tmp_path / name, {"UAI": college.uai} | line))
        college.refresh_from_db()
        return college.priority, college.priority_on

    assert told("sans-date.csv", {"EP": "REP"}) == ("REP", None)
    assert told("rentree-2022.csv", {"EP": "REP+", "UAI tête de réseau": factories.uai()})[0] == "REP+"
    assert told("rentree-2019.csv", {"EP": "REP"}) == ("REP+", date(2022, 9, 1))
    assert told("autre-sans-date.csv", {"EP": "hors REP"})[0] == "REP+"
    assert told("toutes.csv", {"Rentrée scolaire": "2023-2024", "EP": "Hors EP"}) == ("", date(2023, 9, 1))
    School.objects.update(priority="REP", source_date=date(2025, 1, 1))
    assert told("rentree-2024.csv", {"EP": "REP+"})[0] == "REP"
    assert sorted(PriorityFact.objects.values_list("school_year", "status")) == [
        ("", "REP"), ("2019-2020", "REP"), ("2022-2023", "REP+"), ("2023-2024", ""), ("2024-2025", "REP+"),
    ]  # fmt: skip


@pytest.mark.parametrize(("day", "status"), [("2021-05-01", "REP+"), ("", "REP+"), ("2023-05-01", "REP")])
def test_an_older_directory_does_not_undo_a_list(tmp_path: Path, day: str, status: str) -> None:
    load_reference()
    line = {"Identifiant_de_l_etablissement": factories.uai(), "Nom_etablissement": "N", "Code_departement": "093",
            "code_nature": "340", "Appartenance_Education_Prioritaire": "REP", "date_maj_ligne": ""}  # fmt: skip
    directory = written(tmp_path / "annuaire.csv", line)
    import_schools(actor=None, paths=[directory])
    listed(
        written(tmp_path / "rentree-2022.csv", {"UAI": line["Identifiant_de_l_etablissement"], "EP": "REP+"})
    )
    assert School.objects.get().priority == "REP+"
    import_schools(actor=None, paths=[written(directory, line | {"date_maj_ligne": day})])
    assert School.objects.get().priority == status


def test_the_nearest_qpv_and_the_two_columns_of_yes_and_no(tmp_path: Path, college: School) -> None:
    line = {"NUMERO_UAI": college.uai, "Rep+": "Non", "Rep": "Oui", "DISTANCE_QPV le plus proche": "161,2677238",
            "QPV": "QP001006"}  # fmt: skip
    assert listed(written(tmp_path / "qpv.csv", line), year="2020-2021") == (1, 0, 0, 0)
    fact = PriorityFact.objects.get()
    assert (fact.status, fact.qpv_code, fact.qpv_distance_m, fact.school_year) == (
        "REP", "QP001006", Decimal("161.3"), "2020-2021",
    )  # fmt: skip
    report = import_priority_education(
        actor=None, paths=[written(tmp_path / "b.csv", line | {"QPV": "93", "Rep": "Non"})], year="2021"
    )
    assert [cell.field for cell in report.ill_read] == ["qpv_code"]
    both = written(tmp_path / "both.csv", line | {"Rep+": "Oui"})
    assert listed(both) == (0, 0, 0, 1)


def test_lists_without_a_year_fill_and_never_contradict(tmp_path: Path, college: School) -> None:
    assert listed(written(tmp_path / "college-rep.csv", {"Code UAI ": college.uai, "Label ": ""})) == (
        1,
        0,
        0,
        0,
    )
    qpv = {"UAI": college.uai, "Rep+": "Non", "Rep": "Oui", "QPV": "QN09301M"}
    assert listed(written(tmp_path / "qpv.csv", qpv)) == (0, 1, 0, 0)
    path = written(tmp_path / "college-rep-plus.csv", {"Code UAI": college.uai})
    report = import_priority_education(actor=None, paths=[path])
    assert counts(report) == (0, 0, 0, 1)
    assert "« qpv.csv » dit autre chose" in report.rejects[0].reason
    assert PriorityFact.objects.values_list("status", "qpv_code").get() == ("REP", "QN09301M")


def unreadable_bytes(path: Path, uai: str) -> None:
    path.write_bytes(b"\x00\x01 nothing like a table")


def half_a_parquet(path: Path, uai: str) -> None:
    pl.DataFrame({"uai": [uai] * 50, "rentree_scolaire": ["2021"] * 50, "ips": [99.0] * 50}).write_parquet(
        path
    )
    path.write_bytes(path.read_bytes()[:-60])


def without_an_index(path: Path, uai: str) -> None:
    written(path, {"UAI": uai, "Rentrée scolaire": "2021", "Effectifs": "120"})


def without_a_year(path: Path, uai: str) -> None:
    written(path, {"UAI": uai, "IPS": "99"})


@pytest.mark.parametrize("bad", [unreadable_bytes, half_a_parquet, without_an_index, without_a_year])
def test_an_unreadable_file_leaves_nothing_and_earlier_ones_stay(
    tmp_path: Path, college: School, bad: Callable[[Path, str], None]
) -> None:
    good = written(tmp_path / "good.csv", {"UAI": college.uai, "Rentrée scolaire": "2020", "IPS": "99"})
    bad(tmp_path / "bad.csv", college.uai)
    with pytest.raises(ImportStopped) as caught:
        import_social_indexes(actor=None, paths=[good, tmp_path / "bad.csv"])
    assert "bad.csv" in caught.value.sentence and caught.value.report.created == 1
    assert SocialIndex.objects.values_list("school_year", flat=True).get() == "2020-2021"


def test_a_parquet_is_weighed_before_it_is_opened(tmp_path: Path, college: School) -> None:
    path = tmp_path / "many.parquet"
    pl.DataFrame(
        {"uai": [college.uai] * 500, "rentree_scolaire": ["2021"] * 500, "ips": [99.0] * 500}
    ).write_parquet(path)
    with pytest.raises(ImportStopped) as caught:
        import_social_indexes(actor=None, paths=[path], limits=replace(COMMAND, max_rows=400))
    assert caught.value.code == "too_many_rows"
    wide = pl.DataFrame(
        {"uai": [college.uai], "rentree_scolaire": ["2021"], "ips": [99.0]}
        | {f"c{n}": [1] for n in range(90)}
    )
    wide.write_parquet(path)
    with pytest.raises(ImportStopped) as caught:
        import_social_indexes(actor=None, paths=[path], limits=replace(COMMAND, max_columns=50))
    assert caught.value.code == "too_many_columns"
    (tmp_path / "packed.csv.gz").write_bytes(gzip.compress(b"UAI;IPS\n" * 3_000_000))
    with pytest.raises(ImportStopped):
        import_social_indexes(actor=None, paths=[tmp_path / "packed.csv.gz"])


def test_a_parquet_of_every_type_is_text(tmp_path: Path) -> None:
    path = tmp_path / "types.parquet"
    pl.DataFrame(
        {"uai": ["A", None, "C"], "rentree_scolaire": [2021, None, 2023], "ips": [99.5, float("nan"), 100.0]},
        schema={"uai": pl.Categorical, "rentree_scolaire": pl.Int16, "ips": pl.Float32},
    ).write_parquet(path)
    table = read_table(path, SOCIAL_INDEX, limits=replace(COMMAND, memory=1_500 << 20))
    assert [(row.line, row.cells["uai"], row.cells["school_year"], row.cells["value"]) for row in table.rows] == [
        (2, "A", "2021", "99.5"), (4, "C", "2023", "100"),
    ]  # fmt: skip


def test_only_an_administrator_imports_and_only_his_departements(tmp_path: Path, college: School) -> None:
    away = factories.school("college", department=factories.department("94", "Val-de-Marne"))
    path = written(tmp_path / "a.csv", *(
        {"UAI": uai, "Rentrée scolaire": "2021", "IPS": "99"} for uai in (college.uai, away.uai)
    ))  # fmt: skip
    with pytest.raises(Refused, match="administration"):
        import_social_indexes(actor=factories.user("prefecture", factories.department()), paths=[path])
    report = import_social_indexes(
        actor=factories.user("administrator", factories.department()), paths=[path]
    )
    assert counts(report) == (1, 0, 0, 1)
    assert SocialIndex.objects.get().school == college


def test_a_wrong_year_is_refused() -> None:
    with pytest.raises(Refused, match="année scolaire"):
        import_priority_education(actor=None, paths=[], year="l’an dernier")
    assert school_year(" 2021 - 2022 ") == "2021-2022"


def lines_of(path: Path, delimiter: str) -> Lines:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(raw.decode("utf-8-sig").splitlines(), delimiter=delimiter))


def test_the_real_files(shared_data: Path) -> None:
    """The ministry's files, counted by another reader."""
    load_reference()
    import_schools(actor=None, paths=sorted((shared_data / "annuaire_education").glob("*.csv*")))
    known = set(School.objects.values_list("uai", flat=True))
    folder = shared_data / "ips"
    ecoles, lycees = (lines_of(folder / f"fr-en-ips_{kind}.csv.gz", ";") for kind in ("ecoles", "lycees"))
    newest = pl.read_parquet(folder / "fr-en-ips-lycees-ap2022.parquet").rows(named=True)
    whole = "IPS Ensemble GT-PRO"
    expected = {
        (line["UAI"], line["Rentrée scolaire"]): line.get("IPS") or line[whole] for line in ecoles + lycees
    }
    expected |= {(line["uai"], line["rentree_scolaire"]): str(line["ips_ensemble_gt_pro"]) for line in newest}
    paths = sorted(folder.glob("fr-en-ips*"))
    first = import_social_indexes(actor=None, paths=paths)
    assert first.lines == len(ecoles) + len(lycees) + len(newest) == 57_466
    stored = SocialIndex.objects.values_list("school__uai", "school_year", "value")
    assert {(uai, year): value for uai, year, value in stored} == {
        key: Decimal(value) for key, value in expected.items() if key[0] in known and value
    }
    again = import_social_indexes(actor=None, paths=paths[::-1])
    assert (again.created, again.changed, again.unchanged) == (0, 0, first.created)
    check_priority(shared_data / "etablissements_ep_qpv", known)


def check_priority(folder: Path, known: set[str]) -> None:
    paths = sorted(folder.glob("*.csv*"))
    first = import_priority_education(actor=None, paths=paths)
    national = lines_of(folder / "liste-des-rep-et-rep-rentree-2022.csv.gz", ";")
    near = lines_of(folder / "college-qpv-proche.csv", ",")
    assert first.lines == len(national) + len(near) + 731 + 362 == 9_801
    facts = dict(PriorityFact.objects.filter(school_year="2022-2023").values_list("school__uai", "status"))
    assert facts == {
        line["NUMERO"].upper(): line["EP"] for line in national if line["NUMERO"].upper() in known
    }
    stored = PriorityFact.objects.exclude(qpv_code="").values_list("school__uai", "qpv_code")
    assert dict(stored) == {line["NUMERO_UAI"]: line["QPV"] for line in near if line["NUMERO_UAI"] in known}
    again = import_priority_education(actor=None, paths=paths)
    assert (again.created, again.changed, again.rejected) == (0, 0, first.rejected)
