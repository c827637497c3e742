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
_ITEM = re.compile(r"^\s*([-–—•*]|[a-z]\)|[0-9]{1,2}[.)°])\s")


def clauses_of(text: str, title: str) -> tuple[Clause, ...]:
    """Give the articles of a text; what comes before the first heading stands under the title."""
    found: list[tuple[str, list[str]]] = [(title, [])]
    new_paragraph = True
    for line in text.splitlines():
        words = " ".join(line.split())
        if not words:
            new_paragraph = True
        elif _is_heading(words):
            found.append((words.lstrip("# "), []))
            new_paragraph = True
        else:
            _add(found[-1][1], words, new_paragraph or bool(_ITEM.match(line)))
            new_paragraph = False
    kept = found if found[0][1] else found[1:]
    return tuple(Clause(heading, tuple(paragraphs)) for heading, paragraphs in kept)


def _is_heading(words: str) -> bool:
    shouted = words.isupper() and 3 < len(words) <= 80 and not _ITEM.match(words)
    return shouted or _HEADING.match(words) is not None


def _add(paragraphs: list[str], words: str, new: bool) -> None:
    if new or not paragraphs:
        paragraphs.append(words)
    else:
        paragraphs[-1] += f" {words}"
