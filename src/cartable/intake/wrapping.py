"""What a file really is, seen from its first bytes; archives are opened under limits, before any parser."""

import gzip
import re
import zlib
from io import BufferedReader, RawIOBase
from typing import IO, Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from cartable.intake.contracts import MEGABYTE, Limits
from cartable.intake.stops import Stop


CHUNK = 64 * 1024
# Below this size, a high ratio is no bomb: a sheet of equal lines shrinks a lot.
SMALL = 10 * MEGABYTE
ODS = b"application/vnd.oasis.opendocument.spreadsheet"
SIGNATURES = (
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"{\\rtf", "word"),
    (b"7z\xbc\xaf", "archive"),
    (b"Rar!", "archive"),
    (b"BZh", "archive"),
    (b"\xfd7zXZ", "archive"),
    (b"\x28\xb5\x2f\xfd", "archive"),
    (b"\x7fELF", "program"),
    (b"MZ\x90", "program"),
    (b"SQLite format 3", "database"),
    (b"PAR1", "parquet"),
)
JSON = (b'{"', b"[{", b"{\n", b"{\r", b'{ "', b"{\t")
NESTED = {"zip", "gzip", "archive"}
READ_ERRORS = (BadZipFile, zlib.error, EOFError, gzip.BadGzipFile, NotImplementedError, RuntimeError)
MACROS = re.compile(r"(^|/)(vbaproject\.bin|basic/|scripts/|macrosheets/)", re.IGNORECASE)


class Bounded(RawIOBase):
    """A stream that stops a bomb: it counts what really comes out, whatever the headers say."""

    def __init__(self, source: IO[bytes], allowed: int) -> None:
        self.source = source
        self.left = allowed

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        try:
            data = self.source.read(len(buffer))
        except READ_ERRORS:
            raise Stop("damaged") from None
        self.left -= len(data)
        if self.left < 0:
            raise Stop("bomb")
        buffer[: len(data)] = data
        return len(data)


def kind_of_bytes(head: bytes) -> str:
    """Name what the first bytes are: an archive, a picture… else `xml`, `html` or `text`."""
    for start, kind in SIGNATURES:
        if head.startswith(start):
            return kind
    text = head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html")):
        return "html"
    if text.startswith(b"<"):
        return "xml"
    return "json" if text.startswith(JSON) else "text"


def allowed_for(packed: int, limits: Limits) -> int:
    """Give the bytes that `packed` bytes may become."""
    return min(limits.max_unzipped, max(SMALL, packed * limits.max_ratio))


def unwrap(file: BufferedReader, size: int, limits: Limits) -> tuple[str, BufferedReader]:
    """Give (`text`, `xml`, `json`, `xlsx`, `ods` or `parquet`, the stream to read); raises Stop for everything else."""
    kind = kind_of_bytes(_head(file))
    if kind == "zip":
        return _unzip(file, size, limits)
    if kind == "gzip":
        return _inner(gzip.GzipFile(fileobj=file), size, limits)
    if kind == "ole":
        raise Stop("encrypted" if _is_encrypted(file) else "wrong_type", seen="xls")
    return _plain(kind, BufferedReader(Bounded(file, limits.max_bytes), CHUNK))


def _head(file: BufferedReader) -> bytes:
    head = file.read(CHUNK)
    file.seek(0)
    return head


def _plain(kind: str, stream: Any) -> tuple[str, BufferedReader]:
    if kind not in {"text", "xml", "parquet", "json"}:
        raise Stop("wrong_type", seen=kind)
    return kind, stream


def _inner(source: Any, packed: int, limits: Limits) -> tuple[str, BufferedReader]:
    stream = BufferedReader(Bounded(source, allowed_for(packed, limits)), CHUNK)
    kind = kind_of_bytes(stream.peek(CHUNK))
    if kind in NESTED:
        raise Stop("nested")
    return _plain(kind, stream)


def _is_encrypted(file: BufferedReader) -> bool:
    file.seek(0)
    return "EncryptedPackage".encode("utf-16-le") in file.read(MEGABYTE)


def _unzip(file: BufferedReader, size: int, limits: Limits) -> tuple[str, BufferedReader]:
    try:
        archive = ZipFile(file)
        entries = archive.infolist()
    except (*READ_ERRORS, ValueError, OSError):
        raise Stop("damaged") from None
    _check_names(entries, limits)
    names = {entry.filename for entry in entries}
    if "[Content_Types].xml" in names or "mimetype" in names:
        kind = _workbook_kind(archive, names)
        _weigh(archive, entries, size, limits)
        file.seek(0)
        return kind, file
    files = [entry for entry in entries if not entry.is_dir() and not entry.filename.startswith("__MACOSX/")]
    if len(files) != 1:
        raise Stop("several_files" if files else "empty")
    return _inner(_open(archive, files[0]), size, limits)


def _check_names(entries: list[ZipInfo], limits: Limits) -> None:
    if len(entries) > limits.max_entries:
        raise Stop("bomb")
    names = [entry.filename for entry in entries]
    parts = [re.split(r"[\\/]", name) for name in names]
    if any(".." in part or part[0] == "" or ":" in part[0] for part in parts) or len(set(names)) < len(names):
        raise Stop("bad_names")
    if entries and min(entry.header_offset for entry in entries) > 0:
        raise Stop("damaged")  # something stands before the archive: a file of two kinds
    if any(entry.flag_bits & 1 for entry in entries):
        raise Stop("encrypted")


def _open(archive: ZipFile, entry: ZipInfo) -> IO[bytes]:
    try:
        return archive.open(entry)
    except (*READ_ERRORS, ValueError, OSError):
        raise Stop("damaged") from None


def _workbook_kind(archive: ZipFile, names: set[str]) -> str:
    if any(MACROS.search(name) for name in names):
        raise Stop("macros")
    if "mimetype" in names:
        if _start_of(archive, "mimetype") != ODS:
            raise Stop("wrong_type", seen="document")
        if b"encryption-data" in _start_of(archive, "META-INF/manifest.xml"):
            raise Stop("encrypted")
        return "ods"
    if "xl/workbook.xml" not in names:
        raise Stop("wrong_type", seen="xlsb" if "xl/workbook.bin" in names else "document")
    if b"macroEnabled" in _start_of(archive, "[Content_Types].xml"):
        raise Stop("macros")
    return "xlsx"


def _start_of(archive: ZipFile, name: str) -> bytes:
    try:
        with archive.open(name) as file:
            return file.read(MEGABYTE)
    except (*READ_ERRORS, KeyError, ValueError, OSError):
        raise Stop("damaged") from None


def _weigh(archive: ZipFile, entries: list[ZipInfo], size: int, limits: Limits) -> None:
    """Unpack every part of a workbook into the void: no bomb, no archive inside, no DTD."""
    left = allowed_for(size, limits)
    for entry in entries:
        stream = Bounded(_open(archive, entry), left)
        start = tail = b""
        while chunk := stream.read(CHUNK):
            start = start or chunk
            if b"<!DOCTYPE" in tail + chunk or b"<!ENTITY" in tail + chunk:
                raise Stop("dtd")
            tail = chunk[-10:]
        if kind_of_bytes(start) in NESTED:
            raise Stop("nested")
        left = stream.left
