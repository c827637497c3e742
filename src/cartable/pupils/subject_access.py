"""Everything held about one child, room by room: the answer to a family's request for access (GDPR, article 15)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from cartable.pupils.models import Pupil


Read = Callable[[Pupil], Any]


@dataclass(frozen=True, slots=True)
class Registered:
    """A part of the answer: the models (labels) that it reads, and what gives plain values for one pupil."""

    models: tuple[str, ...]
    read: Read


PARTS: dict[str, Registered] = {}


def register(name: str, read: Read, *, models: Iterable[str]) -> None:
    """Let `read(pupil)` give, unsealed, what a room holds about a child; `name` heads it in the answer."""
    PARTS[name] = Registered(tuple(models), read)


def gather(pupil: Pupil) -> dict[str, Any]:
    """Give every part of the answer for one pupil."""
    return {name: part.read(pupil) for name, part in PARTS.items()}


def served_models() -> set[str]:
    """Give the labels of the models that some part reads."""
    return {label for part in PARTS.values() for label in part.models}
