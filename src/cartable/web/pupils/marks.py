"""A line of the marking screen: one pupil, and a tick for each thing that may lack."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cartable.foundation.refused import Refused
from cartable.pupils.enums import ASKED_NOW, NeedKind
from cartable.pupils.inputs import NeedInput
from cartable.pupils.models import Pupil


SIM, KEY = "sim", "key"
CONNECTIONS = (("", "—"), (SIM, _("carte SIM")), (KEY, _("clé 4G")))


@dataclass(frozen=True, slots=True)
class Tick:
    """What one pupil lacks of one kind: "" nothing, "on", or for a connection the good; `held`: already in hands."""

    kind: str
    label: Any
    value: str = ""
    held: bool = False

    @property
    def choices(self) -> Iterable[tuple[str, Any]]:
        return CONNECTIONS if self.kind == NeedKind.CONNECTION else ()


@dataclass(frozen=True, slots=True)
class Line:
    """One pupil with his ticks."""

    pupil: Pupil
    ticks: tuple[Tick, ...]

    @property
    def suffix(self) -> str:
        """What ends the names of his fields where several pupils stand on one page."""
        return f":{self.pupil.public_id}"


def line_of(pupil: Pupil) -> Line:
    """Read the ticks of a pupil fetched with his needs."""
    needs = {row.kind: row.need for row in pupil.open_needs}
    return Line(pupil, tuple(_tick(kind, needs.get(kind)) for kind in ASKED_NOW))


def _tick(kind: NeedKind, need: Any) -> Tick:
    if need is None:
        return Tick(kind.value, kind.label)
    good = SIM if need.takes_sim else KEY
    value = good if kind == NeedKind.CONNECTION else "on"
    return Tick(kind.value, kind.label, value, bool(need.running_covers))


def lacks_from(sent: QueryDict) -> dict[UUID, list[NeedInput]]:
    """Read what was ticked for each pupil that was on the screen: `pupil`, `device:<id>`, `connection:<id>`…"""
    try:
        shown = {text: UUID(text) for text in sent.getlist("pupil")}
    except ValueError as error:
        raise Refused("no_pupil", "Cette page est trop ancienne : rechargez-la.") from error
    return {public_id: needs_from(sent, f":{text}") for text, public_id in shown.items()}


def needs_from(sent: QueryDict, suffix: str = "") -> list[NeedInput]:
    """Read the ticks of one pupil; `suffix` ends the names of his fields."""
    needs = []
    for kind in ASKED_NOW:
        value = sent.get(f"{kind.value}{suffix}", "")
        if value:
            needs.append(NeedInput(kind.value, value == SIM if kind == NeedKind.CONNECTION else None))
    return needs
