"""An invented year of money for the benchmarks: the nation's régions and départements, lines, envelopes, a file."""

import csv
import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4


NOW = datetime(2020, 12, 1, 12, tzinfo=UTC)
DAY = date(2020, 5, 1)
SIRET = "11000001300011"
CENTS = 10**12
HEADER = ("reference", "ligne", "exercice", "territoire", "siret porteur", "objet", "montant", "date")


def nation(lines: int, *, departments: int = 101) -> list[Any]:
    """Open `lines` lines with an envelope for the nation, each of 18 régions and each département; all are filled."""
    from cartable.bodies.enums import BodyKind
    from cartable.bodies.models import Body
    from cartable.funding import actions

    ministry = Body.objects.create(kind=BodyKind.MINISTRY, name="Ministère inventé")
    Body.objects.create(kind=BodyKind.ASSOCIATION, name="Porteur inventé", siret=SIRET)
    programme = actions.open_programme(
        actor=None, code="plan", name="Plan", starts_on=date(2020, 1, 1), ends_on=date(2020, 12, 31)
    )
    places = _places(departments)
    return [
        _line(
            programme,
            ministry,
            places,
            actions.open_line(
                actor=None, programme=programme, code=f"ligne{n}", name=f"L{n}", funder=ministry
            ),
        )
        for n in range(1, lines + 1)
    ]


def _places(count: int) -> list[tuple[Any, Any, list[tuple[Any, Any]]]]:
    """Give the régions with their préfecture, and their départements with theirs."""
    from cartable.bodies.enums import BodyKind
    from cartable.bodies.models import Body
    from cartable.territories.models import Academy, Department, Region

    academy = Academy.objects.create(code="99", name="Académie inventée")
    regions = [Region.objects.create(code=f"{n:02d}", name=f"Région {n}") for n in range(18)]
    found = []
    for rank, region in enumerate(regions):
        its = range(rank, count, len(regions))
        below = []
        for n in its:
            code = f"{n:03d}"
            place = Department.objects.create(
                code=code, en_code=code, name=f"D{n}", region=region, academy=academy
            )
            below.append(
                (place, Body.objects.create(kind=BodyKind.PREFECTURE, name=f"P{n}", department=place))
            )
        chief = Body.objects.create(kind=BodyKind.REGION_PREFECTURE, name=f"R{rank}", region=region)
        found.append((region, chief, below))
    return found


def _line(programme: Any, ministry: Any, places: list[Any], line: Any) -> Any:
    from cartable.funding import actions

    def envelope(holder: Any, parent: Any = None) -> Any:
        return actions.open_envelope(
            actor=None,
            line_id=line.public_id,
            year=2020,
            holder_id=holder.public_id,
            parent_id=parent and parent.public_id,
        )

    def down(source: Any, target: Any, cents: int) -> None:
        ends = {"source_id": source.public_id, "target_id": target.public_id}
        actions.delegate(actor=None, **ends, ae_cents=cents, cp_cents=cents, on=DAY)

    top = envelope(ministry)
    actions.open_credits(actor=None, envelope_id=top.public_id, ae_cents=CENTS, cp_cents=CENTS, on=DAY)
    for _region, chief, below in places:
        middle = envelope(chief, top)
        down(top, middle, CENTS // 20)
        for _place, holder in below:
            down(middle, envelope(holder, middle), CENTS // 200)
    return line


def write_file(path: Path, count: int, lines: int, *, departments: int = 101, seed: int = 1) -> Path:
    """Write a CSV of commitments spread over the lines, the départements and the year."""
    chance = random.Random(seed)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        for n in range(count):
            day = date(2020, chance.randrange(5, 12), chance.randrange(1, 29))
            place = f"{chance.randrange(departments):03d}"
            cells = (f"EJ{n}", f"ligne{1 + n % lines}", "2020", place, SIRET, "Tablettes")
            writer.writerow((*cells, f"{chance.randrange(1, 20_000_00) / 100:.2f}", f"{day:%d/%m/%Y}"))
    return path


def pay_half() -> int:
    """Pay half of the commitments, as `pay` would, many at once; give how many."""
    from cartable.funding.actions.posting import ways_of
    from cartable.funding.enums import MovementKind
    from cartable.funding.models import CommitmentPart, Movement
    from cartable.ledger.actions import post_many

    kind, paid = MovementKind.PAYMENT, 0
    parts = list(CommitmentPart.objects.select_related("envelope", "commitment").order_by("id")[::2])
    for start in range(0, len(parts), 2000):
        batch = [(uuid4(), part) for part in parts[start : start + 2000]]
        ways = [
            new
            for key, part in batch
            for new in ways_of(key, part, kind, part.amount_cents, part.commitment.decided_on, key)
        ]
        posted = post_many(actor=None, transfers=ways)
        Movement.objects.bulk_create(
            Movement(
                public_id=key,
                fingerprint="x",
                part=part,
                kind=kind,
                amount_cents=part.amount_cents,
                on=part.commitment.decided_on,
                ae_transfer=posted[2 * n],
                cp_transfer=posted[2 * n + 1],
            )
            for n, (key, part) in enumerate(batch)
        )
        paid += len(batch)
    return paid
