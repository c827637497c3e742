"""Is each line of a file of commitments taken once or rejected with its reason, and nothing else?"""

import csv
from datetime import date
from pathlib import Path
from random import Random

import pytest

from cartable.bodies.models import Body
from cartable.cli.main import main
from cartable.foundation.refused import Refused
from cartable.funding import actions, checks
from cartable.funding.imports import import_commitments
from cartable.funding.models import Commitment
from cartable.intake.contracts import WEB, Limits
from cartable.ledger.queries import sum_is_zero
from tests import factories
from tests.funding.stage import DAY, envelope, left, ministry, prefecture, region_prefecture
from tests.funding.stage import line as stage_line


pytestmark = [pytest.mark.store, pytest.mark.django_db]
HEADER = [
    "Référence",
    "Ligne",
    "Exercice",
    "Territoire",
    "SIRET porteur",
    "Objet",
    "Nature",
    "Montant HT",
    "Taux TVA",
    "Date",
]
# The siret of nobody: fourteen digits with a right key.
SIRETS = ("11000001300011", "11000002100011")
GOOD = [
    "EJ1",
    "equipment_extra",
    "2020",
    "59",
    SIRETS[0],
    "Tablettes",
    "arrêté",
    "1 234,56",
    "",
    "05/05/2020",
]


@pytest.fixture
def purse(country):
    country.bearer.siret = SIRETS[0]
    country.bearer.save()
    return country.fill(1_000_000_00)


def write(path: Path, *lines: list[str]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *lines])
    return path


def line(**more: str) -> list[str]:
    names = ("ref", "line", "year", "place", "bearer", "subject", "kind", "net", "rate", "on")
    return list((dict(zip(names, GOOD, strict=True)) | more).values())


BAD = {
    "reference": line(ref=""),
    "territory": line(place="62X"),
    "territory ": line(line="autre"),
    "territory  ": line(year="2019"),
    "bearer": line(bearer=SIRETS[1]),
    "subject": line(subject=" "),
    "kind": line(kind="cadeau"),
    "net": line(net="-5"),
    "net ": line(net="1,234"),
    "net  ": line(net="1e3"),
    "net   ": line(net="beaucoup"),
    "net    ": line(net="0"),
    "vat_rate": line(rate="19,6"),
    "on": line(on="31/02/2020"),
    "on ": line(on="05/05/2021"),
    "on  ": line(on=""),
    "on   ": line(on="01/12/2020"),
}


@pytest.mark.parametrize("fault", BAD)
def test_each_bad_cell_is_named_with_its_reason(purse, tmp_path, fault):
    report = import_commitments(actor=None, path=write(tmp_path / "f.csv", BAD[fault], line(ref="EJ2")))
    assert (report.created, report.rejected) == (1, 1)
    (reject,) = report.rejects
    assert (reject.line, reject.field) == (2, fault.strip())
    assert reject.reason and "Traceback" not in reject.reason


def test_a_line_to_be_justified_before_it_is_committed_is_rejected(purse, tmp_path):
    path = tmp_path / "f.csv"
    days = ("04/05/2020", "05/05/2020", "")
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = [[*line(ref=f"EJ{n}"), day] for n, day in enumerate(days)]
        csv.writer(file, delimiter=";").writerows([[*HEADER, "À justifier avant"], *rows])
    report = import_commitments(actor=None, path=path)
    assert [(one.line, one.field) for one in report.rejects] == [(2, "justify_by")]
    assert report.created == 2


def test_a_file_of_ten_thousand_with_37_bad_lines(purse, tmp_path):
    random = Random(5)
    lines = [line(ref=f"EJ{n}", net=f"{random.randrange(1, 9999) / 100:.2f}") for n in range(10_000)]
    bad = sorted(random.sample(range(10_000), 37))
    for rank, at in enumerate(bad):
        lines[at] = list(BAD.values())[rank % len(BAD)]
    path, rejects = write(tmp_path / "f.csv", *lines), tmp_path / "rejects.csv"
    report = import_commitments(actor=None, path=path, rejects=rejects)
    assert (report.lines, report.created, report.rejected) == (10_000, 9_963, 37)
    assert [reject.line for reject in report.rejects] == [at + 2 for at in bad]
    written = rejects.read_text(encoding="utf-8-sig").splitlines()
    assert (len(written), written[0]) == (38, "ligne;champ;valeur;motif")
    spent = sum(round(float(one[7]) * 100) for at, one in enumerate(lines) if at not in bad)
    assert (report.cents, left(purse.nord)) == (spent, 1_000_000_00 - spent)
    again = import_commitments(actor=None, path=path)
    assert (again.created, again.unchanged, again.rejected) == (0, 9_963, 37)
    assert Commitment.objects.count() == 9_963
    assert checks.damages() == []
    assert sum_is_zero()


def test_a_reference_comes_once(purse, tmp_path):
    path = write(tmp_path / "f.csv", line(), line(), line(ref="EJ2"))
    report = import_commitments(actor=None, path=path)
    assert (report.created, [one.line for one in report.rejects]) == (2, [3])
    other = import_commitments(actor=None, path=write(tmp_path / "g.csv", line(net="1"), line(ref="EJ2")))
    assert (other.created, other.unchanged, [one.field for one in other.rejects]) == (0, 1, ["reference"])


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_last_line_that_fits_is_taken_and_the_next_is_rejected(purse, tmp_path, over):
    actions.withdraw(
        actor=None,
        envelope_id=purse.nord.public_id,
        ae_cents=1_000_000_00 - 200_00,
        on=date(2020, 5, 4),
        reason="x",
    )
    amount = f"{(100_00 + over) / 100:.2f}"
    path = write(
        tmp_path / "f.csv", line(net="100"), line(ref="EJ2", net=amount), line(ref="EJ3", net="0,01")
    )
    report = import_commitments(actor=None, path=path)
    assert report.created == (3 if over < 0 else 2)
    assert left(purse.nord) == (99_99 + 0 if over > 0 else 0)


def test_a_file_is_one_person_a_large_line_is_proposed(purse, tmp_path):
    prefect = factories.decider("prefecture", purse.d59)
    path = write(tmp_path / "f.csv", line(net="24 999,99"), line(ref="EJ2", net="20 833,34", rate="20"))
    report = import_commitments(actor=prefect, path=path)
    assert (report.created, report.proposed, len(report.notes)) == (2, 1, 1)
    assert sorted(Commitment.objects.values_list("state", "vat_cents")) == [
        ("committed", 0),
        ("proposed", 4_166_67),
    ]
    assert left(purse.nord, stage="asked") == 25_000_01
    with pytest.raises(Refused):
        actions.confirm(actor=prefect, commitment_id=Commitment.objects.get(state="proposed").public_id)


def test_nobody_imports_on_the_money_of_another(purse, tmp_path):
    path = write(tmp_path / "f.csv", line())
    for actor in (factories.decider("prefecture", purse.d62), factories.decider("national")):
        report = import_commitments(actor=actor, path=path)
        assert (report.created, report.rejects[0].field) == (0, "territory")
    with pytest.raises(Refused) as no:
        import_commitments(actor=factories.user("prefecture", purse.d59), path=path)
    assert no.value.code == "second_factor"


def test_what_cannot_be_read_leaves_nothing(purse, tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes(b"\x00\x01" * 500)
    with pytest.raises(Refused):
        import_commitments(actor=None, path=path, limits=WEB)
    small = Limits(max_bytes=10_000, max_rows=1, max_unzipped=10_000, cpu_seconds=5)
    with pytest.raises(Refused):
        import_commitments(actor=None, path=write(path, line(), line(ref="EJ2")), limits=small)
    assert not Commitment.objects.exists()


def test_the_command_says_what_it_did(purse, tmp_path, capsys):
    path, rejects = write(tmp_path / "f.csv", line(), BAD["net"]), tmp_path / "r.csv"
    assert main(["import", "commitments", str(path), "--rejects", str(rejects), "--json"]) == 0
    assert '"created": 1' in capsys.readouterr().out
    assert "-5" in rejects.read_text(encoding="utf-8-sig")
    assert Body.objects.filter(siret=SIRETS[0]).count() == 1


def test_a_code_of_two_programmes_is_not_guessed(purse, tmp_path):
    twin = actions.open_programme(
        actor=None, code="autre-plan", name="Autre plan", starts_on=DAY, ends_on=date(2020, 12, 31)
    )
    nation = envelope(stage_line("equipment_extra", None, of=twin, name="Même code"), ministry())
    region = envelope(nation.line, region_prefecture(purse.north), nation)
    other = envelope(nation.line, prefecture(purse.d59), region)
    path = write(tmp_path / "f.csv", line())
    report = import_commitments(actor=None, path=path)
    assert (report.created, [one.field for one in report.rejects]) == (0, ["line"])
    assert "ajoutez une colonne « programme »" in report.rejects[0].reason
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(
            [[*HEADER, "Programme"], [*line(), purse.line.programme.code]]
        )
    assert import_commitments(actor=None, path=path).created == 1
    assert (purse.nord.parts.count(), other.parts.count()) == (1, 0)


def test_the_number_of_a_budget_programme_in_a_file_changes_nothing(purse, tmp_path):
    path = tmp_path / "f.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([[*HEADER, "Programme"], [*line(), "147"]])
    assert import_commitments(actor=None, path=path).created == 1
