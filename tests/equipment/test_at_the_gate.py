"""Does a thing pass into the right hands, once, and does the need know it?"""

from datetime import date
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cartable.equipment.actions import hand_over_many
from cartable.equipment.models import Asset, AssetPlace, DataLine, Handover, Loan
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.pupils.models import Cover, Home
from tests import factories
from tests.equipment.stage import hand, iccid, nothing_damaged, pupil_of


pytestmark = pytest.mark.store


def refusal(call, *args, **more):
    with pytest.raises(Refused) as refused:
        call(*args, **more)
    return refused.value


def test_a_card_is_given_and_its_need_is_covered(week):
    week.stock(5, credit_valid_until=date(2020, 5, 24))
    need = week.need()
    done = week.hand(need, iccid(7))
    row = done.handover
    assert (row.mode, row.pupil, row.home, row.agreement) == (
        "given",
        pupil_of(need),
        Home.objects.get(),
        None,
    )
    assert week.in_ledger(f"given:{week.school.uai}") == 1
    assert week.in_ledger(f"school:{week.school.uai}") == 4
    cover = Cover.objects.get()
    assert (cover.need, cover.source, cover.ends_at) == (need, row.public_id, None)
    assert DataLine.objects.get().credit_valid_until == date(2020, 5, 24)
    assert (row.transfer.public_id, row.transfer.reference) == (row.public_id, str(row.public_id))
    assert done.warnings == [] and nothing_damaged()


def test_a_tablet_is_lent_under_the_current_agreement(week):
    week.declare(3), week.agree()
    row = week.lend(week.need("device"), "r52n 123").handover
    loan = Loan.objects.get()
    assert row.asset.number == "R52N123"
    assert (loan.public_id, loan.due_on, loan.starts_on) == (
        row.public_id,
        date(2020, 6, 30),
        date(2020, 4, 27),
    )
    assert row.agreement.version == 1
    assert week.in_ledger(f"on_loan:{week.school.uai}", "tablet", "lent") == 1
    assert nothing_damaged()


def test_nothing_is_lent_without_an_agreement(week):
    week.declare(3)
    assert refusal(week.lend, week.need("device"), "T1").code == "no_agreement"
    assert not Handover.objects.exists() and not Asset.objects.exists()


def test_the_journal_and_the_ledger_name_no_child(week):
    week.stock(5)
    need = week.need()
    week.hand(need, iccid(7), receiver="authorised_adult", receiver_name="Tante Canari")
    entries = [str(entry.__dict__) for entry in Entry.objects.filter(verb__startswith="equipment.")]
    assert len(entries) == 4
    for word in ("Famille", "Enfant", "Canari", str(pupil_of(need).public_id)):
        assert not any(word in entry for entry in entries)
    with connection.cursor() as cursor:
        cursor.execute("SELECT receiver_name FROM equipment_handover")
        assert "Canari" not in str(cursor.fetchall())
    assert Handover.objects.get().receiver_name == "Tante Canari"


def test_a_retry_is_not_a_second_hand_over(week):
    week.stock(5)
    need, key = week.need(), uuid4()
    first = week.hand(need, iccid(7), key=key).handover
    assert week.hand(need, iccid(7), key=key).handover == first
    assert refusal(week.hand, need, iccid(8), key=key).code == "key_reused"
    assert Handover.objects.count() == 1 and week.in_ledger(f"given:{week.school.uai}") == 1


def test_a_number_that_is_out_is_refused_with_its_day_and_no_name(week, clock):
    week.stock(5)
    other, head = week.another_school()
    week.stock(5, to=other)
    with clock.at("2020-05-04T09:00+02:00"):
        week.hand(week.need(), iccid(7))
    with clock.at("2020-05-05T09:00+02:00"):
        need = week.need(at=(other, head))
        said = refusal(week.hand, need, iccid(7)[:-1], at=(other, head))
    assert said.code == "already_out"
    assert said.sentence == "Ce numéro est déjà sorti le 4 mai ; vérifiez le numéro ou faites un échange."
    assert Handover.objects.count() == 1


def test_an_empty_stock_hands_nothing_over(week):
    week.stock(1)
    week.hand(week.need(), iccid(1))
    assert refusal(week.hand, week.need(), iccid(2)).code == "not_enough"
    assert Asset.objects.count() == 1 and nothing_damaged()


def test_a_number_outside_the_ranges_warns_and_does_not_block(week):
    week.stock(5, ranges=[(iccid(0), iccid(4))])
    other, _head = week.another_school()
    week.stock(5, ranges=[(iccid(100), iccid(104))], to=other)
    assert week.hand(week.need(), iccid(3)).warnings == []
    assert "aucune plage" in week.hand(week.need(), iccid(50)).warnings[0]
    assert "envoyé ailleurs" in week.hand(week.need(), iccid(101)).warnings[0]
    assert nothing_damaged()


def test_a_doubtful_number_warns_and_an_impossible_one_does_not_pass(week):
    week.stock(5)
    assert "8933" in week.hand(week.need(), "8944100000000000000").warnings[0]
    assert refusal(week.hand, week.need(), "12").field == "number"
    assert refusal(week.hand, week.need(), " ").code == "number"


def test_one_thing_serves_a_household(week):
    week.stock(5)
    first, second = week.family("connection", pupils=2)
    row = week.hand(first, iccid(1)).handover
    assert set(Cover.objects.values_list("need_id", "source")) == {
        (first.id, row.public_id), (second.id, row.public_id)
    }  # fmt: skip
    assert refusal(week.hand, second, iccid(2)).code == "already_served"
    assert nothing_damaged()


def test_a_brother_marked_later_does_not_get_a_second_one(week):
    from cartable.pupils.actions import mark
    from cartable.pupils.inputs import NeedInput
    from cartable.pupils.models import Need

    week.stock(5)
    need = week.need()
    week.hand(need, iccid(1))
    brother = factories.pupil(week.school, "Petit", "Frère")
    Home.objects.get().of_pupils.create(pupil=brother)
    mark(actor=week.head, pupil_id=brother.public_id, lacks=[NeedInput("connection", True)])
    late = Need.objects.get(of_pupils__pupil=brother)
    assert refusal(week.hand, late, iccid(2)).code == "household_served"


def test_each_has_his_own_where_the_operation_says_so(week):
    week.operation.one_per_household = False
    week.operation.save()
    week.stock(5)
    first, second = week.family("connection", pupils=2)
    week.hand(first, iccid(1)), week.hand(second, iccid(2))
    assert Cover.objects.count() == 2 and week.in_ledger(f"given:{week.school.uai}") == 2


def test_who_signs(week):
    week.stock(9)
    child, grown = week.need(), week.family("connection", adult=True)[0]
    assert refusal(week.hand, child, iccid(1), receiver="adult_pupil").code == "not_adult"
    assert refusal(week.hand, grown, iccid(1)).code == "adult"
    assert refusal(week.hand, child, iccid(1), receiver="authorised_adult").code == "receiver_name"
    assert (
        refusal(week.hand, child, iccid(1), receiver="placement", receiver_name=" ").code == "receiver_name"
    )
    assert refusal(week.hand, child, iccid(1), receiver="neighbour").code == "receiver"
    week.hand(grown, iccid(1), receiver="adult_pupil")
    week.hand(child, iccid(2), receiver="placement", receiver_name="Service de l'ASE")
    assert Handover.objects.count() == 2


def test_the_home_that_came_is_one_of_the_pupils_own(week):
    week.stock(5)
    need = week.need()
    second = factories.home(pupil_of(need), rank=2, address="2 rue Autre")
    foreign = factories.home(pupil_of(week.need()))
    assert refusal(week.hand, need, iccid(1), home_id=foreign.public_id).code == "home"
    assert week.hand(need, iccid(1), home_id=second.public_id).handover.home == second


def test_a_pupil_without_a_home_is_served(week):
    week.stock(5)
    row = week.hand(week.family("connection", home=False)[0], iccid(1)).handover
    assert row.home is None and nothing_damaged()


def test_a_card_for_a_home_without_a_device_for_it_warns(week):
    week.stock(5)
    assert "une clé irait mieux" in week.hand(week.need(takes_sim=False), iccid(1)).warnings[0]


def test_a_thing_answers_its_own_need(week):
    week.stock(5), week.declare(5), week.agree()
    assert refusal(week.hand, week.need("device"), iccid(1)).code == "wrong_need"
    assert refusal(week.lend, week.need(), "T1").code == "wrong_need"


def test_what_is_lent_is_not_given(week, tablets):
    tablets("T1"), week.agree()
    week.confirm(week.ship(1, "tablet", "lent"))
    need = week.need("device")
    assert refusal(week.hand, need, "T1", good="tablet", proof="certificate").code == "wrong_article"
    assert week.lend(need, "T1").handover.mode == "lent"


def test_only_who_may_hand_over_here_does(week):
    week.stock(5)
    need = week.need()
    stranger = factories.user("head", factories.school())
    assert refusal(week.hand, need, iccid(1), at=(week.school, stranger)).code == "not_yours"
    assert refusal(week.hand, need, iccid(1), at=(week.school, week.service)).code == "not_yours"


def test_a_closed_operation_hands_nothing_over(week):
    from cartable.operations.actions import change_state

    week.stock(5)
    need = week.need()
    change_state(actor=week.service, operation_id=week.operation.public_id, to="closed")
    assert refusal(week.hand, need, iccid(1)).code == "operation_closed"


def test_a_need_of_another_school_is_not_served(week):
    week.stock(5)
    other, head = week.another_school()
    foreign = week.need(at=(other, head))
    assert refusal(week.hand, foreign, iccid(1)).code == "no_need"


def test_a_serial_of_the_inventory_is_recognised(week, tablets):
    tablets("T1", "T2"), week.agree()
    week.confirm(week.ship(2, "tablet", "lent"))
    assert week.lend(week.need("device"), " t1 ").warnings == []
    assert refusal(week.lend, week.need("device"), "T9").code == "number_unknown"
    assert Asset.objects.count() == 2 and nothing_damaged()


def test_a_thing_expected_elsewhere_puts_the_inventory_right(week, tablets):
    tablets("T1", "T2", "T3", "T4"), week.agree()
    other, _head = week.another_school()
    week.confirm(week.ship(2, "tablet", "lent"))
    week.confirm(week.ship(2, "tablet", "lent", to=other))
    done = week.lend(week.need("device"), "T3")
    assert "attendu ailleurs" in done.warnings[0]
    there = AssetPlace.objects.filter(until=None, account__code=f"school:{other.uai}")
    assert sorted(there.values_list("asset__number", flat=True)) == ["T1", "T4"]
    assert week.in_ledger(f"school:{other.uai}", "tablet", "lent") == 2
    assert nothing_damaged()


def test_many_are_handed_over_together_or_not_at_all(week):
    week.declare(20), week.agree()
    needs = [week.need("device") for _ in range(12)]
    hands = [hand(need, f"T{n}") for n, need in enumerate(needs)]
    said = {"actor": week.head, "school_id": week.school.public_id, "operation_id": week.operation.public_id}
    said |= {"good": "tablet", "proof": "agreement"}
    doubled = [*hands[:-1], hand(needs[-1], "T3")]
    assert refusal(hand_over_many, **said, hands=doubled).code == "number_twice"
    assert not Handover.objects.exists() and not Asset.objects.exists()
    assert [done.handover.asset.number for done in hand_over_many(**said, hands=hands)] == [
        f"T{n}" for n in range(12)
    ]
    assert len(hand_over_many(**said, hands=hands)) == 12
    assert Loan.objects.count() == 12 and nothing_damaged()


def test_many_take_as_many_queries_as_few(week):
    week.declare(200), week.agree()
    said = {"actor": week.head, "school_id": week.school.public_id, "operation_id": week.operation.public_id}
    counts = []
    for size in (5, 40):
        hands = [hand(week.need("device"), f"S{size}-{n}") for n in range(size)]
        with CaptureQueriesContext(connection) as queries:
            hand_over_many(**said, good="tablet", proof="agreement", hands=hands)
        counts.append(len(queries))
    assert counts[1] <= counts[0] < 60  # the first time also opens the account
