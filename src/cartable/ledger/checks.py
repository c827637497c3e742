"""What `cartable check` asks of the ledger."""

from collections import Counter
from collections.abc import Iterator

from django.db.models import F, Sum

from cartable.foundation import store_rules
from cartable.foundation.damage import Damage
from cartable.ledger.models import Account, Transfer
from cartable.ledger.queries import unbalanced


def damages() -> list[Damage]:
    """List what does not add up, and the rules of the store (of every room) that are missing or altered."""
    return [*store_rules.damages(), *_sums(), *_balances(), *_floors(), *_mixed(), *_reversals()]


def _sums() -> Iterator[Damage]:
    for code, total in unbalanced():
        yield Damage(
            "ledger_sum", f"La ressource {code} ne s'équilibre pas : la somme de ses comptes est {total}."
        )


def _balances() -> Iterator[Damage]:
    recomputed: Counter[int] = Counter()
    for side, sign in (("source", -1), ("target", 1)):
        for account, amount in Transfer.objects.values_list(side).annotate(total=Sum("amount")).order_by():
            recomputed[account] += sign * amount
    for account in Account.objects.select_related("resource").order_by("id").iterator():
        if account.balance != recomputed[account.pk]:
            yield Damage(
                "ledger_balance",
                f"Le compte {account.code} ({account.resource.code}) porte {account.balance} "
                f"alors que ses écritures donnent {recomputed[account.pk]}.",
            )


def _floors() -> Iterator[Damage]:
    for account in Account.objects.filter(balance__lt=F("floor")).order_by("id"):
        yield Damage(
            "ledger_floor", f"Le compte {account.code} est descendu sous son plancher : {account.balance}."
        )


def _mixed() -> Iterator[Damage]:
    rows = Transfer.objects.exclude(resource=F("source__resource"), resource_id=F("target__resource"))
    for transfer in rows.order_by("id"):
        yield Damage("ledger_mixed", f"L'écriture {transfer.public_id} mêle deux ressources.")


def _reversals() -> Iterator[Damage]:
    exact = {
        "source": F("reverses__target"),
        "target": F("reverses__source"),
        "amount": F("reverses__amount"),
        "reverses__reverses": None,
    }
    for transfer in Transfer.objects.filter(reverses__isnull=False).exclude(**exact).order_by("id"):
        yield Damage(
            "ledger_reversal", f"L'écriture {transfer.public_id} n'est pas l'inverse de celle qu'elle annule."
        )
