"""Small parts of pages that say one thing: a state, a figure with its source, a crumb."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString


Text = str | Promise
Tone = Literal["", "info", "success", "warning", "error", "new"]


@dataclass(frozen=True, slots=True)
class Badge:
    """A state in one or two words; the word says it, the colour only helps."""

    label: Text
    tone: Tone = ""

    def __html__(self) -> SafeString:
        return render_to_string("components/badge.html", {"badge": self})

    def __str__(self) -> str:
        return self.__html__()


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with all that makes it a fact.

    `value` is None where nobody knows it (never zero in its place); `hidden` is a value that is known and
    withheld because it is small. `answered` of `expected` is the completeness, counted in `unit_of_answer`.
    """

    label: Text
    value: int | float | None
    definition: Text
    source: Text
    as_of: date | datetime
    unit: Text = ""
    answered: int | None = None
    expected: int | None = None
    unit_of_answer: Text = ""
    hidden: bool = False
    csv: str = ""

    @property
    def complete(self) -> bool:
        return self.answered is None or self.expected is None or self.answered >= self.expected


def crumb(label: Any, url: str) -> dict[str, Any]:
    """Give one link of the breadcrumb; the present page is added by the base template from its title."""
    return {"label": label, "url": url}
