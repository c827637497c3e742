"""Does every figure agree with a recount, at any day, for any set of envelopes, with as many queries?"""

from datetime import date, timedelta
from random import Random

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from cartable.foundation.refused import Refused
from cartable.funding import actions, checks
from cartable.funding.models import Commitment, CommitmentPart, Delegation, Envelope, Movement
from cartable.funding.queries import (
    Money,
    by_department,
    by_line,
    by_region,
    curve,
    delays,
    envelopes_visible_to,
    kept,
    money,
    stages_of,
    total,
    totals,
)
from cartable.ledger.checks import damages as ledger_damages
from tests import factories
from tests.funding import stage
from tests.funding.stage import down


pytestmark = [pytest.mark.store, pytest.mark.django_db]
START, END = date(2020, 5, 4), date(2020, 11, 1)


def spend(country, *, seed: int = 1, acts: int = 80) -> None:
    """Do many things to the money of a country, at random, in the order of days."""
    random = Random(seed)
    envelopes = [country.region, country.nord, country.pas, country.rhone]
    day = START
    for _ in range(acts):
        day = min(day + timedelta(days=random.randrange(4)), END)
        try:
            _act(random, country, envelopes, day)
        except Refused:
            continue


def _act(random, country, envelopes, day) -> None:
    cents = random.choice([random.randrange(1, 3000_00), random.randrange(1, 100_00)])
    parts = list(CommitmentPart.objects.order_by("id"))
    kind = random.choice(
        ["commit", "commit", "pay", "pay", "note", "release", "justify", "claim", "undo", "back"]
    )
    if kind == "commit" or not parts:
        asked = actions.commit(
            actor=None,
            kind="order",
            bearer_id=country.bearer.public_id,
            subject="Achat",
            on=day,
            parts=[actions.Part(random.choice(envelopes).public_id, cents)],
            ask=random.random() < 0.3,
        )
        if asked.state == "proposed" and random.random() < 0.7:
            decide = random.choice([actions.confirm, actions.refuse])
            decide(
                actor=None,
                commitment_id=asked.public_id,
                on=day,
                **({"reason": "Non"} if decide is actions.refuse else {}),
            )
        return
    part = random.choice(parts).public_id
    same = {"actor": None, "on": day}
    if kind == "claim":
        claim = actions.claim(
            part_id=part, cents=cents, due_on=day, reason="Reste", reestablish=random.random() < 0.5, **same
        )
        actions.receive(recovery_id=claim.public_id, **same)
    elif kind == "undo" and Movement.objects.exists():
        movements = list(Movement.objects.order_by("id"))
        actions.undo(movement_id=random.choice(movements).public_id, reason="Erreur", **same)
    elif kind in ("back", "undo"):
        actions.withdraw(
            envelope_id=random.choice(envelopes).public_id, ae_cents=cents, reason="Trop", **same
        )
    else:
        act = {
            "pay": actions.pay,
            "note": actions.credit_note,
            "release": actions.release,
            "justify": actions.justify,
        }
        act[kind](part_id=part, cents=cents, reason="Motif", **same)


@pytest.fixture
def spent(country):
    country.fill(50_000_00)
    down(country.nation, country.other_region, 20_000_00)
    down(country.other_region, country.rhone, 15_000_00)
    down(country.nation, country.region, 5_000_00)
    spend(country)
    return country


def recount(envelope: Envelope, at: date) -> dict[str, int]:
    """Count the slow way, row by row, what an envelope committed, paid, justified and got back until a day."""
    found = dict.fromkeys(("committed", "asked", "paid", "justified", "recovered"), 0)
    for part in CommitmentPart.objects.filter(envelope=envelope).select_related(
        "commitment", "transfer__target"
    ):
        if part.transfer.value_date > at:
            continue
        asked = part.transfer.target.code.startswith("asked:")
        found["asked" if asked else "committed"] += part.amount_cents
        for row in part.movements.filter(on__lte=at):
            cents = row.amount_cents if row.kind != "correction" else -row.amount_cents
            for name, sign in SIGNS[row.undoes.kind if row.undoes else row.kind].items():
                found[name] += sign * cents
    return found


SIGNS = {
    "confirmation": {"asked": -1, "committed": 1},
    "refusal": {"asked": -1},
    "payment": {"paid": 1},
    "credit_note": {"paid": -1},
    "release": {"committed": -1},
    "justification": {"justified": 1},
    "recovery": {"recovered": 1},
    "reestablishment": {"paid": -1, "committed": -1},
}


def test_every_figure_agrees_with_a_recount_at_any_day(spent):
    assert Movement.objects.count() > 10
    for at in (START, date(2020, 6, 1), date(2020, 7, 15), END, None):
        for envelope, said in money(Envelope.objects.all(), at=at):
            counted = recount(envelope, at or date(2020, 12, 31))
            assert {name: getattr(said, name) for name in counted} == counted, (envelope, at)
            assert said.held == said.available + said.asked + said.committed


def test_the_payment_credits_and_the_authority_tell_the_same_payments(spent):
    for envelope, said in money(Envelope.objects.all()):
        parts = CommitmentPart.objects.filter(envelope=envelope).select_related("commitment")
        assert sum(one.paid for one in stages_of(parts).values()) == said.paid
        assert said.cp_held - said.cp_available == said.paid


def test_what_is_passed_on_is_counted_once(spent):
    rows = money(Envelope.objects.all())
    every = total(rows)
    assert every == totals(rows, by_line)[spent.line.pk]
    assert every.delegated == every.passed_on == 75_000_00 - _taken_back(spent)
    assert every.opened == 100_000_00
    north = next(m for t, m in totals(rows, by_region).items() if t.region_id == spent.north.pk)
    assert north.delegated == 55_000_00 - _taken_back(spent)
    assert north.committed == sum(row.money.committed for row in rows if _in_north(spent, row.envelope))
    nord = next(m for t, m in totals(rows, by_department).items() if t.department_id == spent.d59.pk)
    assert nord == next(row.money for row in rows if row.envelope == spent.nord)


FIGURES = ("delegated", "cp_delegated", "held", "committed", "paid", "justified", "recovered", "available")


def _every(country) -> list:
    """Give the envelopes of the nation, of one région and of one département."""
    north = Q(region=country.north) | Q(department__region=country.north)
    every = Envelope.objects.all()
    return [every, every.filter(north), every.filter(department=country.d59)]


@pytest.mark.parametrize("key", [by_line, by_region, by_department, lambda row: row.envelope.pk])
def test_the_rows_add_up_to_the_total_at_every_level(spent, key):
    """The nation delegates to régions, which delegate to départements: two depths, nothing counted twice."""
    nation, *below = _every(spent)
    for envelopes in (nation, *below):
        rows = money(envelopes)
        groups, every = totals(rows, key).values(), total(rows)
        if envelopes in below:  # all that came down to it and stayed in it, whoever holds it there
            assert (every.delegated, every.cp_delegated) == (every.held, every.cp_held)
        for name in FIGURES:
            assert sum(getattr(one, name) for one in groups) == getattr(every, name), name


def test_a_region_beside_its_departements_shows_what_it_still_holds(spent):
    rows = money(_every(spent)[1])
    own = next(m for t, m in totals(rows, by_department).items() if t.department_id is None)
    assert own.delegated == own.held == 55_000_00 - _taken_back(spent) - _sent_down(spent)
    alone = money(Envelope.objects.filter(pk=spent.region.pk))
    assert (total(kept(alone)).delegated, total(alone).delegated) == (
        own.held,
        55_000_00 - _taken_back(spent),
    )
    assert curve(Envelope.objects.filter(pk=spent.region.pk), kept=True)[-1].delegated == own.held


def _sent_down(country) -> int:
    return sum(row.money.delegated for row in money(Envelope.objects.filter(parent=country.region)))


def _taken_back(country) -> int:
    rows = Delegation.objects.filter(kind="withdrawal", source=country.region)
    return sum(rows.values_list("ae_cents", flat=True))


def _in_north(country, envelope) -> bool:
    return envelope in (country.region, country.nord, country.pas)


def test_the_curve_ends_where_the_page_stands_and_passes_by_each_day(spent):
    points = curve(Envelope.objects.all())
    assert [point.day for point in points] == sorted({point.day for point in points})
    for point in (points[0], points[len(points) // 2], points[-1]):
        said = total(money(Envelope.objects.all(), at=point.day))
        names = ("delegated", "committed", "paid", "justified", "recovered")
        assert [getattr(point, name) for name in names] == [getattr(said, name) for name in names]
    last = total(money(Envelope.objects.all()))
    assert (points[-1].paid, points[-1].delegated) == (last.paid, last.delegated)


def test_check_finds_nothing_to_say_of_what_went_through_the_actions(spent):
    assert checks.damages() == []
    assert ledger_damages() == []


def test_the_number_of_queries_does_not_grow(country):
    country.fill(50_000_00)
    minister = factories.user("national")

    def ask() -> list[int]:
        seen = envelopes_visible_to(factories.User.objects.get(pk=minister.pk))
        counted = []
        for read in (
            lambda: money(seen),
            lambda: money(seen, at=END),
            lambda: curve(seen),
            lambda: delays(seen),
            lambda: stages_of(CommitmentPart.objects.select_related("commitment")),
        ):
            with CaptureQueriesContext(connection) as caught:
                read()
            counted.append(len(caught))
        return counted

    spend(country, acts=6)
    few = ask()
    spend(country, seed=2, acts=30)
    other = stage.envelope(country.line, stage.prefecture(_new_department(country)), country.region)
    down(country.nation, country.region, 10_00)
    down(country.region, other, 10_00)
    assert ask() == few
    assert max(few) <= 12


def _new_department(country):
    return factories.department(
        "80", "Somme", region=country.north, academy=factories.academy("20", "Amiens")
    )


def test_days_are_counted_from_the_announcement_to_the_first_commitment(country):
    country.fill(1000_00)
    ends = {"source_id": country.nation.public_id, "target_id": country.other_region.public_id}
    announced = actions.announce(actor=None, **ends, ae_cents=300, on=date(2020, 5, 4))

    def days():
        found = next(d for d in delays(Envelope.objects.all()) if d.delegation.pk == announced.pk)
        return found.days_to_notify, found.days_to_commit

    assert days() == (None, None)
    actions.notify(actor=None, delegation_id=announced.public_id, on=date(2020, 5, 20))
    assert days() == (16, None)
    for day in (date(2020, 6, 9), date(2020, 6, 2)):
        actions.commit(
            actor=None,
            kind="order",
            bearer_id=country.bearer.public_id,
            subject="Achat",
            on=day,
            parts=[actions.Part(country.other_region.public_id, 1)],
        )
    assert days() == (16, 13)


def test_each_sees_her_own_money(country):
    country.fill(1000_00)
    seen = {
        "national": (factories.user("national"), 6),
        "auditor": (factories.user("auditor"), 6),
        "north": (factories.user("region", country.north), 3),
        "nord": (factories.user("prefecture", country.d59), 1),
        "auditor of the 62": (factories.user("auditor", country.d62), 1),
        "academy": (factories.user("academy", country.d59), 0),
        "administrator": (factories.user("administrator"), 0),
        "administrator of the 59": (factories.user("administrator", country.d59), 0),
        "bearer": (factories.user("association", country.bearer), 0),
        "department": (factories.user("equipment", factories.body(department=country.d59, name="CD")), 0),
    }
    assert {name: envelopes_visible_to(user).count() for name, (user, _n) in seen.items()} == {
        name: number for name, (_user, number) in seen.items()
    }


def test_a_right_elsewhere_adds_nothing(country):
    """A prefect of the Nord who also audits the Rhône reads the Rhône and decides on nothing there."""
    country.fill(1000_00)
    user = factories.user("prefecture", country.d59)
    factories.assign(user, "auditor", country.d69)
    assert set(envelopes_visible_to(user)) == {country.nord, country.rhone}
    with pytest.raises(Refused):
        actions.commit(
            actor=user,
            kind="order",
            bearer_id=country.bearer.public_id,
            subject="x",
            parts=[actions.Part(country.rhone.public_id, 1)],
        )


def test_the_bearer_sees_its_own_commitments(country):
    from cartable.funding.queries import commitments_visible_to

    country.fill(1000_00)
    mine = actions.commit(
        actor=None,
        kind="order",
        bearer_id=country.bearer.public_id,
        subject="x",
        parts=[actions.Part(country.nord.public_id, 1)],
    )
    assert list(commitments_visible_to(factories.user("association", country.bearer))) == [mine]
    assert list(commitments_visible_to(factories.user("prefecture", country.d59))) == [mine]
    for stranger in (
        factories.user("prefecture", country.d62),
        factories.user("association", factories.body("association")),
        factories.user("administrator"),
    ):
        assert not commitments_visible_to(stranger).exists()


def test_an_empty_set_has_no_money():
    assert total(money(Envelope.objects.none())) == Money()
    assert curve(Envelope.objects.none()) == []
    assert Commitment.objects.count() == 0
