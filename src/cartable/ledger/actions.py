"""The only doors by which something moves in the ledger. Each is safe to repeat with the same ids."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.ledger.models import LARGEST_AMOUNT, Account, Resource, Transfer, Unit


Key = tuple[str, str]
FLOORLESS = "outside:"
# How many codes or ids one query names.
BATCH = 500
T = TypeVar("T")


class Actor(Protocol):
    """Whoever acts: an account of a person; the system itself is None."""

    public_id: UUID


@dataclass(frozen=True, slots=True)
class NewTransfer:
    """What to post: `amount` in cents or pieces, `source` and `target` as account codes, the id made beforehand."""

    transfer_id: UUID
    resource: str
    source: str
    target: str
    amount: int
    value_date: date
    reason: str
    reference: str = ""
    reverses: UUID | None = None


def open_resource(*, code: str, unit: str = Unit.PIECE, label: str = "") -> Resource:
    """Give the resource of that code, made at the first call."""
    resource, _made = Resource.objects.get_or_create(
        code=code, defaults={"unit": unit, "label": label or code}
    )
    if resource.unit != unit:
        raise Refused("unit_differs", _("Cette ressource se compte déjà dans une autre unité."))
    return resource


def open_account(*, resource: str, code: str, floor: int | None = 0) -> Account:
    """Give the account of that resource and code, made at the first call with `floor` (0, or None for no floor)."""
    key = resource, code
    with transaction.atomic():
        account = _locked({key}).get(key) or _open({key: floor})[key]
    if account.floor != floor:
        raise Refused("floor_differs", _("Ce compte existe déjà avec un autre plancher."))
    return account


def post(
    *,
    actor: Actor | None,
    transfer_id: UUID,
    resource: str,
    source: str,
    target: str,
    amount: int,
    value_date: date,
    reason: str,
    reference: str = "",
    reverses: UUID | None = None,
) -> Transfer:
    """Post one transfer; a repeat with the same id and content gives the first one.

    Accounts are opened on the way: no floor for a code beginning with `outside:`, else 0. Refuses `key_reused`
    (same id, other content), `not_enough`, `amount_not_positive`, `same_account`, `resource_unknown`,
    `transfer_unknown`, `not_reverse`, `already_reversed`.
    """
    new = NewTransfer(
        transfer_id, resource, source, target, amount, value_date, reason, str(reference), reverses
    )
    return post_many(actor=actor, transfers=[new])[0]


def post_many(*, actor: Actor | None, transfers: Sequence[NewTransfer]) -> list[Transfer]:
    """Post transfers in the order given, all or none, with few queries; give them in that order.

    The rows are sent as if all were new. Only where the store refuses them are repeats looked for: it knows them by
    their ids, and sees a repeat before a lack.
    """
    for new in transfers:
        _check(new)
    with nullcontext() if transaction.get_connection().in_atomic_block else transaction.atomic():
        try:
            return _post(actor, transfers, {})
        except IntegrityError as error:
            if refusal := _refusal(str(error), transfers):
                raise refusal from error
        return _post_the_rest(actor, transfers)


def _post(
    actor: Actor | None, transfers: Sequence[NewTransfer], known: dict[UUID, Transfer]
) -> list[Transfer]:
    """Open the accounts that are missing and insert what is not `known`, in one savepoint."""
    keys = _keys(transfers)
    accounts, firsts = _locked(keys), _firsts(transfers)
    with transaction.atomic():
        if missing := keys - accounts.keys():
            accounts |= _insert_accounts(_floors(missing), {row.resource for row in accounts.values()})
        rows = dict(known)
        for new in transfers:
            row = _row(new, actor, accounts, firsts)
            if _content(rows.setdefault(new.transfer_id, row)) != _content(row):
                raise _key_reused()
        Transfer.objects.bulk_create([row for key, row in rows.items() if key not in known])
    return [rows[new.transfer_id] for new in transfers]


def _post_the_rest(actor: Actor | None, transfers: Sequence[NewTransfer]) -> list[Transfer]:
    """Post transfers of which some were posted before, or whose accounts somebody else has just opened."""
    known = Transfer.objects.in_bulk([new.transfer_id for new in transfers], field_name="public_id")
    keys = _keys(transfers)
    if missing := keys - _locked(keys).keys():
        _open(_floors(missing))
    try:
        return _post(actor, transfers, known)
    except IntegrityError as error:
        refusal = _refusal(str(error), [new for new in transfers if new.transfer_id not in known])
        if refusal is None and any(new.reverses for new in transfers):
            refusal = Refused("already_reversed", _("Cette écriture a déjà été annulée ; rechargez la page."))
        if refusal is None:
            raise
        raise refusal from error


def reverse(
    *, actor: Actor | None, transfer_id: UUID, new_id: UUID, reason: str, value_date: date
) -> Transfer:
    """Post the exact opposite of a transfer, naming it; once only, and never of a reversal."""
    first = (
        Transfer.objects.select_related("resource", "source", "target").filter(public_id=transfer_id).first()
    )
    if first is None:
        raise _transfer_unknown()
    return post(
        actor=actor,
        transfer_id=new_id,
        resource=first.resource.code,
        source=first.target.code,
        target=first.source.code,
        amount=first.amount,
        value_date=value_date,
        reason=reason,
        reference=first.reference,
        reverses=transfer_id,
    )


def _check(new: NewTransfer) -> None:
    if (
        isinstance(new.amount, bool)
        or not isinstance(new.amount, int)
        or not 0 < new.amount <= LARGEST_AMOUNT
    ):
        raise Refused(
            "amount_not_positive", _("Indiquez une quantité entière, supérieure à zéro."), field="amount"
        )
    if new.source == new.target:
        raise Refused(
            "same_account", _("Le départ et l'arrivée sont identiques ; choisissez deux lieux différents.")
        )


def _keys(transfers: Iterable[NewTransfer]) -> set[Key]:
    return {(new.resource, code) for new in transfers for code in (new.source, new.target)}


def _floors(keys: Iterable[Key]) -> dict[Key, int | None]:
    return {key: None if key[1].startswith(FLOORLESS) else 0 for key in keys}


def _locked(keys: set[Key]) -> dict[Key, Account]:
    """Give the accounts of these keys that exist, locked in the order of ids."""
    rows = Account.objects.select_related("resource").select_for_update(of=("self",), no_key=True)
    rows = rows.order_by("id")
    resources = {resource for resource, _code in keys}
    if len(keys) <= BATCH:
        parts = [rows.filter(resource__code__in=resources, code__in={code for _resource, code in keys})]
    else:  # the ids first, without a lock, so that a large batch too locks in their order
        parts = [rows.filter(pk__in=ids) for ids in _batches(sorted(_ids(resources, keys)))]
    found = {(row.resource.code, row.code): row for part in parts for row in part}
    return {key: found[key] for key in keys & found.keys()}


def _ids(resources: set[str], keys: set[Key]) -> set[int]:
    return {
        pk
        for codes in _batches(sorted({code for _resource, code in keys}))
        for pk in Account.objects.filter(resource__code__in=resources, code__in=codes).values_list(
            "pk", flat=True
        )
    }


def _batches(values: list[T]) -> list[list[T]]:
    return [values[start : start + BATCH] for start in range(0, len(values), BATCH)]


def _open(floors: dict[Key, int | None]) -> dict[Key, Account]:
    """Open accounts, even where somebody else is faster with one of them."""
    try:
        with transaction.atomic():
            return _insert_accounts(floors)
    except IntegrityError:
        Account.objects.bulk_create(_new_accounts(floors), ignore_conflicts=True)
        return _locked(set(floors))


def _insert_accounts(
    floors: dict[Key, int | None], resources: Collection[Resource] = ()
) -> dict[Key, Account]:
    rows = Account.objects.bulk_create(_new_accounts(floors, resources))
    return {(row.resource.code, row.code): row for row in rows}


def _new_accounts(floors: dict[Key, int | None], resources: Collection[Resource] = ()) -> list[Account]:
    """Make accounts; `resources` were fetched already.

    In the order of codes, so that two who open the same accounts wait for each other and never in a ring.
    """
    known = {row.code: row for row in resources}
    if wanted := {resource for resource, _code in floors} - known.keys():
        known |= {row.code: row for row in Resource.objects.filter(code__in=wanted)}
    if any(resource not in known for resource, _code in floors):
        raise Refused(
            "resource_unknown",
            _("Cette ressource n'existe pas encore ; créez d'abord l'article ou la ligne."),
        )
    return [Account(resource=known[key[0]], code=key[1], floor=floors[key]) for key in sorted(floors)]


def _firsts(transfers: Iterable[NewTransfer]) -> dict[UUID, Transfer]:
    wanted = {new.reverses for new in transfers if new.reverses}
    firsts = Transfer.objects.in_bulk(wanted, field_name="public_id") if wanted else {}
    if wanted - firsts.keys():
        raise _transfer_unknown()
    return firsts


def _row(
    new: NewTransfer, actor: Actor | None, accounts: dict[Key, Account], firsts: dict[UUID, Transfer]
) -> Transfer:
    source = accounts[new.resource, new.source]
    return Transfer(
        public_id=new.transfer_id,
        resource=source.resource,
        source=source,
        target=accounts[new.resource, new.target],
        amount=new.amount,
        value_date=new.value_date,
        actor=actor.public_id if actor else None,
        reason_code=new.reason,
        reference=str(new.reference),
        reverses=firsts[new.reverses] if new.reverses else None,
    )


def _content(row: Transfer) -> tuple[object, ...]:
    ids = row.resource_id, row.source_id, row.target_id, row.reverses_id
    return *ids, row.amount, row.value_date, row.reason_code, row.reference


def _refusal(message: str, transfers: Sequence[NewTransfer]) -> Refused | None:
    """Say in words what the store's rule refused, where it says which one."""
    if "ledger:not_enough" in message:
        return _not_enough(transfers)
    if "ledger:not_reverse" in message:
        return Refused("not_reverse", _("Une annulation doit être l'exact inverse de la première écriture."))
    return None


def _not_enough(transfers: Sequence[NewTransfer]) -> Refused:
    """Name the first transfer for which its source has too little, from balances that stay locked."""
    keys = _keys(transfers)
    accounts = _locked(keys)
    floors = _floors(keys) | {key: account.floor for key, account in accounts.items()}
    balances = Counter({key: account.balance for key, account in accounts.items()})
    for new in transfers:
        source = new.resource, new.source
        if floors[source] is not None and balances[source] < new.amount:
            break
        balances[source] -= new.amount
        balances[new.resource, new.target] += new.amount
    resource = Resource.objects.get(code=new.resource)
    shown = [one if resource.unit == Unit.PIECE else _euros(one) for one in (balances[source], new.amount)]
    sentence = _(
        "« %(label)s » : il reste %(left)s, il faudrait %(asked)s. Diminuez la quantité ou attendez une entrée."
    )
    said = {"label": resource.label, "left": shown[0], "asked": shown[1]}
    return Refused("not_enough", sentence % said, field="amount")


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d} €"


def _key_reused() -> Refused:
    return Refused(
        "key_reused", _("Cette opération a déjà été enregistrée avec un autre contenu ; rechargez la page.")
    )


def _transfer_unknown() -> Refused:
    return Refused("transfer_unknown", _("L'écriture à annuler est introuvable ; rechargez la page."))
