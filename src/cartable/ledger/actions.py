"""The only doors by which something moves in the ledger. Each is safe to repeat with the same ids."""

from collections.abc import Iterable, Sequence
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
    with transaction.atomic():
        account = (
            _locked({(resource, code)}).get((resource, code))
            or _open({(resource, code): floor})[resource, code]
        )
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


@transaction.atomic
def post_many(*, actor: Actor | None, transfers: Sequence[NewTransfer]) -> list[Transfer]:
    """Post transfers in the order given, all or none, with few queries; give them in that order."""
    for new in transfers:
        _check(new)
    accounts = _accounts(transfers)
    known = Transfer.objects.in_bulk([new.transfer_id for new in transfers], field_name="public_id")
    firsts = _firsts(transfers)
    rows = dict(known)
    for new in transfers:
        row = _row(new, actor, accounts, firsts)
        if _content(rows.setdefault(new.transfer_id, row)) != _content(row):
            raise _key_reused()
    _insert([row for key, row in rows.items() if key not in known], accounts)
    return [rows[new.transfer_id] for new in transfers]


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


def _accounts(transfers: Iterable[NewTransfer]) -> dict[Key, Account]:
    """Lock the accounts of the transfers, in the order of ids; open those that are missing."""
    keys = {(new.resource, code) for new in transfers for code in (new.source, new.target)}
    accounts = _locked(keys)
    missing = keys - accounts.keys()
    if missing:
        floors = {key: None if key[1].startswith(FLOORLESS) else 0 for key in missing}
        accounts |= _open(floors, {row.resource.code: row.resource for row in accounts.values()})
    return accounts


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


def _open(floors: dict[Key, int | None], known: dict[str, Resource] | None = None) -> dict[Key, Account]:
    """Open accounts; `known` are resources that were fetched already."""
    resources = known or {}
    wanted = {resource for resource, _code in floors} - resources.keys()
    if wanted:
        resources |= {row.code: row for row in Resource.objects.filter(code__in=wanted)}
    if any(resource not in resources for resource, _code in floors):
        raise Refused(
            "resource_unknown",
            _("Cette ressource n'existe pas encore ; créez d'abord l'article ou la ligne."),
        )
    # In the order of codes, so that two who open the same accounts wait for each other and never in a ring.
    new = [Account(resource=resources[key[0]], code=key[1], floor=floors[key]) for key in sorted(floors)]
    try:
        with transaction.atomic():
            return {(row.resource.code, row.code): row for row in Account.objects.bulk_create(new)}
    except IntegrityError:  # somebody was faster with one of them
        Account.objects.bulk_create(new, ignore_conflicts=True)
        return _locked(set(floors))


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


def _insert(rows: list[Transfer], accounts: dict[Key, Account]) -> None:
    try:
        with transaction.atomic():
            Transfer.objects.bulk_create(rows)
    except IntegrityError as error:
        refusal = _refusal(str(error), rows, accounts)
        if refusal is None:
            raise
        raise refusal from error


def _refusal(message: str, rows: list[Transfer], accounts: dict[Key, Account]) -> Refused | None:
    """Say in words what the store's rule refused; None where it is a defect of the program."""
    if "ledger:not_enough" in message:
        return _not_enough(rows, accounts)
    if "ledger:not_reverse" in message:
        return Refused("not_reverse", _("Une annulation doit être l'exact inverse de la première écriture."))
    if Transfer.objects.filter(public_id__in=[row.public_id for row in rows[:900]]).exists():
        return _key_reused()
    if any(row.reverses for row in rows):
        return Refused("already_reversed", _("Cette écriture a déjà été annulée ; rechargez la page."))
    return None


def _not_enough(rows: list[Transfer], accounts: dict[Key, Account]) -> Refused:
    """Name the first transfer for which its source has too little, from the balances that were locked."""
    balances = {account.pk: account.balance for account in accounts.values()}
    for row in rows:
        if row.source.floor is not None and balances[row.source_id] - row.amount < row.source.floor:
            break
        balances[row.source_id] -= row.amount
        balances[row.target_id] += row.amount
    left = balances[row.source_id]
    shown = (left, row.amount) if row.resource.unit == Unit.PIECE else (_euros(left), _euros(row.amount))
    sentence = _(
        "« %(label)s » : il reste %(left)s, il faudrait %(asked)s. Diminuez la quantité ou attendez une entrée."
    )
    return Refused(
        "not_enough",
        sentence % {"label": row.resource.label, "left": shown[0], "asked": shown[1]},
        field="amount",
    )


def _euros(cents: int) -> str:
    return f"{cents // 100},{cents % 100:02d} €"


def _key_reused() -> Refused:
    return Refused(
        "key_reused", _("Cette opération a déjà été enregistrée avec un autre contenu ; rechargez la page.")
    )


def _transfer_unknown() -> Refused:
    return Refused("transfer_unknown", _("L'écriture à annuler est introuvable ; rechargez la page."))
