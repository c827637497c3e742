"""What `cartable check` asks of money: do the rows, recounted one by one, tell what the ledger holds?"""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from django.db.models import Exists, F, OuterRef, Q, Sum

from cartable.foundation.damage import Damage
from cartable.funding import codes
from cartable.funding.ceilings import opened, reached
from cartable.funding.enums import BINDING, CommitmentState, Credit, MovementKind, Stage
from cartable.funding.models import (
    Commitment,
    CommitmentPart,
    Delegation,
    Envelope,
    EnvelopeAccount,
    Line,
    LineCeiling,
    Movement,
    Reservation,
    ReservationRelease,
)
from cartable.funding.rules import show
from cartable.ledger.models import Account, Transfer
from cartable.ledger.queries import steps_by_day


Place = tuple[str, str]  # credit, code of the account


def damages() -> list[Damage]:
    """List what does not hold together in money."""
    return [*_balances(), *_orphans(), *_parts(), *_ceilings(), *_days()]


def _balances() -> Iterator[Damage]:
    """Every account of money holds what the rows say, from the opening to the recovery."""
    said = recount()
    held = {
        (credit, code): balance
        for credit, code, balance in Account.objects.filter(resource__code__in=list(Credit)).values_list(
            "resource__code", "code", "balance"
        )
    }
    for place in sorted(said.keys() | held.keys()):
        if said[place] != held.get(place, 0):
            yield Damage(
                "money_balance",
                f"Le compte {place[1]} ({place[0]}) porte {show(held.get(place, 0))} alors que les actes "
                f"enregistrés font {show(said[place])}.",
            )


def recount() -> Counter[Place]:
    """Add up, the slow way, what every row of money says stands on every account."""
    found: Counter[Place] = Counter()
    names = {row.pk: row.public_id for row in Envelope.objects.only("pk", "public_id")}
    for source, target, line, ae, cp in Delegation.objects.filter(state="notified").values_list(
        "source_id", "target_id", "target__line__public_id", "ae_cents", "cp_cents"
    ):
        giver = codes.account(Stage.ENVELOPE, names[source]) if source else codes.voted(line)
        taker = codes.account(Stage.ENVELOPE, names[target])
        for credit, cents in ((Credit.AE, ae), (Credit.CP, cp)):
            _move(found, credit, giver, taker, cents)
    _recount_reservations(found)
    _recount_parts(found)
    _recount_movements(found)
    return found


def _recount_reservations(found: Counter[Place]) -> None:
    kept = Reservation.objects.values_list("envelope__public_id", "amount_cents")
    given_back = ReservationRelease.objects.values_list("reservation__envelope__public_id", "amount_cents")
    for rows, sign in ((kept, 1), (given_back, -1)):
        for envelope, cents in rows.iterator():
            there, kept_at = (codes.account(stage, envelope) for stage in (Stage.ENVELOPE, Stage.RESERVED))
            _move(found, Credit.AE, there, kept_at, sign * cents)


def _move(found: Counter[Place], credit: str, source: str, target: str, cents: int) -> None:
    found[credit, source] -= cents
    found[credit, target] += cents


def _recount_parts(found: Counter[Place]) -> None:
    rows = CommitmentPart.objects.values_list(
        "public_id", "envelope__public_id", "amount_cents", "transfer__target__code", "reservation_id"
    )
    for part, envelope, cents, target, reservation in rows.iterator():
        first = Stage.RESERVED if reservation else Stage.ENVELOPE
        asked = target.startswith(Stage.ASKED.value)
        there = codes.account(Stage.ASKED, envelope) if asked else codes.account(Stage.COMMITTED, part)
        _move(found, Credit.AE, codes.account(first, envelope), there, cents)


def _recount_movements(found: Counter[Place]) -> None:
    rows = Movement.objects.values_list(
        "kind", "undoes__kind", "part__public_id", "part__envelope__public_id", "amount_cents"
    )
    for kind, undone, part, envelope, cents in rows.iterator():
        sign = -1 if undone else 1
        for way in codes.WAYS[MovementKind(undone or kind)]:
            source = codes.code_of(way.credit, way.source, envelope=envelope, part=part)
            target = codes.code_of(way.credit, way.target, envelope=envelope, part=part)
            _move(found, way.credit, source, target, sign * cents)


def _orphans() -> Iterator[Damage]:
    """No money moves without an act that says why."""
    named = [
        Exists(model.objects.filter(**{column: OuterRef("pk")}))
        for model, column in (
            (Delegation, "ae_transfer"),
            (Delegation, "cp_transfer"),
            (CommitmentPart, "transfer"),
            (Reservation, "transfer"),
            (ReservationRelease, "transfer"),
            (Movement, "ae_transfer"),
            (Movement, "cp_transfer"),
        )
    ]
    told = Q(named[0])
    for one in named[1:]:
        told |= Q(one)
    rows = Transfer.objects.filter(resource__code__in=list(Credit)).exclude(told).order_by("id")
    for public_id in rows.values_list("public_id", flat=True)[:100]:
        yield Damage("money_orphan", f"L'écriture {public_id} déplace de l'argent sans acte qui la porte.")


def _parts() -> Iterator[Damage]:
    """What is committed is paid by its parts, all of it."""
    rows = Commitment.objects.filter(state__in=(CommitmentState.COMMITTED, CommitmentState.CLOSED))
    wrong = rows.annotate(paid=Sum("parts__amount_cents", default=0)).exclude(
        paid=F("net_cents") + F("vat_cents")
    )
    for row in wrong.order_by("id"):
        yield Damage(
            "commitment_parts",
            f"L'engagement {row.public_id} vaut {show(row.net_cents + row.vat_cents)}, ses parts {show(row.paid)}.",
        )


def _ceilings() -> Iterator[Damage]:
    """No line and no territory got more than its ceiling."""
    for line in Line.objects.filter(kind__in=BINDING, cents__isnull=False).order_by("id"):
        if line.cents is not None and opened(line) > line.cents:
            yield Damage("ceiling_passed", f"La ligne « {line} » a reçu plus que son plafond.")
    for row in LineCeiling.objects.filter(kind__in=BINDING, cents__isnull=False).order_by("id"):
        if row.cents is not None and reached(row) > row.cents:
            yield Damage("ceiling_passed", f"« {row} » a reçu plus que son plafond.")


def _days() -> Iterator[Damage]:
    """Nothing left an account on a day on which it was not there yet: every past day adds up too."""
    outside = set(
        Account.objects.filter(resource__code__in=list(Credit), floor=None).values_list("pk", flat=True)
    )
    steps = steps_by_day(resources=list(Credit))
    below = {pk: day for pk, one in steps.items() if pk not in outside and (day := _first_below(one))}
    for account in Account.objects.filter(pk__in=sorted(below)[:100]).order_by("pk"):
        yield Damage(
            "money_day", f"Le compte {account.code} était sous zéro le {below[account.pk]:%d/%m/%Y}."
        )
    yield from _years(steps)


def _years(steps: Mapping[int, Counter[date]]) -> Iterator[Damage]:
    """No envelope spent or passed on payment credits that had come in a year before."""
    accounts = EnvelopeAccount.objects.filter(credit=Credit.CP, stage=Stage.ENVELOPE).order_by("account")
    for pk, code in accounts.values_list("account", "account__code"):
        if year := _first_year_beyond(steps.get(pk, Counter())):
            yield Damage(
                "money_year",
                f"Le compte {code} a donné en {year} des crédits de paiement d'une année passée.",
            )


def _first_year_beyond(steps: Counter[date]) -> int | None:
    """Give the first year in which an account held less, at the end of a day, than when the year began."""
    held = lapsed = year = 0
    for day in sorted(steps):
        if day.year != year:
            year, lapsed = day.year, held
        held += steps[day]
        if held < lapsed:
            return year
    return None


def _first_below(steps: Counter[date]) -> date | None:
    held = 0
    for day in sorted(steps):
        held += steps[day]
        if held < 0:
            return day
    return None
