"""Is a split proposed and never imposed: to the cent, by sourced figures, by hand with a reason, notified whole?"""

from datetime import date
from decimal import Decimal

import pytest

from cartable.foundation.refused import Refused
from cartable.funding.models import Delegation, Envelope
from cartable.journal.models import Entry
from cartable.ledger.models import Transfer
from cartable.ledger.queries import sum_is_zero
from cartable.planning import split as splitting
from cartable.planning.checks import damages
from cartable.planning.compare import by_keys, difference, proposed, usual_children
from cartable.planning.models import Split
from cartable.planning.queries import available, envelopes_split_by, splits_led_by
from cartable.planning.split import change_split_share, drop_split, notify_split, propose_split
from tests import factories as make
from tests.funding.stage import Country, left


pytestmark = [pytest.mark.django_db, pytest.mark.store]
EVEN = {"59": Decimal(1), "62": Decimal(1)}


@pytest.fixture(autouse=True)
def spring(clock):
    with clock.at("2020-05-11T12:00+02:00"):
        yield


@pytest.fixture
def country():
    return Country().fill(1_000_000_00)


@pytest.fixture
def money(country):
    """Give the région's envelope, with 300,001 cents more in AE and CP."""
    from tests.funding.stage import down

    down(country.nation, country.region, 300_001)
    return country.region


def propose(envelope, **more):
    given = {"name": "Parts égales", "key": "equal", "weights": EVEN, "reason": "Rien ne les distingue."}
    given |= {"ae_cents": 300_001, "cp_cents": 200_001}
    return propose_split(**{"actor": None, "envelope_id": envelope.public_id, **given, **more})


def parts(split, field="ae_cents"):
    return {share.territory.code: getattr(share, field) for share in split.shares.all()}


def refusal(**more):
    with pytest.raises(Refused) as refused:
        propose(**more)
    return refused.value.code


def test_whole_cents_sum_and_payment_credits_follow_the_commitment_authority(money):
    split = propose(money, key="own", weights={"59": Decimal("2.5"), "62": Decimal("0.5")})
    assert parts(split) == {"59": 250_001, "62": 50_000}
    assert parts(split, "cp_cents") == {"59": 166_668, "62": 33_333}
    assert available(money).ae_cents == 300_001 and not Delegation.objects.filter(split_share__isnull=False)


def test_a_floor_a_cap_and_what_was_delegated_before_count_when_asked(country, money):
    floor = propose(money, name="plancher", key="own", weights={"59": 9, "62": 0}, floor_cents=10_000)
    assert parts(floor) == {"59": 290_001, "62": 10_000}
    cap = propose(money, name="plafond", key="own", weights={"59": 9, "62": 1}, cap_cents=200_000)
    assert parts(cap) == {"59": 200_000, "62": 100_001}
    already = propose(money, name="rattrapage", counts_already=True)
    assert parts(already) == {"59": 0, "62": 300_001}
    assert parts(already, "already_cents") == {"59": 1_000_000_00, "62": 0}


def test_what_went_back_up_no_longer_counts_as_delegated(country, money):
    from cartable.funding.actions import withdraw

    withdraw(actor=None, envelope_id=country.nord.public_id, ae_cents=999_999_00, reason="Non employé")
    again = propose(money, counts_already=True)
    assert parts(again, "already_cents")["59"] == 1_00
    assert parts(again) == {"59": 149_951, "62": 150_050}


def test_the_keys_of_the_program_have_a_source_and_what_is_typed_must_say_its_own(money):
    known = propose(money, name="QPV", key="qpv", weights={"59": Decimal(94), "62": Decimal(64)})
    assert parts(known) == {"59": 178_482, "62": 121_519} and known.basis == ""
    changed = {"59": Decimal(95), "62": Decimal(64)}
    assert refusal(envelope=money, key="qpv", weights=changed) == "source_missing"
    typed = propose(money, key="qpv", weights=changed, basis="Arrêté de 2015")
    assert typed.basis == "Arrêté de 2015"
    unknown = {"59": Decimal(160_000), "62": None}
    assert (
        refusal(envelope=money, name="Habitants", key="qpv_population", weights=unknown) == "figure_missing"
    )


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"name": "  "}, "name_missing"),
        ({"reason": " "}, "reason_missing"),
        ({"ae_cents": 0}, "amount"),
        ({"cp_cents": -1}, "amount"),
        ({"ae_cents": 300_002}, "not_enough"),
        ({"cp_cents": 300_002}, "not_enough"),
        ({"weights": {"59": 1, "69": 1}}, "outside"),
        ({"weights": {}}, "nobody"),
        ({"key": "own", "weights": {"59": -1, "62": 1}}, "negative"),
        ({"floor_cents": 200_000}, "floors_exceed"),
        ({"cap_cents": 100_000}, "caps_leave"),
        ({"floor_cents": 2, "cap_cents": 1}, "floor_above_cap"),
    ],
)
def test_what_cannot_be_split_is_refused_and_nothing_is_kept(money, more, code):
    assert refusal(envelope=money, **more) == code
    assert not Split.objects.exists()


def test_two_splits_of_an_envelope_have_two_names_unless_one_was_given_up(money):
    first = propose(money)
    assert refusal(envelope=money) == "name_taken"
    drop_split(actor=None, split_id=first.public_id)
    assert propose(money) != first


def test_a_share_changes_by_hand_with_a_reason_and_the_rest_stays_in_the_envelope(money):
    split = propose(money)
    share = split.shares.get(department__code="62")
    for ae, cp, reason, code in (
        (150_001, 100_000, "Deux QPV de plus", "over_split"),
        (150_000, 100_001, "Deux QPV de plus", "over_split"),
        (1, 1, " ", "reason_missing"),
        (-1, 0, "x", "amount"),
    ):
        with pytest.raises(Refused) as refused:
            change_split_share(actor=None, share_id=share.public_id, ae_cents=ae, cp_cents=cp, reason=reason)
        assert refused.value.code == code
    for _again in range(2):
        change_split_share(
            actor=None, share_id=share.public_id, ae_cents=100_000, cp_cents=50_000, reason="Un QPV de moins"
        )
    assert Entry.objects.filter(verb="planning.split_share_changed").count() == 1
    notify_split(actor=None, split_id=split.public_id)
    left_over = available(money)
    assert (left_over.ae_cents, left_over.cp_cents) == (50_000, 150_000)
    with pytest.raises(Refused, match="plus modifiable"):
        change_split_share(actor=None, share_id=share.public_id, ae_cents=1, cp_cents=1, reason="x")


def test_notifying_gives_each_its_letter_once(country, money):
    split = propose(money)
    before = left(country.nord)
    for _again in range(2):
        notify_split(
            actor=None, split_id=split.public_id, on=date(2020, 5, 11), announced_on=date(2020, 5, 4)
        )
    split.refresh_from_db()
    letters = [share.delegation for share in split.shares.order_by("id")]
    assert split.state == "notified" and split.notified_on == date(2020, 5, 11)
    assert len({letter.letter_number for letter in letters}) == 2
    assert {(row.announced_on, row.reason) for row in letters} == {(date(2020, 5, 4), split.reason)}
    assert (left(country.nord) - before, left(country.pas), left(country.pas, "cp")) == (
        150_001,
        150_000,
        100_000,
    )
    assert sum_is_zero()


def test_notifying_is_all_or_nothing(country, money, monkeypatch):
    split, before = propose(money), Transfer.objects.count()
    real = splitting.delegate

    def breaks_at_the_second(**asked):
        if asked["target_id"] == country.pas.public_id:
            raise Refused("not_enough", "Il ne reste rien.")
        return real(**asked)

    monkeypatch.setattr(splitting, "delegate", breaks_at_the_second)
    with pytest.raises(Refused):
        notify_split(actor=None, split_id=split.public_id)
    split.refresh_from_db()
    assert split.state == "draft" and Transfer.objects.count() == before
    assert not split.shares.filter(delegation__isnull=False).exists()


def test_money_gone_since_the_proposal_is_said_when_it_is_notified(country, money):
    from tests.funding.stage import down

    split = propose(money)
    down(money, country.nord, 1)
    with pytest.raises(Refused, match="Il reste"):
        notify_split(actor=None, split_id=split.public_id)


def test_the_nation_splits_among_regions_that_have_no_envelope_yet(country):
    split = propose(
        country.nation,
        key="qpv",
        weights={"32": Decimal(204), "84": Decimal(145)},
        ae_cents=500_000_00,
        cp_cents=500_000_00,
    )
    third = make.region("11")
    wide = propose(country.nation, name="Trois", weights={"11": 1, "32": 1, "84": 1})
    notify_split(actor=None, split_id=wide.public_id)
    opened = Envelope.objects.get(region=third)
    assert opened.holder.name == "Préfecture de la région Île-de-France" and left(opened) == 100_001
    assert sum(parts(split).values()) == 500_000_00


def test_each_decides_on_its_own_envelope_and_reads_no_other_proposal(country, money):
    split = propose(money)
    region = make.user("region", country.north)
    stranger = make.user("region", country.east)
    national = make.user("national")
    others = [stranger, national, make.user("prefecture", country.d59), make.user("auditor")]
    assert list(splits_led_by(region)) == [split] and list(envelopes_split_by(region)) == [money]
    assert list(envelopes_split_by(national)) == [country.nation]
    share = split.shares.first()
    for user in others:
        make.second_factor(user)
        assert not splits_led_by(user).exists()
        for refused in (
            lambda user=user: notify_split(actor=user, split_id=split.public_id),
            lambda user=user: drop_split(actor=user, split_id=split.public_id),
            lambda user=user: propose(money, actor=user, name="Autre"),
            lambda user=user: change_split_share(
                actor=user, share_id=share.public_id, ae_cents=0, cp_cents=0, reason="x"
            ),
        ):
            with pytest.raises(Refused) as said:
                refused()
            assert said.value.code == "not_yours"
    with pytest.raises(Refused, match="double authentification"):
        notify_split(actor=region, split_id=split.public_id)
    make.second_factor(region)
    assert notify_split(actor=region, split_id=split.public_id).notified_by == region


def test_the_keys_stand_side_by_side_and_say_what_they_do_not_know(country, money):
    ways = {way.name: way for way in by_keys(money, usual_children(money), 158_00)}
    assert ways["qpv"].shares == {"59": 94_00, "62": 64_00}
    assert ways["equal"].shares == {"59": 79_00, "62": 79_00}
    assert ways["cites_educatives"].shares == {"59": 94_80, "62": 63_20}
    for unknown in ("qpv_population", "needs"):
        assert ways[unknown].shares == {} and ways[unknown].missing == ("Nord", "Pas-de-Calais")
    propose(money)
    assert [way.shares for way in proposed(money)] == [{"59": 150_001, "62": 150_000}]
    far = difference(94_00, 79_00)
    assert (far.cents, round(float(far.rate), 4)) == (15_00, 0.1899) and difference(1, 0).rate is None


def test_needs_are_those_of_validated_returns_and_small_ones_are_not_told(country, money):
    agent = make.user("equipment", make.body(name="Département du Nord", department=country.d59))
    operation = make.operation(
        agent, make.pool(100), opens_on=date(2020, 5, 4), answers_due_on=date(2020, 5, 6)
    )
    make.answered(operation, make.school(department=country.d59), 12, state="validated")
    make.answered(operation, make.school(department=country.d59), 30)
    other = make.user("equipment", make.body(name="Département du Pas-de-Calais", department=country.d62))
    small = make.operation(other, make.pool(100), opens_on=date(2020, 5, 4), answers_due_on=date(2020, 5, 6))
    make.answered(small, make.school(department=country.d62), 10, state="validated")
    (needs,) = [way for way in by_keys(money, usual_children(money), 100) if way.name == "needs"]
    assert needs.missing == ("Pas-de-Calais",)
    assert needs.note == "Remontées validées : 2 sur 3 établissements interrogés, au 11/05/2020"
    kept = propose(money, key="needs", weights={"59": Decimal(12)})
    assert kept.basis.startswith("Remontées validées : 1 sur 2")
    from cartable.planning.keys import needs as counted

    found = counted(money, ["59", "62"])
    assert (found["59"].units, found["59"].validated, found["59"].asked) == (12, 1, 2)
    assert found["62"].shown is None and found["59"].shown == 12


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (
            lambda split: split.shares.update(ae_cents=150_002, change_reason="SQL"),
            {"split_sum", "split_letter"},
        ),
        (lambda split: split.shares.filter(department__code="59").update(delegation=None), {"split_letter"}),
        (lambda split: Split.objects.update(state="draft"), {"split_letter"}),
    ],
)
def test_check_finds_a_split_that_does_not_follow_its_letters(money, damage, code):
    split = propose(money)
    assert damages() == []
    notify_split(actor=None, split_id=split.public_id)
    assert damages() == []
    damage(split)
    assert {found.code for found in damages()} == code
