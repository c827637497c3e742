"""Pure rules of the territory."""

import unicodedata


def fold(text: str) -> str:
    """Give `text` without accents, case, ligatures and punctuation, words apart by one space."""
    expanded = text.lower().replace("œ", "oe").replace("æ", "ae")
    letters = unicodedata.normalize("NFKD", expanded)
    kept = (letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join("".join(kept).split())
