"""Values as a French page writes them: dates in words, fixed spaces, no character that a printer cannot set."""

import dataclasses
import re
import unicodedata
from datetime import date, datetime, time
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import override


DAYS = ("lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche")
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
NO_BREAK = "\u00a0"
# Orders that turn the direction of writing would let one name rearrange its neighbours on the paper.
_DIRECTION = re.compile("[\u202a-\u202e\u2066-\u2069]")
_SPACE_BEFORE = re.compile(r" (?=[:;!?»€%])")


def day(value: date) -> str:
    """Write "30 avril 2020" (and "1er mai 2020"), the number held to its month."""
    number = "1er" if value.day == 1 else str(value.day)
    return f"{number}{NO_BREAK}{MONTHS[value.month - 1]} {value.year}"


def long_day(value: date) -> str:
    """Write "jeudi 30 avril 2020"."""
    return f"{DAYS[value.weekday()]} {day(value)}"


def hour(value: time | datetime) -> str:
    """Write "12 h" or "8 h 05"."""
    minutes = f"{NO_BREAK}{value.minute:02}" if value.minute else ""
    return f"{value.hour}{NO_BREAK}h{minutes}"


def tidy(text: str) -> str:
    """Drop control characters, hold double punctuation to its word, compose accents."""
    text = _DIRECTION.sub("", unicodedata.normalize("NFC", text.replace("\t", " ")))
    kept = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs", "Co"})
    return _SPACE_BEFORE.sub(NO_BREAK, kept).replace("« ", f"«{NO_BREAK}")


def _moment(value: date) -> dict[str, str]:
    words = {"long": long_day(value), "day": day(value), "short": f"{value:%d/%m/%Y}"}
    if isinstance(value, datetime):
        words["hour"] = hour(value)
    return words


def plain(value: Any) -> Any:
    """Turn a dataclass into what JSON holds; a date becomes its words (long, day, short, hour)."""
    if isinstance(value, str):
        return tidy(value)
    if isinstance(value, Promise):
        with override("fr"):
            return tidy(str(value))
    if isinstance(value, date):
        return _moment(value)
    if isinstance(value, time):
        return hour(value)
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
