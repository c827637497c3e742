"""What `cartable check` asks of the journal: is every entry still there, in order, and as it was written?"""

import hmac
from collections.abc import Iterator

from cartable.foundation.damage import Damage
from cartable.journal.chain import START, entry_hash, head_mac
from cartable.journal.models import Entry, Head


COLUMNS = ("seq", "at", "actor", "verb", "target", "reason", "data", "text_sha256", "previous_hash", "hash")


def damages() -> list[Damage]:
    """List what was edited, removed, reordered or cut off; the chain is read once, without being held in memory."""
    return list(_walk())


def _walk() -> Iterator[Damage]:
    count, last_hash = 0, START
    for *fields, written in Entry.objects.order_by("seq").values_list(*COLUMNS).iterator(chunk_size=5000):
        seq, previous_hash = fields[0], fields[-1]
        if seq != count + 1:
            yield Damage(
                "journal_gap", f"Journal : {seq - count - 1} entrée(s) manquent avant l'entrée {seq}."
            )
        elif previous_hash != last_hash:
            yield Damage("journal_order", f"Journal : l'entrée {seq} ne suit pas l'entrée {count}.")
        if entry_hash(*fields) != written:
            yield Damage("journal_edited", f"Journal : l'entrée {seq} a été modifiée après coup.")
        count, last_hash = seq, written
    yield from _end(count, last_hash)


def _end(count: int, last_hash: str) -> Iterator[Damage]:
    head = Head.objects.first()
    if head is None:
        if count:
            yield Damage("journal_head_missing", "Journal : la fin de la chaîne n'est plus inscrite.")
        return
    if not hmac.compare_digest(head.mac, head_mac(head.count, head.last_hash)):
        yield Damage(
            "journal_head_forged", "Journal : la fin de la chaîne n'a pas été écrite par ce programme."
        )
    if (head.count, head.last_hash) != (count, last_hash):
        yield Damage(
            "journal_cut",
            f"Journal : la chaîne s'arrête à l'entrée {count}, alors que {head.count} ont été écrites.",
        )
