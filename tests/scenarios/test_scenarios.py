"""Do the stories come out right, at a small size, once, and with nothing lost?"""

import dataclasses

import pytest

from cartable.cli.checks import all_damages
from cartable.foundation.store_rules import damages as rule_damages
from cartable.ledger.models import Transfer
from cartable.scenarios import demo
from cartable.scenarios import seine_saint_denis_2020 as story
from cartable.scenarios.invent import World
from cartable.scenarios.week import Amounts, shares
from cartable.territories.actions import load_reference


pytestmark = pytest.mark.django_db
SETTING = dataclasses.replace(story.SETTING, colleges=3, ecoles=10, offices=1)
AMOUNTS = Amounts(sims_colleges=24, sims_ecoles=8, lent=40, given=10)


def quiet(_sentence: str) -> None:
    """Say nothing."""


@pytest.fixture(autouse=True)
def territories():
    load_reference()


@pytest.fixture
def few_silent(monkeypatch):
    monkeypatch.setattr(story, "SILENT_ON_WEDNESDAY", 1)


@pytest.mark.store
def test_the_week_of_the_sim_cards_gives_everything_out_and_loses_nothing(few_silent):
    result = story.play(progress=quiet, setting=SETTING, amounts=AMOUNTS)
    assert result["sim"] == {"colleges": 24, "circonscriptions": 8}
    assert result["tablets"] == {"lent": 40, "given": 10}
    assert result["handed_over"] == 24 + 8 + 40 + 10
    assert result["ledger_ok"] is True
    assert 0 == result["coverage"]["before"] < result["coverage"]["after"] < 1
    assert all_damages() == [] and rule_damages() == []
    before = Transfer.objects.count()
    assert story.play(progress=quiet, setting=SETTING, amounts=AMOUNTS) == result
    assert Transfer.objects.count() == before
    assert len(story.sentences(result)) == 5


def test_a_story_that_breaks_leaves_nothing(few_silent, monkeypatch):
    def broken(*_args, **_kwargs):
        raise RuntimeError("power cut")

    monkeypatch.setattr(story, "_gate", broken)
    with pytest.raises(RuntimeError):
        story.play(progress=quiet, setting=SETTING, amounts=AMOUNTS)
    assert not story.Operation.objects.exists() and not Transfer.objects.exists()


def test_the_demo_is_made_once_with_work_for_each_role():
    small = dataclasses.replace(demo.SETTING, colleges=3, ecoles=6, offices=1)
    amounts = Amounts(sims_colleges=12, sims_ecoles=4, lent=20, given=4)
    accounts = demo.make_demo(progress=quiet, setting=small, amounts=amounts)
    before = Transfer.objects.count()
    assert demo.make_demo(progress=quiet, setting=small, amounts=amounts) == accounts
    assert Transfer.objects.count() == before
    assert len({row.role for row in accounts.rows}) == 13
    assert all_damages() == []


def test_the_same_seed_invents_the_same_people_and_keys_are_right():
    first, again, other = World("991", 1), World("991", 1), World("991", 2)
    assert first.colleges(5) == again.colleges(5) != other.colleges(5)
    assert (
        len({place.uai for place in [*first.colleges(130), *first.ecoles(300, 20), *first.lycees(2)]}) == 432
    )


@pytest.mark.parametrize(("sizes", "total"), [([1, 1, 1], 10), ([5, 0, 7], 3), ([100, 1], 101)])
def test_shares_sum_to_the_total(sizes, total):
    assert sum(shares(sizes, total)) == total
