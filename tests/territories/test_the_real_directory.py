"""The three files of the ministry, against another reader than the program's."""

import csv
import gzip
from pathlib import Path

import pytest

from cartable.territories.actions import load_reference
from cartable.territories.imports import ImportReport, import_schools
from cartable.territories.models import Circonscription, School


pytestmark = [pytest.mark.django_db, pytest.mark.store]
UAI = "Identifiant_de_l_etablissement"
Lines = list[dict[str, str]]


def lines_of(path: Path) -> Lines:
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(raw.decode("utf-8-sig").splitlines(), delimiter=";"))


def counts(report: ImportReport) -> tuple[int, int, int, int]:
    return report.created, report.changed, report.unchanged, report.rejected


def uais(**where: str) -> set[str]:
    return set(School.objects.filter(**where).values_list("uai", flat=True))


def test_the_three_files(shared_data: Path) -> None:
    load_reference()
    paths = sorted((shared_data / "annuaire_education").glob("*.csv*"))
    colleges, val_de_marne, occitanie = map(lines_of, paths)
    first = import_schools(actor=None, paths=paths)
    assert first.lines == len(colleges) + len(val_de_marne) + len(occitanie) == 14507
    check_schools(first, colleges, val_de_marne, occitanie)
    check_circonscriptions(val_de_marne, occitanie)
    again = import_schools(actor=None, paths=paths)
    assert counts(again) == (0, 0, first.lines, 0)


def check_schools(first: ImportReport, colleges: Lines, val_de_marne: Lines, occitanie: Lines) -> None:
    national = {line["numero_uai"]: line["code_departement"] for line in colleges}
    local = {line[UAI]: line["Code_departement"] for line in val_de_marne + occitanie}
    met = len(national.keys() & local.keys())
    repeated = len(val_de_marne + occitanie) - len(local)
    assert counts(first) == (len(national | local), met, repeated, 0)
    assert dict(School.objects.values_list("uai", "department__en_code")) == national | local
    assert uais(kind="ecole", department__code="94") == {line[UAI] for line in val_de_marne}
    with_priority = {line[UAI] for line in occitanie if line["Appartenance_Education_Prioritaire"] == "REP+"}
    assert uais(priority="REP+", department__region__code="76") == with_priority
    untyped = {line[UAI] for line in occitanie if not line["Type_etablissement"]}
    assert len(untyped) == 47
    assert untyped <= uais(kind="other")
    assert len(uais(kind="college", department__region__code="76")) == len(
        {line[UAI] for line in occitanie if line["code_nature"] in {"340", "350"}}
        | {line["numero_uai"] for line in colleges if line["code_region"] == "76"}
        - {line[UAI] for line in occitanie}
    )
    pupils = {line[UAI]: line["Nombre_d_eleves"] for line in reversed(occitanie) if line["Nombre_d_eleves"]}
    stored = School.objects.filter(pupils_count__isnull=False).values_list("uai", "pupils_count")
    assert {uai: str(number) for uai, number in stored} == pupils


def check_circonscriptions(val_de_marne: Lines, occitanie: Lines) -> None:
    codes = {line["code_circonscription"] for line in val_de_marne + occitanie} - {""}
    assert set(Circonscription.objects.values_list("code", flat=True)) == codes
    ecoles = {line[UAI]: line["code_circonscription"] for line in val_de_marne}
    ecoles |= {
        line[UAI]: line["code_circonscription"]
        for line in occitanie
        if line["Type_etablissement"] == "Ecole" and line["code_circonscription"]
    }
    led = School.objects.filter(circonscription__isnull=False).values_list("uai", "circonscription__code")
    assert dict(led) == ecoles
    office = next(line for line in occitanie if line[UAI] == "0810057X")
    circonscription = Circonscription.objects.get(code="0810057X")
    assert (circonscription.email, circonscription.name) == (office["Mail"], office["Nom_etablissement"])
