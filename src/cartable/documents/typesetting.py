"""Typst, kept in one place: templates with values passed as data, PDF/UA-1, the fonts that typst carries itself.

No font of the machine is read, so a bare server prints the same page. Marianne is reserved to the State and the
issuers are mostly local authorities and associations: the text is set in Libertinus, numbers in DejaVu Sans Mono.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

import typst

from cartable.documents.french import plain


TEMPLATES = Path(__file__).parent / "templates"
# Typst keeps each result for ten more compilations. Eleven blank ones make it forget: 126 MB instead of 830 MB
# after fifteen files of a hundred pages, and no name stays behind in memory.
FORGET = 11
MISSING_SIGN = "\u25a1"
_UNPRINTABLE = re.compile(r'the text `"(.+?)"` could not be displayed')
_one_at_a_time = Lock()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    fonts = typst.Fonts(include_system_fonts=False)
    return typst.Compiler(root=str(TEMPLATES), font_paths=fonts, ignore_system_fonts=True)


def _compile(template: str, data: str, made_on: date) -> bytes:
    compiler = _compiler()
    try:
        pdf = compiler.compile(
            input=str(TEMPLATES / f"{template}.typ"),
            sys_inputs={"data": data},
            pdf_standards=["ua-1"],
            timestamp=datetime.combine(made_on, time.min, UTC),
        )
        assert isinstance(pdf, bytes)
        return pdf
    finally:
        for _ in range(FORGET):
            compiler.compile(input=b"", sys_inputs={}, format="svg")


def _without(data: str, error: typst.TypstError) -> str:
    """Put a square in place of the sign that no font can draw, so that one name does not stop 150 others."""
    found = _UNPRINTABLE.search(error.message)
    if found is None:
        raise error
    text = re.sub(r"\\u\{([0-9a-f]+)\}", lambda m: chr(int(m[1], 16)), found[1])
    if text not in data:
        raise error
    return data.replace(text, MISSING_SIGN)


def typeset(template: str, made_on: date, **values: Any) -> bytes:
    """Make the PDF/UA-1 file of `template` from `values` (dataclasses and plain values).

    The same values give the same bytes. Raises typst.TypstError where the template itself is wrong.
    """
    data = json.dumps({name: plain(value) for name, value in values.items()}, ensure_ascii=False)
    with _one_at_a_time:
        while True:
            try:
                return _compile(template, data, made_on)
            except typst.TypstError as error:
                data = _without(data, error)


def in_lots(pages: Sequence[Any], size: int) -> list[Sequence[Any]]:
    """Cut `pages` into lots of at most `size`, in order."""
    return [pages[start : start + size] for start in range(0, len(pages), size)]
