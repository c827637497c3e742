"""XML of strangers, read as a stream: no DTD, no entity, nothing fetched, bounded depth and text."""

import codecs
import re
from collections.abc import Callable
from typing import IO
from xml.parsers import expat

from cartable.intake.stops import Stop


CHUNK = 1024 * 1024
MAX_DEPTH = 60
MAX_TEXT = 10_000
DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


class Reader:
    """The open elements of a document: subclasses take `start` and `end`, with the text in between."""

    def __init__(self) -> None:
        self.depth = 0
        self.line = 0
        self.text: list[str] = []
        self.size = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take the opening of an element."""

    def end(self, tag: str, text: str) -> None:
        """Take its closing, with the text since the last tag."""


def walk(chunks: Callable[[], bytes], reader: Reader, encoding: str | None = None) -> None:
    """Feed `reader` from `chunks` (called until it gives nothing); raises Stop for what is not plain XML."""
    parser = expat.ParserCreate(encoding)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = _no_dtd
    parser.ExternalEntityRefHandler = parser.UnparsedEntityDeclHandler = _no_dtd

    def start(tag: str, attributes: dict[str, str]) -> None:
        reader.depth += 1
        if reader.depth > MAX_DEPTH:
            raise Stop("xml_depth")
        reader.line = parser.CurrentLineNumber
        reader.text, reader.size = [], 0
        reader.start(tag.rpartition(":")[2], attributes)

    def end(tag: str) -> None:
        reader.end(tag.rpartition(":")[2], "".join(reader.text))
        reader.text, reader.size = [], 0
        reader.depth -= 1

    def text(data: str) -> None:
        if reader.size < MAX_TEXT:
            reader.text.append(data[:MAX_TEXT])
            reader.size += len(data)

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text
    try:
        while chunk := chunks():
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Stop("xml_broken", line=error.lineno) from None
    except (LookupError, ValueError):
        raise Stop("xml_broken", line=1) from None


def _no_dtd(*_: object) -> int:
    raise Stop("dtd")


def true_encoding(data: bytes) -> tuple[str | None, str | None]:
    """Give (encoding to impose or None, French note or None): the bytes are believed, not the declaration."""
    declared = DECLARED.search(data[:200])
    name = declared.group(1).decode("ascii").lower() if declared else "utf-8"
    if data.isascii() or name.startswith("utf-16") or data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return None, None
    utf8 = _is_utf8(data)
    if utf8 == (name in {"utf-8", "utf8"}):
        return None, None
    real = "utf-8" if utf8 else "windows-1252"
    return (
        real,
        f"Le fichier se déclare en {name.upper()} mais il est écrit en {real.upper()} : vérifiez les accents.",
    )


def _is_utf8(data: bytes) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for at in range(0, len(data), CHUNK):
            decoder.decode(data[at : at + CHUNK])
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def chunks_of(data: bytes) -> Callable[[], bytes]:
    """Give a function that hands out `data` piece by piece, then nothing."""
    at = -CHUNK

    def following() -> bytes:
        nonlocal at
        at += CHUNK
        return data[at : at + CHUNK]

    return following


def chunks_from(stream: IO[bytes]) -> Callable[[], bytes]:
    """Give a function that hands out a stream piece by piece."""
    return lambda: stream.read(CHUNK)
