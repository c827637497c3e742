"""Do charts show the figures they are given, and say what nobody knows?"""

import re
from datetime import date

from bs4 import BeautifulSoup

from cartable.web.charts import Bar, Point, Series, bars, curve, steps


def _bars(*items):
    return BeautifulSoup(
        bars(key="k", title="Besoins", description="Par collège.", items=items, unit="élèves"), "html.parser"
    )


def test_the_longest_bar_is_the_whole_width_and_the_others_follow():
    widths = [rect["width"] for rect in _bars(Bar("A", 50), Bar("B", 200)).select(".cartable-chart__bar")]
    assert widths == ["25.00%", "100.00%"]


def test_unknown_is_written_and_never_drawn_as_zero():
    page = _bars(Bar("A", None), Bar("B", 0))
    assert len(page.select(".cartable-chart__bar")) == 1
    assert "inconnu" in page.select_one("tbody").text


def test_a_chart_names_itself_and_repeats_its_figures_in_a_table():
    page = _bars(Bar("A", 1400))
    drawing = page.select_one("svg")
    assert drawing["role"] == "img"
    assert page.find(id=drawing["aria-labelledby"].split()[0]).text == "Besoins"
    assert re.search(r"1.400", page.select_one("tbody").text)


def test_a_curve_goes_by_days_from_zero_up():
    points = [Point(date(2020, 4, 27), 0), Point(date(2020, 4, 28), 40), Point(date(2020, 5, 1), 80)]
    drawn = curve(key="k", title="Remises", description="Par jour.", points=points, unit="cartes")
    line = BeautifulSoup(drawn, "html.parser").select_one("polyline")["points"]
    assert line == "0.00,100.00 25.00,50.00 100.00,0.00"


def test_a_single_day_is_drawn_across():
    drawn = curve(key="k", title="t", description="d", points=[Point(date(2020, 4, 27), 4)], unit="u")
    assert BeautifulSoup(drawn, "html.parser").select_one("polyline")["points"] == "0.00,0.00 100.00,0.00"
    series = [Series("engagé", [4])]
    drawn = steps(key="k", title="t", description="d", days=[date(2020, 4, 27)], series=series)
    assert BeautifulSoup(drawn, "html.parser").select_one("polyline")["points"] == "0.00,0.00 100.00,0.00"


def test_a_chart_holds_no_inline_style():
    assert "style=" not in str(_bars(Bar("A", 3)))
    assert "style=" not in curve(key="k", title="t", description="d", points=[], unit="u")


def test_a_line_in_steps_holds_until_the_day_when_it_changes():
    days = [date(2020, 4, 27), date(2020, 4, 28), date(2020, 5, 1)]
    series = [Series("délégué", [0, 40, 80]), Series("engagé", [0, 0, 20])]
    drawn = BeautifulSoup(
        steps(key="k", title="t", description="d", days=days, series=series, written=lambda v: f"{v} €"),
        "html.parser",
    )
    first, second = (line["points"] for line in drawn.select("polyline"))
    assert first == "0.00,100.00 25.00,100.00 25.00,50.00 100.00,50.00 100.00,0.00"
    assert second.endswith("100.00,100.00 100.00,75.00")
    assert [cell.text for cell in drawn.select("tbody tr")[-1].select("td")] == ["80 €", "20 €"]
