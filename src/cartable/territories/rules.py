"""Pure rules of the territory."""

import re
import unicodedata


ACCENTS = re.compile("[\u0300-\u036f]+")
APART = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """Give `text` without accents, case, ligatures and punctuation, words apart by one space."""
    expanded = text.lower().replace("œ", "oe").replace("æ", "ae")
    letters = ACCENTS.sub("", unicodedata.normalize("NFKD", expanded))
    return APART.sub(" ", letters).strip()
