"""Does money come down, go back and sideways only where it may, each step with its letter, and never twice?"""

from datetime import date

import pytest

from cartable.funding import actions
from cartable.funding.models import Delegation
from cartable.ledger.queries import sum_is_zero
from tests import factories
from tests.funding import stage
from tests.funding.stage import DAY, down, left, new
from tests.refusing import refused


pytestmark = [pytest.mark.store, pytest.mark.django_db]


def test_credits_go_from_the_nation_to_a_departement(country):
    country.fill(1000_00)
    assert [left(e) for e in (country.nation, country.region, country.nord)] == [1000_00, 0, 1000_00]
    assert [left(e, "cp") for e in (country.nation, country.region, country.nord)] == [1000_00, 0, 1000_00]
    assert sum_is_zero()


def test_each_letter_of_a_body_has_the_next_number(country):
    country.fill(1000_00)
    letters = [down(country.nation, country.other_region, 1).letter_number for _ in range(2)]
    assert letters == ["2020-0002", "2020-0003"]


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_children_never_hold_more_than_their_parent_gave(country, over):
    country.fill(1000_00)
    if over > 0:
        with refused("not_enough"):
            down(country.nation, country.region, 1000_00 + over)
    else:
        down(country.nation, country.region, 1000_00 + over)
    assert left(country.nation) == (1000_00 if over > 0 else -over)


@pytest.mark.parametrize("over", [0, 1])
def test_what_is_opened_stays_under_the_ceiling_of_the_line(country, over):
    opening = {"envelope_id": country.nation.public_id, "ae_cents": 5_000_000_00 + over, "on": DAY}
    if over:
        with refused("over_ceiling"):
            actions.open_credits(actor=None, **opening)
    else:
        actions.open_credits(actor=None, **opening)
    assert left(country.nation) == (0 if over else 5_000_000_00)


def test_a_territory_has_its_own_ceiling_and_another_line_does_not_count(country):
    """The 15 % of the Hauts-de-France's cités éducatives: at most 690,000 €, whatever else the région gets."""
    country.fill(1_000_000_00)
    cites = stage.line("cites", None, of=country.line.programme)
    actions.set_ceiling(actor=None, line=cites, region=country.north, ceiling=stage.up_to(690_000_00))
    nation = stage.envelope(cites, stage.ministry())
    region = stage.envelope(cites, stage.region_prefecture(country.north), nation)
    nord = stage.envelope(cites, stage.prefecture(country.d59), region)
    actions.open_credits(actor=None, envelope_id=nation.public_id, ae_cents=2_000_000_00, on=DAY)
    down(nation, region, 690_000_00, cp_cents=0)
    down(region, nord, 690_000_00, cp_cents=0)
    with refused("over_ceiling"):
        down(nation, region, 1, cp_cents=0)
    actions.withdraw(actor=None, envelope_id=nord.public_id, ae_cents=5, on=DAY, reason="trop")
    actions.withdraw(actor=None, envelope_id=region.public_id, ae_cents=5, on=DAY, reason="trop")
    down(nation, region, 5, cp_cents=0)


def test_an_announced_delegation_counts_towards_the_ceiling(country):
    actions.set_ceiling(
        actor=None, line=country.line, region=country.north, ceiling=actions.Ceiling("exactly", 695_294_00)
    )
    actions.open_credits(
        actor=None, envelope_id=country.nation.public_id, ae_cents=2_000_000_00, cp_cents=2_000_000_00, on=DAY
    )
    ends = {"source_id": country.nation.public_id, "target_id": country.region.public_id}
    actions.announce(actor=None, **ends, ae_cents=695_294_00, on=DAY)
    with refused("over_ceiling"):
        down(country.nation, country.region, 1)


def test_an_announcement_moves_nothing_and_its_notification_does_once(country):
    country.fill(1000_00)
    ends = {"source_id": country.nation.public_id, "target_id": country.other_region.public_id}
    announced = actions.announce(actor=None, **ends, ae_cents=300, cp_cents=200, on=DAY)
    assert (left(country.other_region), announced.letter_number) == (0, "")
    for _ in range(2):
        actions.notify(actor=None, delegation_id=announced.public_id, on=date(2020, 5, 20))
    assert (left(country.other_region), left(country.other_region, "cp")) == (300, 200)
    announced.refresh_from_db()
    assert (announced.notified_on, announced.letter_number) == (date(2020, 5, 20), "2020-0002")
    with refused("move_forbidden"):
        actions.cancel(actor=None, delegation_id=announced.public_id, reason="non")


def test_a_cancelled_announcement_is_never_notified(country):
    country.fill(1000_00)
    ends = {"source_id": country.nation.public_id, "target_id": country.other_region.public_id}
    announced = actions.announce(actor=None, **ends, ae_cents=300, on=DAY)
    actions.cancel(actor=None, delegation_id=announced.public_id, reason="Crédits gelés")
    with refused("move_forbidden"):
        actions.notify(actor=None, delegation_id=announced.public_id)
    assert left(country.nation) == 1000_00


def test_a_notification_does_not_precede_its_announcement(country):
    country.fill(1000_00)
    ends = {"source_id": country.nation.public_id, "target_id": country.other_region.public_id}
    announced = actions.announce(actor=None, **ends, ae_cents=300, on=DAY)
    with refused("before_announcement"):
        actions.notify(actor=None, delegation_id=announced.public_id, on=date(2020, 5, 3))
    with refused("before_announcement"):
        down(country.nation, country.region, 300, announced_on=date(2020, 5, 5))
    assert down(country.nation, country.region, 300, announced_on=DAY).notified_on == DAY


def test_what_is_available_can_be_withdrawn_and_no_more(country):
    country.fill(1000_00)
    actions.withdraw(actor=None, envelope_id=country.nord.public_id, ae_cents=1000_00, on=DAY, reason="trop")
    assert (left(country.nord), left(country.region)) == (0, 1000_00)
    with refused("not_enough"):
        actions.withdraw(actor=None, envelope_id=country.nord.public_id, ae_cents=1, on=DAY, reason="trop")


def test_sisters_move_money_and_cousins_do_not(country):
    country.fill(1000_00)
    actions.move(
        actor=None,
        source_id=country.nord.public_id,
        target_id=country.pas.public_id,
        ae_cents=1,
        on=DAY,
        reason="besoin",
    )
    assert (left(country.nord), left(country.pas)) == (999_99, 1)
    for target in (country.rhone, country.nord, country.region):
        with refused("kin"):
            actions.move(
                actor=None,
                source_id=country.nord.public_id,
                target_id=target.public_id,
                ae_cents=1,
                on=DAY,
                reason="besoin",
            )


def test_a_redeployment_is_all_or_nothing(country):
    country.fill(1000_00)
    down(country.nation, country.region, 10)
    asked = {
        "withdrawals": [actions.Amount(country.nord.public_id, 400_00, 400_00)],
        "delegations": [actions.Amount(country.pas.public_id, 400_11, 400_00)],
        "reason": "Fin d'année",
        "on": DAY,
    }
    with refused("not_enough"):
        actions.redeploy(actor=None, **asked)
    assert left(country.nord) == 1000_00
    asked["delegations"] = [actions.Amount(country.pas.public_id, 400_10, 400_00)]
    key = new()
    steps = actions.redeploy(actor=None, key=key, **asked)
    assert [step.kind for step in steps] == ["withdrawal", "delegation"]
    assert len({step.letter_number for step in steps}) == 2
    assert (left(country.nord), left(country.pas), left(country.region)) == (600_00, 400_10, 0)
    assert [s.pk for s in actions.redeploy(actor=None, key=key, **asked)] == [s.pk for s in steps]
    assert left(country.pas) == 400_10


def test_a_delegation_outside_the_territory_is_refused(country):
    country.fill(1000_00)
    with refused("kin"):
        down(country.region, country.rhone, 1)
    with refused("territory_outside"):
        stage.envelope(stage.line("autre"), stage.prefecture(country.d69), _region_of_other_line(country))


def _region_of_other_line(country):
    line = stage.line("autre")
    return stage.envelope(
        line, stage.region_prefecture(country.north), stage.envelope(line, stage.ministry())
    )


@pytest.mark.parametrize(
    ("amount", "code"),
    [(-1, "amount_negative"), (0, "amount_zero"), (1.5, "amount_unread"), (10**13 + 1, "amount_too_large")],
)
def test_an_amount_is_a_whole_number_of_cents(country, amount, code):
    country.fill(1000_00)
    with refused(code):
        actions.delegate(
            actor=None,
            source_id=country.nation.public_id,
            target_id=country.region.public_id,
            ae_cents=amount,
            on=DAY,
        )


@pytest.mark.parametrize(
    ("on", "code"),
    [
        (date(2019, 12, 31), "date_outside_year"),
        (date(2021, 1, 1), "date_outside_year"),
        (date(2020, 12, 1), "date_not_come"),
    ],
)
def test_a_day_is_of_the_year_and_has_come(country, on, code):
    country.fill(1000_00)
    with refused(code):
        down(country.nation, country.region, 1, on=on)


def test_the_same_key_acts_once_and_refuses_another_content(country):
    country.fill(1000_00)
    key = new()
    first = down(country.nation, country.region, 100, key=key)
    assert down(country.nation, country.region, 100, key=key) == first
    with refused("key_reused"):
        down(country.nation, country.region, 101, key=key)
    with refused("key_reused"):
        actions.withdraw(actor=None, envelope_id=country.region.public_id, ae_cents=1, reason="x", key=key)
    assert left(country.region) == 100
    assert Delegation.objects.filter(public_id=key).count() == 1


def test_each_decides_on_what_is_hers(country):
    country.fill(1000_00)
    down(country.nation, country.region, 100)
    minister = factories.user("national")
    region = factories.user("region", country.north)
    prefect = factories.user("prefecture", country.d59)
    down(country.region, country.nord, 1, actor=region)
    for actor in (minister, prefect, factories.user("region", country.east), factories.user("auditor")):
        with refused("not_yours"):
            down(country.region, country.nord, 1, actor=actor)
    for actor in (region, prefect):
        with refused("not_yours"):
            actions.open_credits(actor=actor, envelope_id=country.nation.public_id, ae_cents=1, on=DAY)
    with refused("not_yours"):
        actions.withdraw(actor=prefect, envelope_id=country.nord.public_id, ae_cents=1, reason="x", on=DAY)
