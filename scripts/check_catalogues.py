"""Check that the catalogues hold every message of the source, and that what is compiled is what is written.

    python scripts/check_catalogues.py

Exit 1 where a message is missing, a French plural is empty, a placeholder is lost, or a `.mo` is not its `.po`.
A missing English text is told, not refused: the page then says it in French.
"""

import sys

from catalogues import LANGUAGES, Places, compile_mo, faults, in_house, paths, read_po


def damages(language: str, found: Places) -> list[str]:
    """List what is wrong with the catalogue of one language."""
    po, mo = paths(language)
    if not po.exists() or not mo.exists():
        return [f"{language}: no catalogue"]
    held = read_po(po.read_text(encoding="utf-8"))
    asked = {message for message in found if language != "fr" or message.plural}
    wrong = [f"{language}: not in the catalogue: {message.text!r}" for message in asked - held.keys()]
    wrong += [f"{language}: no longer in the source: {message.text!r}" for message in held.keys() - asked]
    wrong += [f"{language}: other placeholders: {fault}" for fault in faults(held)]
    if language == "fr":
        wrong += [
            f"fr: a plural is empty: {message.text!r}" for message, texts in held.items() if not all(texts)
        ]
    if mo.read_bytes() != compile_mo(language, held):
        wrong.append(f"{language}: {mo.name} is not compiled from {po.name}")
    return sorted(wrong)


def main() -> int:
    """Say what is wrong and how much of English is left to do."""
    found = in_house()
    wrong = [line for language in LANGUAGES for line in damages(language, found)]
    for line in wrong:
        print(line)
    if wrong:
        print("Run: python scripts/make_messages.py")
        return 1
    held = read_po(paths("en")[0].read_text(encoding="utf-8"))
    empty = sum(not all(texts) for texts in held.values())
    print(f"Catalogues: {len(found)} messages; {empty} not yet in English.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
