"""What of a run's figures a reader may see: who does not read small counts sees no public and no place below eleven."""

from collections.abc import Mapping
from typing import Any

from cartable.census.queries import SMALL
from cartable.planning.models import ScenarioRun
from cartable.planning.queries import reads_lines


Figures = Mapping[str, Any]


def figures_for(user: Any, run: ScenarioRun) -> Figures:
    """Give the figures of a run, without the small counts for who does not serve its schools."""
    figures: Figures = run.figures
    return figures if reads_lines(user, run.scenario) else without_small(figures)


def without_small(figures: Figures) -> Figures:
    """Leave out publics, kinds and départements with fewer than eleven needs, and what names a school."""
    large = [row for row in figures["publics"] if row["need"] >= SMALL]
    places = [row for row in figures["departments"] if row["need"] >= SMALL]
    kinds = {
        name: row if row["need"] >= SMALL else {**row, **dict.fromkeys(COUNTS, 0)}
        for name, row in figures["kinds"].items()
    }
    return {**figures, "publics": large, "departments": places, "kinds": kinds, "next": []}


COUNTS = ("need", "served", "delivered", "allocated", "unmet")
