"""Text of one cell: composed, visible characters only, single spaces."""

import unicodedata


INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


def clean(text: str) -> str:
    """Compose (NFC), drop control, zero-width and direction characters, trim and single the spaces."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split()) if "  " in text else text.strip()
    spaced = " ".join(text.split())
    composed = unicodedata.normalize("NFC", spaced)
    visible = "".join(c for c in composed if unicodedata.category(c) not in INVISIBLE)
    return unicodedata.normalize("NFC", visible).strip()


def normal(header: str) -> str:
    """Reduce a header to what it is compared by: letters and digits, without accents or case; + is a word."""
    bare = unicodedata.normalize("NFKD", header.replace("+", "plus")).casefold()
    return "".join(c for c in bare if c.isalnum())
