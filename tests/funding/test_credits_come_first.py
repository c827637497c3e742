"""Can nothing be taken out of an envelope on a day before it was there, whatever the act, and does `check` see it?"""

from datetime import date, timedelta

import pytest

from cartable.bodies.models import Body
from cartable.foundation.refused import Refused
from cartable.funding import actions, checks, daily, imports
from cartable.funding.models import Delegation, Envelope
from cartable.funding.queries import money, total
from cartable.ledger.actions import post
from tests.funding import stage
from tests.funding.test_commitments_from_a_file import SIRETS


pytestmark = [pytest.mark.store, pytest.mark.django_db]
SIRET = SIRETS[0]
CAME = date(2020, 6, 15)
BEFORE = CAME - timedelta(days=1)


@pytest.fixture
def fed(country):
    """10,000 € in the Nord on 4 May, 5,000 € more on 15 June, and as much in the région that waits."""
    country.fill(10_000_00)
    stage.down(country.nation, country.region, 10_000_00, on=CAME)
    stage.down(country.region, country.nord, 5_000_00, on=CAME)
    return country


def commit(fed, on: date, cents: int = 12_000_00):
    return stage.commit(fed, cents, on=on)


def reserve(fed, on: date):
    return actions.reserve(
        actor=None, envelope_id=fed.nord.public_id, cents=12_000_00, purpose="Simulation", reference="", on=on
    )


def withdraw(fed, on: date):
    return actions.withdraw(
        actor=None, envelope_id=fed.nord.public_id, ae_cents=12_000_00, reason="Trop", on=on
    )


def move(fed, on: date):
    sides = {"source_id": fed.nord.public_id, "target_id": fed.pas.public_id}
    return actions.move(actor=None, cp_cents=12_000_00, reason="Besoin", on=on, **sides)


def delegate(fed, on: date):
    return stage.down(fed.region, fed.pas, 5_000_00, on=on)


def join(fed, on: date):
    asked = stage.commit(fed, 1_000_00, on=on, ask=True, net_cents=13_000_00, envelope=fed.region)
    part = actions.Part(fed.nord.public_id, 12_000_00)
    return actions.join(actor=None, commitment_id=asked.public_id, part=part)


ACTS = {
    "commitment": commit,
    "reservation": reserve,
    "withdrawal": withdraw,
    "move": move,
    "delegation": delegate,
    "join": join,
}


@pytest.mark.parametrize("act", ACTS)
def test_nothing_leaves_an_envelope_before_it_came(fed, act):
    with pytest.raises(Refused) as no:
        ACTS[act](fed, BEFORE)
    assert (no.value.code, "du 15/06/2020 au plus tôt" in no.value.sentence) == ("date_before", True)
    assert ACTS[act](fed, CAME).pk
    assert checks.damages() == []


def test_what_is_there_on_the_day_may_leave_on_it_though_more_came_and_went_since(fed):
    commit(fed, CAME)
    commit(fed, BEFORE, 3_000_00)
    with pytest.raises(Refused, check=lambda no: no.code == "not_enough"):
        commit(fed, BEFORE, 1)
    there = total(money(Envelope.objects.filter(pk=fed.nord.pk), at=BEFORE))
    assert (there.available, there.committed) == (7_000_00, 3_000_00)


def test_a_payment_waits_for_its_payment_credits(country):
    """The authority came on 4 May, the payment credits on 15 June."""
    for source, target in (
        (None, country.nation),
        (country.nation, country.region),
        (country.region, country.nord),
    ):
        for ae, cp, on in ((10_000_00, 0, stage.DAY), (0, 10_000_00, CAME)):
            given = {"actor": None, "ae_cents": ae, "cp_cents": cp, "on": on}
            if source is None:
                actions.open_credits(envelope_id=target.public_id, **given)
            else:
                actions.delegate(source_id=source.public_id, target_id=target.public_id, **given)
    part = stage.commit(country, 1_000_00).parts.get()
    with pytest.raises(Refused, match="15/06/2020"):
        actions.pay(actor=None, part_id=part.public_id, cents=1_000_00, on=BEFORE)
    assert actions.pay(actor=None, part_id=part.public_id, cents=1_000_00, on=CAME).on == CAME


def test_a_refused_date_leaves_nothing(fed):
    with pytest.raises(Refused):
        move(fed, BEFORE)
    assert not Delegation.objects.filter(kind="move").exists()
    assert stage.left(fed.nord, "cp") == 15_000_00


def test_a_file_in_any_order_is_held_to_each_day(fed, tmp_path):
    lines = [
        ("A", "9000", "05/05/2020"),
        ("B", "1500", "14/06/2020"),
        ("C", "6000", "16/06/2020"),
        ("D", "0,01", "20/06/2020"),
    ]
    head = "référence;ligne;exercice;territoire;siret porteur;objet;montant;date\n"
    Body.objects.filter(pk=fed.bearer.pk).update(siret=SIRET)
    path = tmp_path / "engagements.csv"
    path.write_text(
        head
        + "".join(
            f"{ref};{fed.line.code};2020;59;{SIRET};Tablettes;{euros};{on}\n" for ref, euros, on in lines
        )
    )
    report = imports.import_commitments(actor=None, path=path)
    assert [(one.line, one.field) for one in report.rejects] == [(3, "on"), (5, "net")]
    assert (report.created, report.rejected) == (2, 2)
    assert checks.damages() == []


def test_check_finds_a_day_below_zero(fed):
    accounts = [f"envelope:{fed.nord.public_id.hex}", f"envelope:{fed.region.public_id.hex}"]
    given = {"actor": None, "resource": "ae", "amount": 12_000_00, "reason": "faux"}
    post(transfer_id=stage.new(), source=accounts[0], target=accounts[1], value_date=BEFORE, **given)
    found = [one for one in checks.damages() if one.code == "money_day"]
    assert len(found) == 1 and "14/06/2020" in found[0].sentence


def test_the_days_of_a_leap_year_and_of_its_neighbours_have_their_place():
    places = [
        daily.place_of(date(*day), 2020)
        for day in ((2019, 12, 31), (2020, 1, 1), (2020, 12, 31), (2021, 5, 1))
    ]
    assert places == [0, 0, 365, 365]
