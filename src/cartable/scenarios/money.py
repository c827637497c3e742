"""What people do with money in the stories: each function is one moment, played through the actions of the pages."""

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from heapq import heapify, heappop, heappush
from typing import Any

from cartable.accounts.actions import create_user
from cartable.accounts.actions.second_factor import begin_second_factor, confirm_second_factor
from cartable.accounts.enums import Role, ScopeKind
from cartable.accounts.models import User
from cartable.accounts.totp import code_at
from cartable.bodies.models import Body
from cartable.foundation import clock
from cartable.funding.actions import Bought, Part, accept, commit, confirm, declare, pay
from cartable.funding.enums import CommitmentKind, CommitmentState
from cartable.funding.models import CommitmentPart, Envelope, Invoice
from cartable.planning.enums import SplitKey
from cartable.planning.keys import children_of, figures
from cartable.planning.models import Split
from cartable.planning.split import notify_split, propose_split


# A thread of a story: it gives the moment of its next step, and goes on when that moment has come.
Thread = Iterator[datetime]
WHOM = "Élèves des quartiers prioritaires du département (inventé)"


def official(identifier: str, name: str, role: Role, kind: ScopeKind, place: str = "") -> User:
    """Give the account of somebody who decides on money, with a second factor, opened at the first call.

    Nobody knows its password: an administrator gives a way in to whoever should have one.
    """
    known = User.objects.filter(identifier=identifier).first()
    if known:
        return known
    password = secrets.token_urlsafe(24)
    person = create_user(
        actor=None,
        identifier=identifier,
        display_name=name,
        role=role,
        scope_kind=kind,
        place=place,
        password=password,
    )
    factor = begin_second_factor(actor=person)
    confirm_second_factor(actor=person, password=password, code=code_at(factor.key))
    return person


@dataclass(frozen=True, slots=True)
class Desk:
    """Two people of one service: the first proposes and pays, the second confirms. None is the command line."""

    first: User | None = None
    second: User | None = None

    def grants(
        self,
        envelope: Envelope,
        bearer: Body,
        cents: int,
        subject: str,
        *,
        kind: str = CommitmentKind.CONVENTION,
        justify_by: date | None = None,
    ) -> CommitmentPart:
        """Grant money of one envelope to a bearer; from the threshold on the second person confirms."""
        made = commit(
            actor=self.first,
            kind=kind,
            bearer_id=bearer.public_id,
            subject=subject,
            parts=[Part(envelope.public_id, cents)],
            serves_note=WHOM,
            justify_by=justify_by,
        )
        if made.state == CommitmentState.PROPOSED:
            confirm(actor=self.second, commitment_id=made.public_id)
        return made.parts.get()

    def pays(self, part: CommitmentPart, cents: int, why: str = "") -> None:
        """Pay one instalment today."""
        pay(actor=self.first, part_id=part.public_id, cents=cents, reason=why)

    def accepts(self, bill: Invoice, part: CommitmentPart) -> None:
        """Accept a bill: it justifies what this service paid of it."""
        cents = bill.net_cents if part.commitment.parts.count() > 1 else bill.net_cents + bill.vat_cents
        accept(actor=self.first, invoice_id=bill.public_id, amounts={part.public_id: cents})


def bill(
    by: User | None,
    part: CommitmentPart,
    supplier: str,
    number: str,
    lines: Sequence[Bought],
    rate: int = 2000,
) -> Invoice:
    """Declare a bill of today on a commitment, with its goods."""
    return declare(
        actor=by,
        commitment_id=part.commitment.public_id,
        number=number,
        dated=clock.today(),
        supplier_name=supplier,
        lines=lines,
        vat_rate=rate,
    )


def share(
    actor: Any,
    envelope: Envelope,
    name: str,
    key: SplitKey,
    cents: int,
    *,
    among: Sequence[str],
    reason: str,
    typed: Mapping[str, int] | None = None,
    basis: str = "",
    floor_cents: int = 0,
) -> Split:
    """Propose to share `cents` of an envelope (AE and CP) among territories, by the program's figures or typed ones."""
    children = [child for child in children_of(envelope) if child.code in among]
    known: dict[str, Decimal | None] = (
        {code: Decimal(figure) for code, figure in typed.items()}
        if typed
        else figures(key, envelope, children)
    )
    return propose_split(
        actor=actor,
        envelope_id=envelope.public_id,
        name=name,
        key=key,
        ae_cents=cents,
        cp_cents=cents,
        weights=known,
        reason=reason,
        basis=basis,
        floor_cents=floor_cents,
    )


def in_order(threads: Iterable[Thread]) -> None:
    """Play threads of a story together, each step at its moment, so that the journal tells them as they happened."""
    waiting = [(next(thread), rank, thread) for rank, thread in enumerate(threads)]
    heapify(waiting)
    while waiting:
        moment, rank, thread = heappop(waiting)
        with clock.at(moment):
            following = next(thread, None)
        if following is not None:
            heappush(waiting, (following, rank, thread))


def send(actor: Any, split: Split, announced_on: date | None = None) -> None:
    """Notify a split today."""
    notify_split(actor=actor, split_id=split.public_id, announced_on=announced_on)
