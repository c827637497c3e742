"""What `cartable check` asks of the journal: is every entry still there, in order, and as it was written?"""

import hmac
from collections.abc import Iterator, Sequence

from cartable.foundation.damage import Damage
from cartable.journal import checkpoints
from cartable.journal.chain import START, hash_of, head_mac
from cartable.journal.checkpoints import Checkpoint
from cartable.journal.models import Head, Mark
from cartable.journal.reading import rows_after


BEFORE_ALL = -(2**63)


def damages() -> list[Damage]:
    """List what was edited, removed, reordered, rewritten or cut off, in the chain and in its checkpoints."""
    found, mark = checkpoints.read(), Mark.objects.first()
    of_file = checkpoints.damages(found, mark.number if mark else 0, mark.line_hash if mark else "")
    return [*_walk(checkpoints.trusted(found)), *of_file]


def _walk(seen: list[Checkpoint]) -> Iterator[Damage]:
    """Read the chain once, without holding it in memory; the head is read last, so it may only be further on."""
    hashes = {one.seq: one.hash for one in seen}
    count, last_hash, rewritten = 0, START, 0
    for texts in rows_after(BEFORE_ALL):
        written, previous_hash = texts[-1], texts[-2]
        seq = int(texts[0])
        if seq != count + 1 or previous_hash != last_hash or _hash(texts[:-1]) != written:
            yield from _faults(texts, count, last_hash)
        if seq in hashes and hashes.pop(seq) != written:
            rewritten = rewritten or seq
        count, last_hash = seq, written
    if rewritten:
        yield Damage(
            "journal_rewritten",
            f"Journal : l'entrée {rewritten} n'est plus celle qu'un point de contrôle a vue ; elle a été réécrite,"
            " ou une entrée d'avant elle.",
        )
    if beyond := [seq for seq in hashes if seq > count]:
        yield Damage(
            "journal_shorter",
            f"Journal : un point de contrôle a vu l'entrée {max(beyond)}, et la chaîne s'arrête à l'entrée {count}.",
        )
    yield from _end(count, last_hash)


def _hash(texts: Sequence[str]) -> str:
    try:
        return hash_of(texts)
    except TypeError:
        return ""  # something that is no text was put where texts stand


def _faults(texts: Sequence[str], count: int, last_hash: str) -> Iterator[Damage]:
    seq = int(texts[0])
    if seq != count + 1:
        yield Damage("journal_gap", f"Journal : {seq - count - 1} entrée(s) manquent avant l'entrée {seq}.")
    elif texts[-2] != last_hash:
        yield Damage("journal_order", f"Journal : l'entrée {seq} ne suit pas l'entrée {count}.")
    if _hash(texts[:-1]) != texts[-1]:
        yield Damage("journal_edited", f"Journal : l'entrée {seq} a été modifiée après coup.")


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
    for *_texts, written in rows_after(count):  # since the end was reached
        if count >= head.count:
            break
        count, last_hash = count + 1, written
    if (head.count, head.last_hash) != (count, last_hash):
        yield Damage(
            "journal_cut",
            f"Journal : la chaîne s'arrête à l'entrée {count}, alors que {head.count} ont été écrites.",
        )
