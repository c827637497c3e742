"""Look for words in everything that a store leaves behind: rows, files, logs, sessions, in whatever dress.

A word is found whatever its case and accents, in UTF-8, Latin-1 or UTF-16, as base64, hexadecimal, a percent-encoded
address, a JSON or mail escape, and inside what is compressed.
"""

import base64
import gzip
import io
import json
import logging
import quopri
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.db.utils import load_backend
from pypdf import PdfReader


@contextmanager
def on_the_store(address: str) -> Iterator[None]:
    """Let this thread work on the store of that address, with transactions that really end."""
    place = urlsplit(address).path
    usual, settings = connections["default"], connections.settings["default"]
    name = place if usual.vendor == "sqlite" else place.lstrip("/")
    other = load_backend(settings["ENGINE"]).DatabaseWrapper({**settings, "NAME": name}, "default")
    connections["default"] = other
    try:
        yield
    finally:
        other.close()
        connections["default"] = usual


ACCENTS = re.compile("[\u0300-\u036f]+")


def fold(text: str) -> str:
    """Give text without case and accents."""
    return ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))


def found(words: Iterable[str], said: bytes) -> set[str]:
    """Give the words that stand in `said`, in clear or in any dress."""
    plain = "\n".join(fold(text) for text in _texts(said))
    packed, figures = said.translate(URL_SAFE), said.lower()
    return {
        word
        for word in words
        if fold(word) in plain
        or any(part in packed for part in _base64_parts(word))
        or any(part in figures for part in _figures(word))
    }


URL_SAFE = bytes.maketrans(b"-_", b"+/")


def _texts(said: bytes) -> Iterator[str]:
    """Read bytes as text in every encoding, with their mail and address escapes undone."""
    for data in (said, *_unpacked(said)):
        for encoding in ("utf-8", "latin-1", "utf-16-le"):
            yield data.decode(encoding, "replace")
        yield unquote_to_bytes(data).decode("utf-8", "replace")
        yield quopri.decodestring(data).decode("utf-8", "replace")


def _unpacked(said: bytes) -> Iterator[bytes]:
    """Give what a whole file holds when it is not packed: the text of a PDF, the members of a zip."""
    for unpack in (gzip.decompress, zlib.decompress):
        with suppress(OSError, EOFError, zlib.error):
            yield unpack(said)
    if said.startswith(b"%PDF"):
        yield "".join(page.extract_text() for page in PdfReader(io.BytesIO(said)).pages).encode()
    if said.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(said)) as archive:
            yield from map(archive.read, archive.namelist())


def _forms(word: str) -> set[bytes]:
    """Give the bytes of a word as people and programs write it."""
    bare = ACCENTS.sub("", unicodedata.normalize("NFKD", word))
    spoken = {form for one in (word, bare) for form in (one, one.upper(), one.lower(), one.title())}
    spoken |= {json.dumps(form)[1:-1] for form in spoken}
    return {form.encode(encoding) for form in spoken for encoding in ("utf-8", "latin-1", "utf-16-le")}


@cache
def _base64_parts(word: str) -> set[bytes]:
    """Give what base64 makes of a word, at each of three places in a longer text, without the ends it shares."""
    parts = set()
    for form in _forms(word):
        for before in range(3):
            packed = base64.b64encode(b"\0" * before + form).rstrip(b"=")
            shared = -1 if (before + len(form)) % 3 else None
            parts.add(packed[-(-before * 8 // 6) : shared])
    return parts


@cache
def _figures(word: str) -> set[bytes]:
    """Give a word in hexadecimal, in JSON's escapes, and in an address of Latin-1."""
    said = {word, word.upper(), word.lower()}
    escaped = {json.dumps(one)[1:-1].lower().encode() for one in said}
    addresses = {quote(one, encoding="latin-1", errors="replace").lower().encode() for one in said}
    return {form.hex().encode() for form in _forms(word)} | escaped | addresses


def rows() -> Iterator[tuple[str, bytes]]:
    """Give every value of every table, and what the sessions hold."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            yield f"table {table}", b"\n".join(_bytes(value) for row in cursor.fetchall() for value in row)
    held = [session.get_decoded() for session in Session.objects.all()]
    yield "the sessions", repr(held).encode() if held else b""


def _bytes(value: Any) -> bytes:
    return bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()


def store_files() -> Iterator[tuple[str, bytes]]:
    """Give the files in which the store keeps its pages, with what was deleted and not yet written over."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            places = [Path(f"{connection.settings_dict['NAME']}{end}") for end in ("", "-wal", "-journal")]
        else:
            cursor.execute("CHECKPOINT")
            cursor.execute(
                "SELECT current_setting('data_directory'), oid FROM pg_database WHERE datname = current_database()"
            )
            directory, oid = cursor.fetchone()
            places = [*Path(directory, "base", str(oid)).glob("*"), Path(directory, "log")]
    for place in places:
        if place.is_file():
            yield f"store file {place.name}", place.read_bytes()


def files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Give every file under a folder, and all their names."""
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    yield "the names of files", "\n".join(map(str, paths)).encode()
    for path in paths:
        yield f"file {path.relative_to(folder)}", path.read_bytes()


@contextmanager
def listening(handler: logging.Handler) -> Iterator[None]:
    """Let `handler` hear every logger at every level, those too that pass nothing on."""
    alone = [one for one in map(logging.getLogger, logging.root.manager.loggerDict) if not one.propagate]
    for logger in alone:
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in alone:
            logger.removeHandler(handler)
