"""Bytes to lines of text, whatever they were written in, even several encodings in one file."""

import codecs
from collections.abc import Iterator
from io import BufferedReader, TextIOWrapper

from cartable.intake.stops import Stop


MAX_LINE = 256 * 1024
SAMPLE = 64 * 1024
C1_CONTROLS = frozenset(range(0x80, 0xA0))
# UTF-8 read as Windows-1252 and saved again shows "Ã©" for "é".
TWICE = ("Ã", "â€", "Å“", "Â")


def wide_encoding(sample: bytes) -> str | None:
    """Tell UTF-16 by its mark, or by the zeros that ASCII leaves in it."""
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    pairs = len(sample) // 2
    low, high = sample[0::2].count(0), sample[1::2].count(0)
    if pairs > 8 and min(low, high) < 0.1 * pairs and max(low, high) > 0.6 * pairs:
        return "utf-16-le" if high > low else "utf-16-be"
    return None


def text_lines(stream: BufferedReader, notes: list[str]) -> Iterator[str]:
    """Give the lines of a text, without their ends; adds to `notes` what had to be guessed.

    Raises Stop for zero bytes, endless lines and broken UTF-16.
    """
    sample = stream.peek(SAMPLE)
    wide = wide_encoding(sample)
    if wide:
        return _wide_lines(stream, wide)
    old_mac = b"\r" in sample and b"\n" not in sample
    return _narrow_lines(_split_on_return(stream) if old_mac else _byte_lines(stream), notes)


def _checked(number: int, line: bytes | str, ended: bool) -> None:
    if 0 in line if isinstance(line, bytes) else "\0" in line:
        raise Stop("nul", line=number)
    if len(line) >= MAX_LINE and not ended:
        raise Stop("long_line", line=number)


def _wide_lines(stream: BufferedReader, encoding: str) -> Iterator[str]:
    text = TextIOWrapper(stream, encoding=encoding)
    number = 0
    try:
        while line := text.readline(MAX_LINE):
            number += 1
            _checked(number, line, line.endswith("\n"))
            yield line.rstrip("\n").removeprefix("\ufeff")
    except UnicodeError:
        raise Stop("damaged") from None


def _byte_lines(stream: BufferedReader) -> Iterator[bytes]:
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        _checked(number, line, line.endswith(b"\n"))
        yield line.rstrip(b"\r\n")


def _split_on_return(stream: BufferedReader) -> Iterator[bytes]:
    number, rest = 0, b""
    while chunk := stream.read(SAMPLE):
        *whole, rest = (rest + chunk).split(b"\r")
        for line in whole:
            number += 1
            _checked(number, line, True)
            yield line
        _checked(number + 1, rest, False)
    yield rest


def _narrow_lines(lines: Iterator[bytes], notes: list[str]) -> Iterator[str]:
    odd: list[int] = []
    repaired: list[int] = []
    utf8 = False
    for number, raw in enumerate(lines, 1):
        if raw.isascii():
            yield raw.decode("ascii").replace("\r", " ")
            continue
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            utf8 = True
        except UnicodeDecodeError:
            line = _one_byte(raw)
            odd.append(number)
        mended = _mend(line)
        if mended != line:
            repaired.append(number)
        yield mended.replace("\r", " ")
    notes.extend(_remarks(odd if utf8 else [], repaired))


def _one_byte(raw: bytes) -> str:
    """Decode Windows-1252 where its own signs appear, else ISO-8859-15 (œ, Œ, € rather than ½, ¼, ¤)."""
    if C1_CONTROLS.isdisjoint(raw):
        return raw.decode("iso-8859-15")
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _mend(line: str) -> str:
    if not any(sign in line for sign in TWICE):
        return line
    try:
        return line.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return line


def _remarks(odd: list[int], repaired: list[int]) -> Iterator[str]:
    if odd:
        yield f"Deux encodages mêlés : {_where(odd)} n’étaient pas en UTF-8 ; vérifiez leurs accents."
    if repaired:
        yield f"Accents abîmés par un enregistrement précédent, réparés : {_where(repaired)}."


def _where(lines: list[int]) -> str:
    shown = ", ".join(map(str, lines[:5])) + ("…" if len(lines) > 5 else "")
    return f"{len(lines)} ligne(s) ({shown})"
