"""Acts on money with fixed keys, to be killed at every statement."""

import csv
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from cartable.accounts.models import User
from cartable.bodies.models import Body
from cartable.cli.checks import all_damages
from cartable.foundation import clock
from cartable.funding import actions
from cartable.funding.imports import import_commitments
from cartable.funding.models import Commitment, CommitmentPart, Delegation, Envelope, Movement
from cartable.journal.models import Entry
from cartable.ledger.models import Transfer
from tests import factories
from tests.funding import stage
from tests.funding.stage import DAY, Country, left
from tests.funding.test_commitments_from_a_file import HEADER, SIRETS, line


LATE = datetime(2020, 11, 30, 11, tzinfo=UTC)
PREFECT, OTHER = "prefet@example.test", "secretaire@example.test"
FIRST, SECOND = UUID(int=21), UUID(int=22)


def prepare() -> None:
    """Let the Nord have 10,000 € and two persons who decide."""
    with clock.at(LATE):
        country = Country().fill(10_000_00)
        for name in (PREFECT, OTHER):
            decider = factories.decider("prefecture", country.d59)
            User.objects.filter(pk=decider.pk).update(identifier=name)
        Body.objects.filter(pk=country.bearer.pk).update(siret=SIRETS[0])


def _who(name: str = PREFECT) -> User:
    return User.objects.get(identifier=name)


def _nord() -> Envelope:
    return Envelope.objects.get(department__code="59")


def _delegate(cents: int) -> None:
    with clock.at(LATE):
        stage.down(Envelope.objects.get(level="region", region__code="32"), _nord(), cents, key=FIRST)


def prepare_region() -> None:
    """Let the région have something to send down."""
    prepare()
    with clock.at(LATE):
        nation = Envelope.objects.get(parent=None)
        stage.down(nation, Envelope.objects.get(level="region", region__code="32"), 3_000_00)


def delegate() -> None:
    _delegate(3_000_00)


def delegate_otherwise() -> None:
    _delegate(2_000_00)


def _commit(cents: int, **more: Any) -> None:
    with clock.at(LATE):
        actions.commit(
            actor=_who(), kind="order", bearer_id=Body.objects.get(siret=SIRETS[0]).public_id, subject="Tablettes",
            parts=[actions.Part(_nord().public_id, cents)], on=DAY, key=FIRST, **more,
        )  # fmt: skip


def commit() -> None:
    _commit(6_000_00)


def commit_otherwise() -> None:
    _commit(6_000_01)


def prepare_proposed() -> None:
    prepare()
    _commit(6_000_00, ask=True)


def confirm() -> None:
    with clock.at(LATE):
        actions.confirm(actor=_who(OTHER), commitment_id=FIRST)


def prepare_committed() -> None:
    prepare()
    commit()


def _pay(cents: int) -> None:
    part = CommitmentPart.objects.get(commitment__public_id=FIRST)
    with clock.at(LATE):
        actions.pay(actor=_who(), part_id=part.public_id, cents=cents, on=DAY, key=SECOND)


def pay() -> None:
    _pay(4_000_00)


def pay_otherwise() -> None:
    _pay(4_000_01)


def import_file() -> None:
    path = Path(settings.VAR_DIR) / f"engagements-{os.getpid()}.csv"  # two may be at it at once
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows([HEADER, *(line(ref=f"EJ{n}") for n in range(3))])
    with clock.at(LATE):
        import_commitments(actor=None, path=path)


def state() -> dict[str, Any]:
    told = Entry.objects.filter(verb__startswith="funding.")
    return {
        "nord": [left(_nord(), credit) for credit in ("ae", "cp")],
        "asked": left(_nord(), stage="asked"),
        "delegations": Delegation.objects.count(),
        "commitments": sorted(Commitment.objects.values_list("state", flat=True)),
        "movements": sorted(Movement.objects.values_list("kind", "amount_cents")),
        "transfers": Transfer.objects.count(),
        # A file that is imported again is told again, with nothing created.
        "entries": sum(entry.data.get("created") != 0 for entry in told),
        "damages": [damage.code for damage in all_damages()],
    }
