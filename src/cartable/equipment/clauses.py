"""Cut the owner's voted text into its articles, without a word added or left out."""

import re

from cartable.documents.data import Clause


_HEADING = re.compile(
    r"^(#{1,6} .+"
    r"|(article|titre|chapitre|annexe)\s+([0-9]+|[ivx]+|1er|premier|unique)\b.{0,150}"
    r"|(pr[ée]ambule|objet|annexe)\s*:?"
    r"|[0-9]{1,2}(\.[0-9]{1,2})*\s?[.)–-]\s+\S.{0,80}[^.;,:]"
    r"|[ivx]{1,5}\s?[.)–-]\s+\S.{0,80}[^.;,:])$",
    re.IGNORECASE,
)
# A line this long was cut by whoever typed the text; a shorter one ends where its author wanted.
WIDE = 60
_ITEM = re.compile(r"^\s*([-–—•*]|[a-z]\)|[0-9]{1,2}[.)°])\s")


def clauses_of(text: str, title: str) -> tuple[Clause, ...]:
    """Give the articles of a text; what comes before the first heading stands under the title."""
    found: list[tuple[str, list[str]]] = [(title, [])]
    before = ""
    for line in text.splitlines():
        words = " ".join(line.split())
        if _is_heading(words):
            found.append((words.lstrip("# "), []))
            words = ""
        elif words:
            _add(found[-1][1], words, goes_on=_goes_on(before, words))
        before = words
    kept = found if found[0][1] else found[1:]
    return tuple(Clause(heading, tuple(paragraphs)) for heading, paragraphs in kept)


def _is_heading(words: str) -> bool:
    if not words:
        return False
    shouted = words.isupper() and 3 < len(words) <= 80 and not _ITEM.match(words)
    return shouted or _HEADING.match(words) is not None


def _goes_on(before: str, words: str) -> bool:
    """Tell whether a line carries on the sentence of the line before, that was cut for its width."""
    ended = before.endswith((".", ":", ";")) or len(before) < WIDE
    return bool(before) and not _ITEM.match(words) and not (words[0].isupper() and ended)


def _add(paragraphs: list[str], words: str, *, goes_on: bool) -> None:
    if goes_on:
        paragraphs[-1] += f" {words}"
    else:
        paragraphs.append(words)
