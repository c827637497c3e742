"""Tables, charts and lines of files made from a picture: the same figures in each."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.formats import number_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartable.monitoring import indicators
from cartable.monitoring.enums import OF_THE_WHOLE, Blank, Step
from cartable.monitoring.indicators import Indicator
from cartable.monitoring.picture import Picture, Row, Thing
from cartable.pupils.enums import NeedKind
from cartable.web.charts import Bar, Point
from cartable.web.table import Column


WHY_BLANK = {
    Blank.UNKNOWN: gettext_lazy("inconnu"),
    Blank.HIDDEN: gettext_lazy("non affiché"),
    Blank.NOTHING: gettext_lazy("sans objet"),
}
BARS = 15
FACTS = ("indicateur", "valeur", "etat", "unite", "definition", "source", "date", "repondu", "interroges")


def cell(value: int | float | Blank) -> str:
    """Write a figure for a reader: a number, a rate, or why there is none."""
    if isinstance(value, Blank):
        return str(WHY_BLANK[value])
    return f"{number_format(value, 1)}\u00a0%" if isinstance(value, float) else number_format(value)


def by_place(picture: Picture) -> list[Indicator]:
    """Give the figures that are shown for each commune and school, as far as the reader may see them."""
    in_hands = [indicators.step(thing, Step.IN_HANDS) for thing in picture.things]
    if picture.gives:
        return in_hands
    pupils = [one for kind in picture.kinds for one in indicators.of_kind(kind)]
    return pupils if picture.masked else pupils + in_hands


def of_all(picture: Picture) -> list[Indicator]:
    """Give the figures of the whole: pupils, then every step of the chain."""
    pupils = [one for kind in picture.kinds for one in [*indicators.of_kind(kind), indicators.beyond(kind)]]
    chain = [indicators.step(thing, at) for thing in picture.things for at in steps_of(picture)]
    return chain if picture.gives else pupils + chain


def steps_of(picture: Picture) -> list[Step]:
    """Give the steps that the reader sees: what is announced and received is of no school."""
    return [at for at in Step if picture.whole or at not in OF_THE_WHOLE]


def columns(shown: Iterable[Indicator]) -> list[Column]:
    """Give a column for each figure."""

    def column(one: Indicator) -> Column:
        return Column(one.short, lambda row: cell(one.of(row)), numeric=True)

    return [column(one) for one in shown]


def chain_columns(picture: Picture) -> list[Column]:
    """Give the columns of the table that goes from what was announced to what is in hands; a row is a thing."""

    def at(step: Step) -> Column:
        return Column(step.label, lambda thing: cell(picture.total.things[thing][step]), numeric=True)

    name = Column(_("Article"), indicators.thing_name, heads=True)
    return [name, *(at(step) for step in steps_of(picture))]


def answers_cell(row: Row) -> str:
    """Say how many have answered, of those asked."""
    return _("%(answered)d sur %(asked)d") % {"answered": row.answered, "asked": row.asked}


def pupil_bars(picture: Picture, kind: str) -> list[Bar]:
    """Give the communes where most pupils lack something, covered of needed; those hidden are left out."""
    found = [
        Bar(row.label, covered, of=needed)
        for row in picture.communes.values()
        if isinstance(needed := row.needed[kind], int) and isinstance(covered := row.covered[kind], int)
    ]
    return sorted(found, key=lambda bar: -(bar.of or 0))[:BARS]


def thing_bars(picture: Picture, thing: Thing) -> list[Bar]:
    """Give the communes where most articles are in hands; those hidden are left out."""
    found = [
        Bar(row.label, held)
        for row in picture.communes.values()
        if isinstance(held := row.in_hands(thing), int) and held
    ]
    return sorted(found, key=lambda bar: -(bar.value or 0))[:BARS]


def points(picture: Picture, thing: Thing) -> list[Point]:
    """Give the curve of what is in hands."""
    return [Point(day, number) for day, number in picture.curves.get(thing, [])]


def kind_name(kind: str) -> str:
    """Name a need at the head of a line."""
    return _capital(str(NeedKind(kind).label))


def fact(one: Indicator, value: Any, picture: Picture, row: Row) -> list[Any]:
    """Write one figure as the end of a line of a file, with all that makes it a fact (`FACTS`)."""
    known = not isinstance(value, Blank)
    written = f"{value:.1f}".replace(".", ",") if isinstance(value, float) else value
    return [
        one.label,
        written if known else "",
        _("connu") if known else WHY_BLANK[value],
        # A lone sign would be taken for a formula.
        _("pour cent") if one.unit == "%" else one.unit,
        one.definition,
        one.source,
        f"{localtime(picture.as_of):%Y-%m-%d %H:%M}",
        row.answered,
        row.asked,
    ]


def commune_lines(picture: Picture) -> Iterator[list[Any]]:
    """Give the lines of the file by commune, the whole first: one line a figure."""
    for one in of_all(picture):
        yield [_("total"), "", *fact(one, one.of(picture.total), picture, picture.total)]
    for row in picture.communes.values():
        for one in by_place(picture):
            yield [row.code, row.label or _("inconnue"), *fact(one, one.of(row), picture, row)]


def school_lines(picture: Picture) -> Iterator[list[Any]]:
    """Give the lines of the file by school: one line a figure."""
    for row in picture.schools.values():
        for one in by_place(picture):
            yield [row.code, row.label, row.commune, *fact(one, one.of(row), picture, row)]


def curve_lines(picture: Picture) -> Iterator[list[Any]]:
    """Give the lines of the file by day: one line a day and article."""
    for thing, days in picture.curves.items():
        one = indicators.step(thing, Step.IN_HANDS)
        for day, number in days:
            yield [day.isoformat(), *fact(one, number, picture, picture.total)]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
