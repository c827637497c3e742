"""The scenarios that `cartable scenario` can play."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cartable.scenarios import plan_2020, seine_saint_denis_2020


@dataclass(frozen=True, slots=True)
class Scenario:
    """A programme played through the actions of the pages: how to play it, and how to say what came out."""

    summary: str
    play: Callable[..., dict[str, Any]]
    sentences: Callable[[dict[str, Any]], list[str]]


SCENARIOS = {
    "seine-saint-denis-2020": Scenario(
        "1 800 cartes SIM, 15 000 tablettes prêtées et 2 000 données en une semaine, avril 2020",
        seine_saint_denis_2020.play,
        seine_saint_denis_2020.sentences,
    ),
    "plan-2020": Scenario(
        "le plan du 20 avril 2020 : cinq lignes, 15 M€, de l'annonce à la fin de l'exercice",
        plan_2020.play,
        plan_2020.sentences,
    ),
}
