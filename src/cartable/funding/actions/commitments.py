"""Commit money to a bearer: at once below the threshold, by two people from it on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from cartable.bodies.models import Body
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move as change
from cartable.funding import perms
from cartable.funding.actions.awaiting import Awaited, answered_by, lacking, named, still_awaited
from cartable.funding.actions.committing import Asked, act_on_parts, check_shares, enter, put_parts, threshold
from cartable.funding.actions.reservations import locked
from cartable.funding.actions.shared import (
    fingerprint,
    known,
    made,
    once,
    reason_given,
    run_envelope,
    short,
    today_at,
)
from cartable.funding.enums import COMMITMENT_MOVES, CommitmentState, MovementKind, RecoveryState, Share
from cartable.funding.models import Commitment, CommitmentPart, Envelope, Recovery
from cartable.funding.queries.reservations import left_of as left_of_reservation
from cartable.funding.queries.stages import left_of
from cartable.funding.queries.visible import commitments_visible_to
from cartable.funding.rules import check_rate, day_within, justified_after, not_before, vat, whole_cents
from cartable.journal.actions import record


@dataclass(frozen=True, slots=True)
class Part:
    """What one envelope is asked to pay: `share` says whether it pays the price net of tax or the tax.

    With a reservation of that envelope, the money is what was set aside.
    """

    envelope_id: UUID
    cents: int
    share: str = Share.NET
    reservation_id: UUID | None = None


@once
def commit(
    *,
    actor: Any,
    kind: str,
    bearer_id: UUID,
    subject: str,
    parts: Sequence[Part],
    net_cents: int | None = None,
    vat_rate: int = 0,
    on: date | None = None,
    number: str = "",
    serves_note: str = "",
    justify_by: date | None = None,
    ask: bool = False,
    awaited: Sequence[Awaited] = (),
    key: UUID | None = None,
) -> Commitment:
    """Commit money of envelopes that `actor` decides on to a bearer; look at the `state` of what comes back.

    `net_cents` is the whole price net of tax (default: what the parts of share `net` pay), the tax on it is computed.
    Below the threshold of every line, and when the parts pay all of it, it is committed at once; else, or with `ask`
    (see `propose`), it is proposed: the money is reserved until `confirm`, `refuse`, or a co-funder's `join`.
    `awaited` names the co-funders that will pay the rest: they see the proposal, and join it with exactly that.
    Refuses `not_yours`, `second_factor`, `not_enough`, `amount_…`, `date_…`, `parts`, `bearer`, `serves`, `vat_rate`,
    `justify_by`, `too_long`, `subject`, `cofunder`, `key_reused`.
    """
    said = [kind, bearer_id, subject, net_cents, vat_rate, on, number, serves_note, justify_by, ask]
    mark = fingerprint(actor, commit=said, parts=list(parts), awaited=list(awaited))
    if row := known(Commitment, key, mark):
        return row
    perms.demand_second_factor(actor)
    asked = _asked(actor, parts)
    net = sum(one.cents for one in asked if one.share == Share.NET) if net_cents is None else net_cents
    day = _day(asked, on)
    commitment = Commitment(
        public_id=made(key),
        fingerprint=mark,
        kind=kind,
        bearer=_bearer(bearer_id),
        subject=_subject(subject),
        number=short(number, 40, "number"),
        net_cents=whole_cents(net, "net", zero=True),
        vat_rate=check_rate(vat_rate),
        vat_cents=vat(net, vat_rate),
        serves_note=_served(serves_note, asked),
        justify_by=justified_after(justify_by, day),
        proposed_by=actor,
    )
    return enter(actor, commitment, asked, day, ask, named(awaited))


def propose(*, actor: Any, key: UUID | None = None, **asked: Any) -> Commitment:
    """Propose a commitment whatever its amount: `commit` with `ask`; a second person confirms or refuses it."""
    return commit(actor=actor, key=key, ask=True, **asked)


@once
def join(
    *, actor: Any, commitment_id: UUID, part: Part, on: date | None = None, key: UUID | None = None
) -> CommitmentPart:
    """Add the part of another funder to a proposed commitment: a commune pays the tax of what the State buys.

    `actor` decides on the part's envelope and sees the commitment (awaited by name, as its bearer, or by another part);
    a body that is awaited joins with exactly that; `on` is its day (default: that of the proposal). Once the parts pay
    all of it, and it stands below the threshold, it is committed: the two funders are two people.
    Refuses `not_yours`, `already_decided`, `not_awaited`, `parts`, `serves`, `not_enough`, `amount_…`, `date_…`,
    `key_reused`.
    """
    perms.demand_second_factor(actor)
    envelope = run_envelope(actor, part.envelope_id)
    seen = Commitment.objects.all() if actor is None else commitments_visible_to(actor)
    commitment = _take(seen, commitment_id)
    asked = Asked(envelope, whole_cents(part.cents), Share(part.share), made(key))
    if row := CommitmentPart.objects.filter(public_id=asked.key).first():
        return _same_part(row, commitment, asked)
    _waiting(commitment)
    _served(commitment.serves_note, [asked])
    answered = answered_by(commitment, asked)
    others = [one for one in still_awaited(commitment) if one != answered]
    check_shares(commitment, [asked], others)
    day = _day_of_answer(commitment, envelope, on or commitment.decided_on)
    (row,) = put_parts(actor, commitment, [asked], day)
    if answered:
        answered.part = row
        answered.save(update_fields=["part"])
    second = actor is None or commitment.proposed_by_id != actor.pk
    if second and complete(commitment) and _whole(commitment) < threshold(_envelopes(commitment)):
        _confirm(actor, commitment, day)
    record(
        actor=actor,
        verb="funding.commitment_joined",
        target=str(commitment_id),
        data={"envelope": envelope.public_id, "cents": part.cents, "share": str(part.share)},
    )
    return row


@transaction.atomic
def confirm(*, actor: Any, commitment_id: UUID, on: date | None = None) -> Commitment:
    """Confirm a proposal, as a second person who decides on its first envelope: the money is committed.

    A repeat by the same person gives the same; where somebody else was faster it says so.
    Refuses `not_yours`, `second_factor`, `same_person`, `already_decided`, `parts` (a co-funder is missing), `date_…`.
    """
    perms.demand_second_factor(actor)
    commitment = _take(_run(actor), commitment_id)
    if commitment.state == CommitmentState.COMMITTED and commitment.confirmed_by == actor:
        return commitment
    _waiting(commitment)
    _main_is_run(actor, commitment)
    if actor is not None and commitment.proposed_by_id == actor.pk:
        raise Refused(
            "same_person",
            _("Vous avez proposé cet engagement : une autre personne de votre service doit le confirmer."),
        )
    if not complete(commitment):
        raise lacking(commitment)
    envelope = _envelopes(commitment)[0]
    day = _day_of_answer(commitment, envelope, on or today_at(envelope))
    _confirm(actor, commitment, day)
    record(actor=actor, verb="funding.confirmed", target=str(commitment_id), data={"on": day})
    return commitment


def _day_of_answer(commitment: Commitment, envelope: Envelope, day: date) -> date:
    """Give the day of what answers a proposal: in the year of the envelope, and not before it was made."""
    day_within(day, envelope.year, today_at(envelope))
    sentence = _("La confirmation ne peut pas précéder la demande du %(first)s.")
    return not_before(day, commitment.decided_on, "date_before", sentence)


def _confirm(actor: Any, commitment: Commitment, day: date) -> None:
    change(COMMITMENT_MOVES, commitment.state, CommitmentState.COMMITTED)
    act_on_parts(actor, commitment, MovementKind.CONFIRMATION, day)
    commitment.state, commitment.confirmed_by, commitment.decided_on = CommitmentState.COMMITTED, actor, day
    commitment.save(update_fields=["state", "confirmed_by", "decided_on"])


@transaction.atomic
def refuse(*, actor: Any, commitment_id: UUID, reason: str, on: date | None = None) -> Commitment:
    """Refuse a proposal (or take back one's own), with a reason: the money is available again."""
    commitment = _take(_run(actor), commitment_id)
    words = reason_given(reason)
    if commitment.state == CommitmentState.REFUSED and commitment.reason == words:
        return commitment
    _waiting(commitment)
    change(COMMITMENT_MOVES, commitment.state, CommitmentState.REFUSED, words)
    day = max(on or today_at(_envelopes(commitment)[0]), commitment.decided_on)
    act_on_parts(actor, commitment, MovementKind.REFUSAL, day, words)
    commitment.state, commitment.reason = CommitmentState.REFUSED, words
    commitment.save(update_fields=["state", "reason"])
    record(actor=actor, verb="funding.refused", target=str(commitment_id), data={"on": day}, text=words)
    return commitment


@transaction.atomic
def close(*, actor: Any, commitment_id: UUID) -> Commitment:
    """Close a commitment of which nothing is left to pay, to justify or to recover."""
    commitment = _take(_run(actor), commitment_id)
    if commitment.state == CommitmentState.CLOSED:
        return commitment
    change(COMMITMENT_MOVES, commitment.state, CommitmentState.CLOSED)
    claimed = Recovery.objects.filter(part__commitment=commitment, state=RecoveryState.CLAIMED)
    if claimed.exists():
        sentence = _("Un reversement est encore réclamé : notez sa réception ou abandonnez-le d'abord.")
        raise Refused("still_claimed", sentence)
    if any(left_of(part) for part in commitment.parts.all()):
        raise Refused(
            "not_done", _("Il reste à payer, à justifier ou à reverser : soldez d'abord cet engagement.")
        )
    commitment.state = CommitmentState.CLOSED
    commitment.save(update_fields=["state"])
    record(actor=actor, verb="funding.closed", target=str(commitment_id))
    return commitment


@transaction.atomic
def reopen(*, actor: Any, commitment_id: UUID, reason: str) -> Commitment:
    """Open a closed commitment again, with a reason: a late credit note, an error."""
    commitment = _take(_run(actor), commitment_id)
    change(COMMITMENT_MOVES, commitment.state, CommitmentState.COMMITTED, reason)
    commitment.state, commitment.reason = CommitmentState.COMMITTED, reason_given(reason)
    commitment.save(update_fields=["state", "reason"])
    record(actor=actor, verb="funding.reopened", target=str(commitment_id), text=reason)
    return commitment


@transaction.atomic
def set_number(*, actor: Any, commitment_id: UUID, number: str) -> Commitment:
    """Write the number of the commitment in the State's accounts (EJ), which comes later."""
    commitment = _take(_run(actor), commitment_id)
    before, commitment.number = commitment.number, short(number, 40, "number")
    if before != commitment.number:
        commitment.save(update_fields=["number"])
        record(actor=actor, verb="funding.numbered", target=str(commitment_id))
    return commitment


def _asked(actor: Any, parts: Sequence[Part]) -> list[Asked]:
    """Fetch the envelopes of the parts, all decided on by `actor`."""
    if not parts or len({(one.envelope_id, one.share) for one in parts}) != len(parts):
        raise Refused(
            "parts", _("Indiquez chaque enveloppe une fois, avec le montant qu'elle paie."), "parts"
        )
    return [_one_asked(actor, one) for one in parts]


def _one_asked(actor: Any, one: Part) -> Asked:
    envelope, cents = run_envelope(actor, one.envelope_id), whole_cents(one.cents)
    if one.reservation_id is None:
        return Asked(envelope, cents, Share(one.share))
    reservation = locked(actor, one.reservation_id)
    if reservation.envelope_id != envelope.pk or left_of_reservation(reservation) < cents:
        raise Refused("not_reserved", _("Il ne reste pas autant dans cette réservation : rechargez la page."))
    return Asked(envelope, cents, Share(one.share), reservation=reservation)


def _bearer(bearer_id: UUID) -> Body:
    bearer = next(iter(Body.objects.filter(public_id=bearer_id).only("public_id").order_by()), None)
    if bearer is None:
        raise Refused("bearer", _("Ce porteur est inconnu : choisissez un organisme enregistré."), "bearer")
    return bearer


def _subject(text: str) -> str:
    subject = short(text, 200, "subject")
    if not subject:
        raise Refused("subject", _("Dites en quelques mots ce que cet engagement paie."), "subject")
    return subject


def _served(note: str, asked: Sequence[Asked]) -> str:
    """Give the note on who is served; a line that serves only some must have one."""
    words = short(note, 300, "serves_note")
    only = next((one.envelope.line for one in asked if one.envelope.line.serves != "anyone"), None)
    if only and not words:
        sentence = _("Cette ligne ne sert que : %(whom)s. Dites quel quartier ou quel territoire est servi.")
        raise Refused("serves", sentence % {"whom": only.get_serves_display()}, "serves_note")
    return words


def _day(asked: Sequence[Asked], on: date | None) -> date:
    day = on or today_at(asked[0].envelope)
    for one in asked:
        day_within(day, one.envelope.year, today_at(one.envelope))
    return day


def _run(actor: Any) -> QuerySet[Commitment]:
    """Give the commitments with a part on an envelope that `actor` decides on."""
    run = Envelope.objects.filter(perms.run_by(actor)).order_by()
    return Commitment.objects.filter(
        Exists(CommitmentPart.objects.filter(commitment=OuterRef("pk"), envelope__in=run))
    )


def _take(rows: QuerySet[Commitment], commitment_id: UUID) -> Commitment:
    """Fetch one of these and lock it, or refuse."""
    locked = rows.order_by().select_related(None).select_for_update(of=("self",), no_key=True)
    row = locked.filter(public_id=commitment_id).first()
    if row is None:
        raise Refused("not_yours", _("Cet engagement n'existe pas ou ne relève pas de votre service."))
    return row


def _waiting(commitment: Commitment) -> None:
    if commitment.state != CommitmentState.PROPOSED:
        sentence = _("Quelqu'un a déjà décidé : cet engagement est « %(state)s ». Rechargez la page.")
        raise Refused("already_decided", sentence % {"state": commitment.get_state_display()})


def _main_is_run(actor: Any, commitment: Commitment) -> None:
    """The service that pays first confirms; a co-funder has agreed by joining."""
    run_envelope(actor, _envelopes(commitment)[0].public_id)


def _envelopes(commitment: Commitment) -> list[Envelope]:
    parts = commitment.parts.select_related("envelope__line", "envelope__department").order_by("id")
    return [part.envelope for part in parts]


def complete(commitment: Commitment) -> bool:
    """Tell whether the parts pay all of a commitment."""
    return sum(commitment.parts.values_list("amount_cents", flat=True)) == _whole(commitment)


def _whole(commitment: Commitment) -> int:
    return commitment.net_cents + commitment.vat_cents


def _same_part(row: CommitmentPart, commitment: Commitment, asked: Asked) -> CommitmentPart:
    wanted = (commitment.pk, asked.envelope.pk, asked.share, asked.cents)
    if (row.commitment_id, row.envelope_id, row.share, row.amount_cents) != wanted:
        raise Refused(
            "key_reused",
            _("Cette opération a déjà été enregistrée avec un autre contenu ; rechargez la page."),
        )
    return row
