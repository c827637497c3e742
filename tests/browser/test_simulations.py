"""Are the pages of a simulation sound and readable, and do the sliders and the "what if" answer while one watches?"""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cartable.engines.allocation.simulate import instance, write
from cartable.planning import actions
from cartable.territories.actions import load_reference
from tests import factories as make
from tests.browser.conftest import look
from tests.planning.deciding import Office


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office():
    load_reference()
    made = Office(stock=60)
    for at in range(12):
        rep = "REP+" if at % 4 == 0 else "REP" if at % 4 == 1 else ""
        school = made.school(8 + 5 * at, f"Collège inventé {at + 1}", priority=rep)
        school.returns.get().lines.update(qpv_pupils=4, qpv_units=4)
    made.stock(60)
    made.offer(price=1_450)
    made.fund(90_000, made.envelope(500_000), label="Crédits du département")
    return made


@pytest.fixture
def other(office):
    """The same with more for priority education, computed; the first too."""
    office.compute()
    made = actions.copy_scenario(actor=office.lead, scenario_id=office.scenario.public_id, name="REP d'abord")
    actions.change_scenario(
        actor=office.lead, scenario_id=made.public_id, coefficient_rep=1, coefficient_rep_plus=2
    )
    office.compute(made)
    return made


def prove(page, who):
    client = Client()
    make.strong(client, who)
    (cookie,) = (c for c in page.context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME)
    page.context.add_cookies([{**cookie, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}])


def test_every_page_of_a_simulation_at_both_widths(visit, office, other):
    page = visit(office.lead)
    prove(page, office.lead)
    own = office.scenario.public_id
    for name, address in {
        "simulations": reverse("scenarios"),
        "simulation": reverse("scenario", args=[own]),
        "simulation-settings": reverse("scenario-edit", args=[own]),
        "simulation-good": reverse("scenario-good", args=[own]) + "?code=offre",
        "simulation-fund": reverse("scenario-fund", args=[own]) + "?code=F",
        "simulation-lines": reverse("scenario-lines", args=[own]),
        "simulation-compare": reverse("scenarios-compare") + f"?s={own}&s={other.public_id}",
        "simulation-choose": reverse("scenario-choose", args=[own]),
    }.items():
        page.goto(address)
        look(page, name)


def test_what_a_school_reads_at_both_widths(visit, office, other):
    school = office.operation.campaign.returns.order_by("id").last().school
    office.choose(other)
    page = visit(office.head(school))
    page.goto(reverse("school-shares"))
    look(page, "school-shares")
    page.get_by_role("link", name="Contester la part").first.click()
    look(page, "contest")


def test_a_decision_lists_who_is_to_be_called(visit, office, other):
    office.choose(other)
    page = visit(office.lead)
    prove(page, office.lead)
    page.goto(reverse("scenario-decision", args=[other.public_id]))
    assert page.get_by_role("table", name="Établissements sans adresse électronique, à appeler").is_visible()
    look(page, "simulation-decision")


def test_the_slider_moves_the_number_and_the_answer_follows(visit, office):
    office.compute()
    page = visit(office.lead)
    page.goto(reverse("scenario", args=[office.scenario.public_id]))
    field = page.locator("input[name=budget]")
    slider = page.locator(".cartable-slider input[type=range]").nth(2)
    slider.focus()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    assert field.input_value() == "120"
    answer = page.locator("#what-if-answer")
    answer.get_by_text("Deviendrait").wait_for()
    field.fill("0")
    answer.get_by_role("row", name="Argent dépensé").get_by_text("0,00", exact=False).last.wait_for()
    assert slider.input_value() == "0"
    look(page, "simulation-what-if")


def test_a_country_is_drawn_at_both_widths(visit, office, tmp_path):
    write(tmp_path, instance(3_000, 5))
    files = {name: (tmp_path / f"{name}.csv").read_bytes() for name in ("needs", "sources", "funds")}
    given = {"actor": office.lead, "body_id": office.body.public_id, **files}
    ids = [
        actions.scenario_from_files(name=name, rule=rule, **given).public_id
        for name, rule in (("Niveau le plus bas", "leximin"), ("Au prorata", "proportional"))
    ]
    page = visit(office.lead)
    page.goto(reverse("scenario", args=[ids[0]]))
    look(page, "national")
    page.goto(
        reverse("scenarios-compare") + "".join(f"{'&' if at else '?'}s={one}" for at, one in enumerate(ids))
    )
    look(page, "national-compare")
