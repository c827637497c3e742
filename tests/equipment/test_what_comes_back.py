"""Does what goes wrong, or comes back, leave goods, loans and needs as they really are?"""

from datetime import date
from uuid import uuid4

import pytest

from cartable.equipment.actions import (
    Returned,
    adopt_agreement,
    cancel_handover,
    declare_lost,
    give_back,
    prolong,
    return_loan,
    return_many,
    swap,
)
from cartable.equipment.models import Agreement, Asset, AssetPlace, Handover, Incident, Loan
from cartable.equipment.queries import school_stock
from cartable.foundation.refused import Refused
from cartable.pupils.models import Cover
from cartable.pupils.queries import uncovered
from tests import factories
from tests.equipment.stage import iccid, nothing_damaged


pytestmark = pytest.mark.store


def refusal(call, *args, **more):
    with pytest.raises(Refused) as refused:
        call(*args, **more)
    return refused.value


def open_needs():
    from cartable.pupils.models import Need

    return uncovered(Need.objects.all()).count()


@pytest.fixture
def lent(week):
    week.declare(5), week.agree()
    return week.lend(week.need("device"), "T1").handover


def test_a_dead_card_is_swapped_and_the_need_never_waits(week, clock):
    week.stock(3)
    old = week.hand(
        week.need(), iccid(1), receiver="authorised_adult", receiver_name="Tante Exemple"
    ).handover
    with clock.at("2020-05-04T09:00+02:00"):
        done = swap(actor=week.head, key=uuid4(), handover_id=old.public_id, new_number=iccid(2))
    old.refresh_from_db()
    new = done.handover
    assert (old.state, new.state, new.replaces, new.receiver_name) == (
        "swapped",
        "done",
        old,
        "Tante Exemple",
    )
    first, second = Cover.objects.order_by("id")
    assert first.ends_at == second.starts_at and second.ends_at is None
    assert (Incident.objects.get().kind, old.asset.__class__.objects.get(pk=old.asset_id).condition) == (
        "dead_card",
        "dead",
    )
    assert week.in_ledger("outside:dead") == week.in_ledger(f"given:{week.school.uai}") == 1
    assert open_needs() == 0 and nothing_damaged()


def test_a_swap_repeated_is_one_swap(week):
    week.stock(3)
    old, key = week.hand(week.need(), iccid(1)).handover, uuid4()
    said = {"actor": week.head, "key": key, "handover_id": old.public_id}
    first = swap(**said, new_number=iccid(2)).handover
    assert swap(**said, new_number=iccid(2)).handover == first
    assert refusal(swap, **said, new_number=iccid(3)).code == "key_reused"
    assert Handover.objects.count() == 2


def test_a_swap_needs_another_thing_in_stock(week):
    week.stock(1)
    old = week.hand(week.need(), iccid(1)).handover
    said = {"actor": week.head, "key": uuid4(), "handover_id": old.public_id}
    assert refusal(swap, **said, new_number=iccid(2)).code == "not_enough"
    assert refusal(swap, **said, new_number=iccid(1)).code == "number_dead"
    old.refresh_from_db()
    assert old.state == "done" and not Incident.objects.exists() and nothing_damaged()


def test_a_broken_tablet_is_swapped_on_the_same_terms(week, lent):
    done = swap(
        actor=week.head, key=uuid4(), handover_id=lent.public_id, new_number="T2", incident="broken"
    ).handover
    old, new = Loan.objects.order_by("id")
    assert (old.state, new.state, new.due_on, done.agreement) == (
        "swapped",
        "open",
        old.due_on,
        lent.agreement,
    )
    assert Asset.objects.get(number="T1").condition == "damaged"
    assert nothing_damaged()


def test_a_pupil_who_leaves_gives_back(week, clock):
    week.stock(3)
    row = week.hand(week.need(), iccid(1)).handover
    with clock.at("2020-05-04T09:00+02:00"):
        give_back(actor=week.head, handover_id=row.public_id)
    assert give_back(actor=week.head, handover_id=row.public_id).state == "given_back"
    with pytest.raises(Refused) as refused:
        give_back(actor=week.head, handover_id=row.public_id, condition="dead")
    assert refused.value.code == "already_ended"
    assert (
        week.in_ledger(f"school:{week.school.uai}") == 3 and week.in_ledger(f"given:{week.school.uai}") == 0
    )
    assert open_needs() == 1
    assert week.hand(week.need(), iccid(1)).handover.asset == row.asset
    assert nothing_damaged()


def test_a_thing_is_given_back_though_the_pupil_is_gone(week):
    from cartable.pupils.actions import leave

    week.stock(3)
    need = week.need()
    row = week.hand(need, iccid(1)).handover
    leave(actor=week.head, pupil_id=row.pupil.public_id, on=date(2020, 4, 27))
    assert give_back(actor=week.head, handover_id=row.public_id).state == "given_back"
    assert nothing_damaged()


def test_a_mistake_is_undone_with_its_reason_and_frees_the_number(week):
    week.stock(2)
    need = week.need()
    row = week.hand(need, iccid(1)).handover
    assert (
        refusal(cancel_handover, actor=week.head, handover_id=row.public_id, reason="").code
        == "reason_missing"
    )
    cancel_handover(actor=week.head, handover_id=row.public_id, reason="Mauvais numéro recopié")
    assert week.in_ledger(f"school:{week.school.uai}") == 2 and open_needs() == 1
    assert Asset.objects.get().voided_at and not AssetPlace.objects.filter(until=None).exists()
    week.hand(need, iccid(2)), week.hand(week.need(), iccid(1))
    assert nothing_damaged()


def test_a_mistake_with_a_known_thing_puts_it_back(week, tablets):
    tablets("T1"), week.agree()
    week.confirm(week.ship(1, "tablet", "lent"))
    row = week.lend(week.need("device"), "T1").handover
    cancel_handover(actor=week.head, handover_id=row.public_id, reason="Erreur de famille")
    assert cancel_handover(actor=week.head, handover_id=row.public_id, reason="encore").state == "cancelled"
    assert AssetPlace.objects.get(until=None).account.code == f"school:{week.school.uai}"
    assert Loan.objects.get().state == "cancelled" and nothing_damaged()


def test_a_loan_comes_back_signed_with_its_condition(week, lent, clock):
    with clock.at("2020-06-26T09:00+02:00"):
        loan = return_loan(actor=week.head, loan_id=lent.public_id, condition="worn", on=date(2020, 6, 25))
    assert (loan.state, loan.return_condition, loan.return_signed) == ("returned", "worn", True)
    assert loan.returned_on == date(2020, 6, 25) == loan.return_transfer.value_date
    assert Asset.objects.get().condition == "worn"
    assert return_loan(actor=week.head, loan_id=lent.public_id, condition="worn").id == loan.id
    assert (
        refusal(return_loan, actor=week.head, loan_id=lent.public_id, condition="good").code
        == "already_ended"
    )
    assert open_needs() == 1 and nothing_damaged()


def test_a_dead_tablet_comes_back_and_leaves_the_stock(week, lent):
    return_loan(actor=week.head, loan_id=lent.public_id, condition="dead")
    assert sum(row.quantity for row in school_stock(week.school)) == 4
    assert week.in_ledger("outside:dead", "tablet", "lent") == 1 and nothing_damaged()


def test_a_class_brings_back_together(week):
    week.declare(9), week.agree()
    rows = [week.lend(week.need("device"), f"T{n}").handover for n in range(4)]
    returns = [Returned(row.public_id, "good", signed=n % 2 == 0) for n, row in enumerate(rows)]
    loans = return_many(actor=week.head, returns=returns)
    assert [loan.return_signed for loan in loans] == [True, False, True, False]
    assert week.in_ledger(f"school:{week.school.uai}", "tablet", "lent") == 9 and nothing_damaged()


def test_what_was_given_is_not_a_loan(week):
    week.stock(2)
    row = week.hand(week.need(), iccid(1)).handover
    assert refusal(return_loan, actor=week.head, loan_id=row.public_id, condition="good").code == "not_a_loan"
    assert refusal(declare_lost, actor=week.head, loan_id=row.public_id, kind="lost").code == "not_a_loan"


def test_a_stolen_tablet_ends_its_loan(week, lent):
    loan = declare_lost(actor=week.head, loan_id=lent.public_id, kind="stolen", police_report=True)
    again = {"actor": week.head, "loan_id": lent.public_id, "kind": "stolen", "police_report": True}
    assert declare_lost(**again).id == loan.id
    for other in ({"kind": "lost"}, {"police_report": False}):
        with pytest.raises(Refused) as refused:
            declare_lost(**{**again, **other})
        assert refused.value.code == "already_ended"
    assert (loan.state, Handover.objects.get().state, Incident.objects.get().police_report) == (
        "lost",
        "lost",
        True,
    )
    assert week.in_ledger("outside:lost", "tablet", "lent") == 1 and open_needs() == 1
    assert nothing_damaged()


def test_loans_are_put_off_all_at_once(week):
    week.declare(5), week.agree()
    rows = [week.lend(week.need("device"), f"T{n}", due_on=date(2020, 6, n + 20)).handover for n in range(3)]
    return_loan(actor=week.head, loan_id=rows[0].public_id, condition="good")
    assert prolong(actor=week.head, school_id=week.school.public_id, due_on=date(2020, 6, 21)) == 0
    assert prolong(actor=week.service, operation_id=week.operation.public_id, due_on=date(2021, 6, 30)) == 2
    assert set(Loan.objects.filter(state="open").values_list("due_on", flat=True)) == {date(2021, 6, 30)}
    assert refusal(prolong, actor=week.head, due_on=date(2021, 6, 30)).code == "what"
    said = {"operation_id": week.operation.public_id, "due_on": date(2022, 6, 30)}
    assert refusal(prolong, actor=week.head, **said).code == "not_yours"


def test_what_has_ended_does_not_end_again(week, lent):
    declare_lost(actor=week.head, loan_id=lent.public_id, kind="lost")
    for call, more in (
        (give_back, {"handover_id": lent.public_id}),
        (cancel_handover, {"handover_id": lent.public_id, "reason": "non"}),
        (swap, {"key": uuid4(), "handover_id": lent.public_id, "new_number": "T2"}),
    ):
        assert refusal(call, actor=week.head, **more).code == "move_forbidden"
    assert (
        refusal(return_loan, actor=week.head, loan_id=lent.public_id, condition="good").code
        == "already_ended"
    )
    assert nothing_damaged()


def test_nobody_ends_what_another_school_handed_over(week, lent):
    stranger = factories.user("head", factories.school())
    for call, more in (
        (give_back, {"handover_id": lent.public_id}),
        (cancel_handover, {"handover_id": lent.public_id, "reason": "non"}),
        (return_loan, {"loan_id": lent.public_id, "condition": "good"}),
        (declare_lost, {"loan_id": lent.public_id, "kind": "lost"}),
        (swap, {"key": uuid4(), "handover_id": lent.public_id, "new_number": "T2"}),
    ):
        assert refusal(call, actor=stranger, **more).code == "not_yours"
    assert Loan.objects.get().state == "open"


def test_an_agreement_is_adopted_version_after_version(week, lent):
    said = {"actor": week.service, "body_id": week.owner.public_id, "title": "Convention de prêt"}
    second = adopt_agreement(**said, text="Article 1 modifié", deliberated_on=date(2020, 4, 20))
    assert adopt_agreement(**said, text="Article 1 modifié", deliberated_on=date(2020, 4, 20)) == second
    assert Agreement.objects.count() == 2
    newer = week.lend(week.need("device"), "T2").handover
    older = week.lend(week.need("device"), "T3", agreement_id=lent.agreement.public_id).handover
    assert (newer.agreement.version, older.agreement.version) == (2, 1)
    said["actor"] = week.head
    assert refusal(adopt_agreement, **said, text="x", deliberated_on=date(2020, 4, 20)).code == "not_yours"
