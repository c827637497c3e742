"""Reads of the ledger: balances by account code, and whether everything still sums to zero."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import Q, QuerySet, Sum

from cartable.ledger.models import Account, Resource, Transfer


def balance(resource: str, code: str) -> int:
    """Give the balance of one account, in cents or pieces; 0 where it was never opened."""
    return balances(resource, [code])[code]


def balances(resource: str, codes: Iterable[str]) -> dict[str, int]:
    """Give the balances of accounts by code, in cents or pieces; 0 where one was never opened."""
    wanted = dict.fromkeys(codes, 0)
    rows = Account.objects.filter(resource__code=resource)
    if len(wanted) <= 500:
        rows = rows.filter(code__in=wanted)
    return wanted | {code: n for code, n in rows.values_list("code", "balance") if code in wanted}


def transfers(resource: str, code: str) -> QuerySet[Transfer]:
    """Give the transfers in and out of one account, the newest first."""
    through = Q(source__code=code) | Q(target__code=code)
    return Transfer.objects.filter(through, resource__code=resource).order_by("-id")


def steps_by_day(
    *,
    accounts: Iterable[int] | None = None,
    resources: Iterable[str] | None = None,
    after: date | None = None,
) -> dict[int, Counter[date]]:
    """Give by account id what came to it, less what left it, on each day (on those later than `after`): one query.

    Of these accounts, by id, or of all those of these resources. Ids and no subquery: where much has just been written,
    PostgreSQL may run a subquery again for each row.
    """
    rows = Transfer.objects.order_by()
    rows = rows.filter(value_date__gt=after) if after else rows
    rows = rows.filter(resource__code__in=list(resources)) if resources is not None else rows
    ids = None if accounts is None else list(accounts)
    sent, received = (
        (rows if ids is None else rows.filter(**{f"{side}__in": ids}))
        .values_list(side, "value_date")
        .annotate(moved=sign * Sum("amount"))
        for side, sign in (("source", -1), ("target", 1))
    )
    steps: dict[int, Counter[date]] = defaultdict(Counter)
    for account, day, moved in sent.union(received, all=True):
        steps[account][day] += int(moved)
    return steps


def received_after(account: int, day: date) -> bool:
    """Tell whether anything came to an account, given by id, on a later day than `day`."""
    return Transfer.objects.filter(target=account, value_date__gt=day).exists()


def held_before(account: int, day: date) -> int:
    """Give what an account, given by id, held when `day` began, in cents or pieces."""
    rows = Transfer.objects.order_by().filter(value_date__lt=day)
    came, went = (
        rows.filter(**{side: account}).values_list(side).annotate(n=sign * Sum("amount"))
        for side, sign in (("target", 1), ("source", -1))
    )
    return sum(int(moved) for _account, moved in came.union(went, all=True))


def unbalanced() -> list[tuple[str, int]]:
    """List the resources whose accounts do not sum to zero, with the sum."""
    sums = Resource.objects.annotate(total=Sum("accounts__balance", default=0)).exclude(total=0)
    return list(sums.order_by("code").values_list("code", "total"))


def sum_is_zero() -> bool:
    """Tell whether each resource sums to zero over all its accounts."""
    return not unbalanced()
