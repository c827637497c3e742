"""Is every line of a stock file counted, and does a second run change nothing?"""

import pytest

from cartable.equipment.imports import import_stock
from cartable.equipment.models import Asset, AssetPlace, Lot
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from tests.equipment.stage import iccid, nothing_damaged


pytestmark = pytest.mark.store


def adds_up(report):
    return report.created + report.changed + report.unchanged + report.rejected == report.lines


@pytest.fixture
def take(week, tmp_path):
    def take(text, **more):
        path = tmp_path / "stock.csv"
        path.write_text(text, encoding="utf-8")
        return import_stock(
            **{"actor": week.service, "operation_id": week.operation.public_id, "path": path, **more}
        )

    return take


def test_each_line_is_a_thing_in_the_depot(week, take):
    report = take(
        "Désignation;Modèle;N° de série;N° inventaire\nTablette;Tab A;R52A1;D93-1\nTablette;Tab A;R52A2;\n"
    )
    assert (report.lines, report.created, report.rejected) == (2, 2, 0) and adds_up(report)
    assert [lot.product.name for lot in report.lots] == ["Tablette Tab A"]
    assert Asset.objects.get(number="R52A1").inventory_number == "D93-1"
    assert AssetPlace.objects.filter(until=None, account__code=f"depot:{week.owner.public_id}").count() == 2
    assert week.in_ledger(f"depot:{week.owner.public_id}", "tablet", "lent") == 2 and nothing_damaged()


def test_a_second_run_changes_nothing(week, take):
    text = "article;serial\nTablette;R52A1\nTablette;R52A2\n"
    take(text)
    again = take(text)
    assert (again.created, again.unchanged) == (0, 2) and adds_up(again)
    more = take("article;serial;inventaire\nTablette;R52A1;D93-9\nTablette;R52A3;\n")
    assert (more.created, more.changed) == (1, 1) and adds_up(more)
    assert Asset.objects.count() == 3 and nothing_damaged()


def test_a_bad_line_is_rejected_with_its_reason_and_the_others_stay(week, take, tmp_path):
    rejects = tmp_path / "rejets.csv"
    text = "article;serial\nTablette;R52A1\nTablette;R52A1\nTablette;\nTablette;1,2E+15\nTablette;R52A5\n"
    report = take(text, rejects=rejects)
    assert (report.lines, report.created, report.rejected) == (5, 2, 3) and adds_up(report)
    assert [reject.line for reject in report.rejects] == [3, 4, 5]
    written = rejects.read_text(encoding="utf-8-sig")
    assert "déjà à la ligne 2" in written and "le numéro manque" in written and "tableur" in written


def test_a_serial_already_out_is_rejected(week, take):
    week.declare(1), week.agree()
    week.lend(week.need("device"), "R52A1")
    report = take("article;serial\nTablette;R52A1\nTablette;R52A2\n")
    assert (report.created, report.rejected) == (1, 1) and adds_up(report)
    assert "déjà sorti" in report.rejects[0].reason and nothing_damaged()


def test_a_serial_of_another_article_is_rejected(week, take):
    take("article;serial\nTablette;R52A1\n")
    report = take("article;serial\nOrdinateur portable;R52A1\n", good="computer")
    assert (report.created, report.rejected) == (0, 1) and "autre lot" in report.rejects[0].reason


def test_the_sort_of_a_line_is_read_in_words(week, take):
    text = f"type;article;numéro\nTablette;Galaxy;A1\nOrdinateur;Zed;B1\nCarte SIM;SFR;{iccid(4)}\nClé 4G;Huawei;C1\n"
    report = take(text, mode="given")
    assert sorted(lot.product.good for lot in report.lots) == ["computer", "key", "sim", "tablet"]
    assert Asset.objects.get(product__good="sim").number_key == iccid(4)[:-1] and nothing_damaged()


def test_one_entry_in_the_journal_for_one_file(week, take):
    take("article;serial\n" + "".join(f"Tablette;S{n}\n" for n in range(50)))
    entry = Entry.objects.get(verb="equipment.stock_imported")
    assert entry.data["created"] == 50 and len(entry.data["sha256"]) == 64


def test_a_file_without_numbers_is_refused_whole(week, take):
    with pytest.raises(Refused):
        take("article;couleur\nTablette;noire\n")
    assert not Lot.objects.exists()


def test_the_command_line_finds_the_only_open_operation(week, take):
    assert take("serial\nR1\n", actor=None, operation_id=None).lots[0].operation == week.operation
    from cartable.operations.actions import change_state

    change_state(actor=week.service, operation_id=week.operation.public_id, to="closed")
    with pytest.raises(Refused) as refused:
        take("serial\nR2\n", actor=None, operation_id=None)
    assert refused.value.code == "operation_missing"


def test_only_who_leads_the_operation_imports(week, take):
    with pytest.raises(Refused) as refused:
        take("serial\nR1\n", actor=week.head)
    assert refused.value.code == "not_yours"
