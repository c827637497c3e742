"""The ministry's own conventions for mentoring, and three départements of other régions at their own pace."""

from datetime import timedelta

from cartable.bodies.actions import ensure_body
from cartable.bodies.enums import BodyKind
from cartable.funding.actions import justify
from cartable.scenarios.money import Desk, Thread
from cartable.scenarios.plan_2020.stage import OTHERS, Place, Story
from cartable.scenarios.week import paris


# (what for, line, part of the envelope in per cent, paid of it in per cent), all invented.
GRANTS = (
    ("Tablettes et clés 4G", "equipment_extra", 40, 100),
    ("Ordinateurs reconditionnés", "equipment_extra", 25, 50),
    ("Permanences auprès des familles", "associations", 30, 70),
)


def spend_elsewhere(story: Story) -> Thread:
    """Each département commits two weeks after its letters; the later they came, the less of it."""
    for rank, place in enumerate(OTHERS):
        yield place.reached + timedelta(days=14)
        _spend(story, place, slower=rank)


def _spend(story: Story, place: Place, *, slower: int) -> None:
    desk = Desk()
    for number, (subject, line, part_of, paid_of) in enumerate(GRANTS[: len(GRANTS) - slower], 1):
        envelope = story.of(line, place.code)
        bearer = ensure_body(
            actor=None, kind=BodyKind.ASSOCIATION, name=f"Association {place.code}-{number} (inventée)"
        )
        cents = envelope.accounts.get(credit="ae", stage="envelope").account.balance * part_of // 100
        part = desk.grants(envelope, bearer, cents, subject)
        desk.pays(part, cents * paid_of // 100)


def mentoring(story: Story) -> Thread:
    """Two national associations: a proposal and a second person, 60 % at once, the rest in summer."""
    yield paris(4, 15, month=5)
    nation, desk = story.of("mentoring"), story.ministry
    parts = [
        desk.grants(
            nation,
            ensure_body(
                actor=None,
                kind=BodyKind.ASSOCIATION,
                name=f"Réseau national de mentorat {name} (inventé)",
            ),
            cents,
            "Mentorat à distance jusqu'en juillet 2020",
        )
        for name, cents in (("A", 600_000_00), ("B", 380_000_00))
    ]
    for part in parts:
        desk.pays(part, part.amount_cents * 60 // 100, "60 % à la signature")
    yield paris(15, 15, month=7)
    desk.pays(parts[0], parts[0].amount_cents * 40 // 100, "Solde")
    justify(
        actor=desk.first,
        part_id=parts[0].public_id,
        cents=parts[0].amount_cents,
        reason="Compte rendu : jeunes suivis",
    )
