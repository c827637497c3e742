"""Bring the catalogues up to date with the source, keeping what is translated, then compile them.

    python scripts/make_messages.py

French is the language of the source: its catalogue holds only the plurals. English is the translation: an empty
`msgstr` shows the French text until somebody fills it.
"""

from catalogues import (
    LANGUAGES,
    Places,
    Translations,
    compile_mo,
    in_house,
    paths,
    read_po,
    write_po,
)


def wanted(language: str, found: Places, known: Translations) -> Translations:
    """Give the messages that a language's catalogue must hold, with the translations that are known."""
    if language == "fr":
        return {message: (message.text, message.plural) for message in found if message.plural}
    forms = {message: ("", "") if message.plural else ("",) for message in found}
    return {message: known.get(message, empty) for message, empty in forms.items()}


def main() -> None:
    """Write the catalogues of every language and say what is still to translate."""
    found = in_house()
    for language in LANGUAGES:
        po, mo = paths(language)
        po.parent.mkdir(parents=True, exist_ok=True)
        known = read_po(po.read_text(encoding="utf-8")) if po.exists() else {}
        translations = wanted(language, found, known)
        po.write_text(write_po(language, translations, found), encoding="utf-8")
        mo.write_bytes(compile_mo(language, translations))
        empty = sum(not all(texts) for texts in translations.values())
        print(f"{language}: {len(translations)} messages, {empty} to translate")


if __name__ == "__main__":
    main()
