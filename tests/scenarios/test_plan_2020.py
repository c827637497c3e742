"""Does the plan of April 2020 come out as its documents say, to the cent, once, and with each seeing his own?"""

import dataclasses
from itertools import pairwise

import pytest

from cartable.accounts.models import User
from cartable.cli.checks import all_damages
from cartable.foundation.refused import Refused
from cartable.foundation.store_rules import damages as rule_damages
from cartable.funding.actions import pay
from cartable.funding.enums import CommitmentKind, MovementKind
from cartable.funding.models import (
    Commitment,
    CommitmentPart,
    Delegation,
    DocumentFigure,
    Invoice,
    Movement,
    Programme,
    Recovery,
)
from cartable.funding.queries import commitments_visible_to, envelopes_visible_to
from cartable.journal.models import Entry
from cartable.ledger.models import Transfer
from cartable.planning.models import Split
from cartable.scenarios import demo, plan_2020
from cartable.scenarios import seine_saint_denis_2020 as sims
from cartable.scenarios.money import in_order
from cartable.scenarios.plan_2020.figures import LINES
from cartable.scenarios.week import Amounts
from cartable.territories.actions import load_reference
from cartable.territories.models import Department


pytestmark = [pytest.mark.django_db, pytest.mark.store]


def quiet(_sentence: str) -> None:
    """Say nothing."""


@pytest.fixture(autouse=True)
def territories():
    load_reference()


@pytest.fixture
def result():
    return plan_2020.play(progress=quiet)


def test_the_figures_of_the_documents_come_out_and_a_second_run_changes_nothing(result):
    assert result["total_cents"] == 1_500_000_000 and result["ledger_ok"] is True
    north = result["regions"]["32"]
    assert north == {"equipment_extra_cents": 69_529_400, "cites_educatives_15_ceiling_cents": 69_000_000}
    ceilings = {code: line["ceiling_cents"] for code, line in result["lines"].items()}
    assert tuple(ceilings) == LINES
    assert ceilings["cites_educatives_2019"] is None
    assert (ceilings["equipment_extra"], ceilings["mentoring"], ceilings["associations"]) == (
        500_000_000,
        100_000_000,
        500_000_000,
    )
    before = Transfer.objects.count(), Entry.objects.count()
    assert plan_2020.play(progress=quiet) == result
    assert (Transfer.objects.count(), Entry.objects.count()) == before
    assert all_damages() == [] and rule_damages() == []


def test_no_line_spends_more_than_it_has_and_the_regions_make_the_sum(result):
    for line in result["lines"].values():
        assert 0 < line["paid_cents"] <= line["committed_cents"] <= line["delegated_cents"]
        assert line["left_cents"] == line["delegated_cents"] - line["committed_cents"]
        assert line["ceiling_cents"] is None or line["delegated_cents"] <= line["ceiling_cents"]
    extra = [region["equipment_extra_cents"] for region in result["regions"].values()]
    assert len(extra) == 18 and sum(extra) == result["lines"]["equipment_extra"]["delegated_cents"]
    known = [region["cites_educatives_15_ceiling_cents"] for region in result["regions"].values()]
    assert sorted(known, key=str) == [69_000_000, *[None] * 17]


def test_everything_that_can_happen_to_money_happens(result):
    assert {row.kind for row in Commitment.objects.all()} == set(CommitmentKind)
    wanted = set(MovementKind) - {MovementKind.REFUSAL, MovementKind.CORRECTION}
    assert set(Movement.objects.values_list("kind", flat=True)) == wanted
    two = Commitment.objects.filter(confirmed_by__isnull=False)
    assert two.count() >= 5 and all(row.proposed_by != row.confirmed_by for row in two)
    assert CommitmentPart.objects.filter(share="vat").get().envelope.line.own_money
    assert Recovery.objects.filter(state="received").count() == 2
    assert Invoice.objects.filter(state="accepted").count() == 3
    assert Delegation.objects.filter(redeployment__isnull=False).count() == 2
    waits = {row.notified_on - row.announced_on for row in Delegation.objects.filter(kind="delegation")}
    assert len(waits) >= 4, "money comes down at different speeds"
    assert {split.state for split in Split.objects.all()} == {"notified", "dropped"}
    assert DocumentFigure.objects.filter(kind="more_than").count() == 2


def test_the_journal_tells_it_in_the_order_in_which_it_happened(result):
    moments = list(Entry.objects.order_by("seq").values_list("at", flat=True))
    assert all(before <= after for before, after in pairwise(moments))


def test_the_money_of_another_departement_is_not_there(result):
    mine, other = (User.objects.get(identifier=f"plan2020-prefecture-{code}-1") for code in (994, 995))
    assert {row.department.code for row in envelopes_visible_to(other)} == {"995"}
    assert {row.department.code for row in envelopes_visible_to(mine)} == {"994"}
    assert not commitments_visible_to(other) & commitments_visible_to(mine)
    part = CommitmentPart.objects.filter(envelope__department__code="994").first()
    with pytest.raises(Refused, match="ne relève pas"):
        pay(actor=other, part_id=part.public_id, cents=1)


def test_a_story_that_breaks_leaves_nothing(monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(plan_2020, "mentoring", broken)
    with pytest.raises(RuntimeError):
        plan_2020.play(progress=quiet)
    assert not Programme.objects.exists() and not Department.objects.filter(code="994").exists()


def test_it_plays_beside_the_sim_cards_and_the_demo(monkeypatch):
    monkeypatch.setattr(sims, "SILENT_ON_WEDNESDAY", 1)
    small = Amounts(sims_colleges=6, sims_ecoles=4, lent=6, given=3)
    few = {"colleges": 3, "ecoles": 4, "offices": 1}
    sims.play(progress=quiet, setting=dataclasses.replace(sims.SETTING, **few), amounts=small)
    demo.make_demo(progress=quiet, setting=dataclasses.replace(demo.SETTING, **few), amounts=small)
    result = plan_2020.play(progress=quiet)
    assert result["regions"]["32"]["equipment_extra_cents"] == 69_529_400 and result["ledger_ok"]
    assert all_damages() == []


def test_threads_of_a_story_are_played_by_their_moments(clock):
    from datetime import UTC, datetime

    from cartable.foundation import clock as time

    told = []

    def thread(name, *days):
        for day in days:
            yield datetime(2020, 5, day, tzinfo=UTC)
            told.append((name, time.today().day))

    in_order([thread("a", 1, 4), thread("b", 2, 3)])
    assert told == [("a", 1), ("b", 2), ("b", 3), ("a", 4)]
