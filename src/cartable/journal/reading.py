"""The chain read from end to end as texts, in chunks, without an object for each entry and without a lock."""

from collections.abc import Iterator

from django.db import connection

from cartable.journal.chain import READ


CHUNK = 20_000
Row = tuple[str, ...]


def rows_after(seq: int) -> Iterator[Row]:
    """Give the entries after `seq` in order: the texts that are hashed, then the hash that was written."""
    while rows := _chunk(seq):
        yield from rows
        seq = int(rows[-1][0])


def _chunk(seq: int) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(READ[connection.vendor], [seq, CHUNK])
        return cursor.fetchall()
