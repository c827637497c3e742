"""Pure rules of the territory: search text, the key letter of an UAI."""

import re
import unicodedata


UAI_LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"
_UAI = re.compile(r"\d{7}[A-Z]")


def fold(text: str) -> str:
    """Give `text` without accents, case, ligatures and punctuation, words apart by one space."""
    expanded = text.lower().replace("œ", "oe").replace("æ", "ae")
    letters = unicodedata.normalize("NFKD", expanded)
    kept = (letter if letter.isalnum() else " " for letter in letters if not unicodedata.combining(letter))
    return " ".join("".join(kept).split())


def uai_letter(digits: str) -> str:
    """Give the key letter that the seven digits of an UAI call for."""
    return UAI_LETTERS[int(digits) % 23]


def tidy_uai(text: str) -> str:
    """Give an UAI as it is printed: capitals, no space, with the leading zero that spreadsheets drop."""
    bare = "".join(text.split()).upper()
    return bare.zfill(8) if bare[:-1].isascii() and bare[:-1].isdigit() else bare


def uai_fault(uai: str) -> str:
    """Say in French what is wrong with a tidy UAI; empty when it is right."""
    if not _UAI.fullmatch(uai) or not uai.isascii():
        return "Un UAI s’écrit avec sept chiffres et une lettre, par exemple 0931234X."
    expected = uai_letter(uai[:7])
    if uai[7] != expected:
        return f"La clé de cet UAI est fausse : la lettre attendue est {expected}. Vérifiez les chiffres."
    return ""
