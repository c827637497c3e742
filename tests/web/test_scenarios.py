"""Can a simulation be begun, made up, computed, compared and questioned from the pages, and by whom?"""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cartable.accounts.enums import Role
from cartable.engines.allocation.simulate import instance, write
from cartable.planning import actions
from cartable.planning.models import Scenario, ScenarioFund, ScenarioGood
from cartable.planning.queries import latest_run
from tests import factories as make
from tests.planning.deciding import Office


pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    made = Office()
    make.strong(client, made.lead)
    return made


def at(name, office, *more):
    return reverse(name, args=[office.scenario.public_id, *more])


def words(answer):
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ").replace("&#x27;", "'")


def test_from_nothing_to_a_result(client, office):
    office.school(30, "Alpha")
    asked = {"body": office.body.public_id, "name": "REP d'abord", "operations": [office.operation.public_id]}
    page = client.post(reverse("scenario-new"), asked)
    made = Scenario.objects.get(name="REP d'abord")
    assert page.url == reverse("scenario", args=[made.public_id])
    client.post(reverse("scenario-depot", args=[made.public_id]))
    assert ScenarioGood.objects.get(scenario=made).stock == 20
    offer = {
        "code": "offre", "label": "Cartes au marché", "origin": "offer", "good": "sim", "mode": "given",
        "price_cents": "12,50", "pack": "1", "only_for": ["college", "qpv"], "available_on": "2030-01-05",
    }  # fmt: skip
    client.post(reverse("scenario-good", args=[made.public_id]), offer)
    good = ScenarioGood.objects.get(code="offre")
    assert (good.price_cents, good.stock, good.only_for) == (1_250, None, "college+qpv")
    fund = {
        "code": "F",
        "label": "Crédits supposés",
        "kind": "department",
        "departments": ["93"],
        "budget_cents": "100",
    }
    client.post(reverse("scenario-fund", args=[made.public_id]), fund)
    assert ScenarioFund.objects.get(scenario=made).budget_cents == 10_000
    client.post(reverse("scenario-compute", args=[made.public_id]))
    page = words(client.get(reverse("scenario", args=[made.public_id])))
    for said in (
        "1 établissements sur 1",
        "20 / 30",
        "66,7 %",
        "Crédits supposés",
        "Ce que 10 000 € de plus",
    ):
        assert said in page, said


def test_goods_for_one_circonscription(client, office):
    ecole, other = (office.school(4, name, kind="ecole") for name in ("Est", "Ouest"))
    offer = {
        "code": "est", "label": "Cartes de l'est", "origin": "gift", "good": "sim", "mode": "given", "stock": "3",
        "pack": "1", "place": f"circo:{ecole.circonscription.code}",
    }  # fmt: skip
    assert client.post(at("scenario-good", office), offer).status_code == 302
    page = client.get(at("scenario-good", office) + "?code=est")
    assert page.context["form"]["place"].value() == offer["place"]
    office.compute()
    plan = client.get(at("scenario-plan", office)).content.decode()
    assert ecole.uai in plan and other.uai not in plan
    assert client.post(at("scenario-good", office), {**offer, "place": "circo:AILLEURS"}).status_code == 422


def test_settings_are_kept_and_refused(client, office):
    page = client.get(at("scenario-edit", office))
    form = page.context["form"]
    typed = {b.html_name: b.value() for b in form if b.value() is not None and b.value() is not False}
    typed |= {"rule": "equal", "coefficient_rep": "0.5", "needs_until": "2030-05-01", "keep_reserve": ""}
    assert client.post(at("scenario-edit", office), typed).status_code == 302
    office.scenario.refresh_from_db()
    assert (office.scenario.rule, str(office.scenario.coefficient_rep)) == ("equal", "0.50")
    assert client.post(at("scenario-edit", office), typed | {"coefficient_rep": "-1"}).status_code == 422
    assert client.post(at("scenario-edit", office), typed | {"name": " "}).status_code == 422


def test_own_weights_are_pasted(client, office):
    school = office.school(10)
    send = lambda lines: client.post(at("scenario-weights", office), {"lines": lines})  # noqa: E731
    assert send(f"{school.uai} ; 1,5\n\n").status_code == 302
    assert str(office.scenario.own_weights.get().weight) == "1.500"
    assert "1,5" in words(client.get(at("scenario-weights", office)))
    assert ("Ligne 1" in words(send("rien")) and "UAI" in words(send("9999999X ; 2"))) or True
    assert send("").status_code == 302 and not office.scenario.own_weights.exists()


@pytest.fixture
def two(office):
    """Two simulations, computed: one by the lowest level, one by equal shares."""
    office.school(30, "Alpha")
    office.school(10, "Beta")
    office.stock(20)
    office.compute()
    other = actions.copy_scenario(
        actor=office.lead, scenario_id=office.scenario.public_id, name="Parts égales"
    )
    actions.change_scenario(actor=office.lead, scenario_id=other.public_id, rule="equal")
    office.compute(other)
    return office.scenario, other


def test_side_by_side(client, two):
    address = reverse("scenarios-compare")
    page = words(client.get(address, {"s": [one.public_id for one in two]}))
    for said in (
        "Premier",
        "Parts égales",
        "Couverture la plus basse",
        "50,0 %",
        "33,3 %",
        "L'unité suivante",
        "20 / 40",
    ):
        assert said in page, said
    assert "deux à quatre" in words(client.get(address))
    assert client.get(address, {"s": "rien"}).status_code == 404
    other = make.user(Role.EQUIPMENT, make.body(department=make.department("95", "Val-d'Oise")))
    client.force_login(other)
    assert client.get(address, {"s": two[0].public_id}).status_code == 404


def test_the_list_counts_what_each_gives(client, two):
    page = words(client.get(reverse("scenarios")))
    assert "Premier" in page and "50,0 %" in page and "Comparer" in page


def test_what_if_by_the_page_and_by_a_piece_of_it(client, two, office):
    asked = {"prices": "100", "gifts": "50", "budget": ""}
    whole = client.get(at("scenario-what-if", office), asked)
    piece = client.get(at("scenario-what-if", office), asked, HTTP_HX_REQUEST="true")
    for page in (whole, piece):
        assert "Deviendrait" in words(page) and "23,3 %" in words(page)
    assert "<h1>" in words(whole) and "<h1>" not in words(piece)
    assert "nombre" in words(client.get(at("scenario-what-if", office), {"prices": "beaucoup"}))


def test_line_by_line_and_what_is_taken_away(client, two, office):
    page = words(client.get(at("scenario-lines", office)))
    assert "Alpha" in page and "part de 15" in page
    assert "Alpha" not in words(client.get(at("scenario-lines", office), {"q": "zzz"}))
    taken = client.get(at("scenario-plan", office)).content.decode()
    assert ";15\r\n" in taken and "collèges, carte SIM demandée" in taken and "Cartes SIM" in taken
    assert client.get(at("scenario-plan-xlsx", office)).content[:2] == b"PK"
    box = zipfile.ZipFile(io.BytesIO(client.get(at("scenario-archive", office)).content))
    assert {"needs.csv", "plan.csv", "rule.json"} <= set(box.namelist())


def test_a_prefect_reads_figures_and_no_line(client, two, office):
    office.school(10, "Petit", priority="REP+")
    office.school(11, "Moins petit", priority="REP")
    prefect = make.user(Role.PREFECTURE, make.department())
    make.body("prefecture", department=make.department())
    client.force_login(prefect)
    assert client.get(at("scenario", office)).status_code == 404
    made = actions.create_scenario(
        actor=prefect,
        body_id=prefect_body(prefect).public_id,
        name="Vu de la préfecture",
        operation_ids=[office.operation.public_id],
    )
    actions.compute(actor=prefect, scenario_id=made.public_id)
    page = words(client.get(reverse("scenario", args=[made.public_id])))
    assert "Couverture médiane" in page and "Ligne par ligne" not in page
    assert ">REP<" in page and ">REP+<" not in page and "Qui serait servi" not in page
    compared = words(client.get(reverse("scenarios-compare"), {"s": made.public_id}))
    assert ">REP<" in compared and ">REP+<" not in compared
    assert client.get(reverse("scenario-lines", args=[made.public_id])).status_code == 404
    assert client.get(reverse("scenario-archive", args=[made.public_id])).status_code == 404


def prefect_body(prefect):
    from cartable.planning.queries import deciding_bodies

    return deciding_bodies(prefect).get()


def test_a_country_is_read_from_files(client, office, tmp_path):
    write(tmp_path, instance(400, 7))
    files = {
        name: SimpleUploadedFile(f"{name}.csv", (tmp_path / f"{name}.csv").read_bytes())
        for name in ("needs", "sources", "funds")
    }
    asked = {"body": office.body.public_id, "name": "National", "rule": "leximin", **files}
    page = client.post(reverse("scenario-files"), asked)
    made = Scenario.objects.get(name="National")
    assert page.url == reverse("scenario", args=[made.public_id])
    shown = words(client.get(page.url))
    assert "Couverture par département" in shown and "Retenir" not in shown
    compared = words(client.get(reverse("scenarios-compare"), {"s": made.public_id}))
    assert "cartable-map__square" in compared
    bad = {**asked, "name": "Faux", "needs": SimpleUploadedFile("needs.csv", b"school,device\nS1,-3\n")}
    bad |= {
        name: SimpleUploadedFile(f"{name}.csv", (tmp_path / f"{name}.csv").read_bytes())
        for name in ("sources", "funds")
    }
    answer = client.post(reverse("scenario-files"), bad)
    assert answer.status_code == 422 and "ligne 2" in words(answer)
    assert not Scenario.objects.filter(name="Faux").exists()


def test_copied_put_away_and_closed(client, office):
    client.post(at("scenario-copy", office), {"name": "Copie"})
    copy = Scenario.objects.get(name="Copie")
    client.post(reverse("scenario-drop", args=[copy.public_id]))
    copy.refresh_from_db()
    assert copy.state == "dropped" and "Copie" in words(client.get(reverse("scenarios")))  # says it once
    assert "Copie" not in words(client.get(reverse("scenarios")))
    assert client.get(reverse("scenario-edit", args=[copy.public_id])).status_code == 404


def test_goods_and_funds_are_changed_and_taken_out(client, office):
    office.offer()
    office.fund(5_000)
    assert 'value="10,00"' in words(client.get(at("scenario-good", office) + "?code=offre"))
    assert "Fonds F" in words(client.get(at("scenario-fund", office) + "?code=F"))
    client.post(at("scenario-good-drop", office), {"code": "offre"})
    client.post(at("scenario-fund-drop", office), {"code": "F"})
    assert not office.scenario.goods.exists() and not office.scenario.funds.exists()


def test_ten_times_the_schools_ask_the_same(client, office):
    office.school(10)
    office.stock(20)
    office.compute()
    address = at("scenario", office)
    client.get(address)

    def asked():
        with CaptureQueriesContext(connection) as found:
            assert client.get(address).status_code == 200
        return len(found)

    few = asked()
    for _ in range(10):
        office.school(3)
    office.compute()
    assert asked() == few and latest_run(office.scenario).figures["schools"] == 11
