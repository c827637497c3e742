"""Is money committed once, by the right people, never over the envelope; and what becomes of it afterwards?"""

from datetime import date

import pytest

from cartable.bodies.models import Body
from cartable.funding import actions
from cartable.funding.models import Commitment, Movement
from cartable.funding.queries import stages_of
from cartable.ledger.queries import sum_is_zero
from tests import factories
from tests.funding import stage
from tests.funding.stage import DAY, commit, left, new
from tests.refusing import refused


pytestmark = [pytest.mark.store, pytest.mark.django_db]
LATER = date(2020, 6, 2)


def where(commitment: Commitment):
    return sum(stages_of(commitment.parts.select_related("commitment")).values(), start=stages_none())


def stages_none():
    from cartable.funding.queries import Stages

    return Stages()


def part_of(commitment: Commitment):
    return commitment.parts.get().public_id


@pytest.fixture
def grant(country):
    country.fill(10_000_00)
    return commit(country, 6_000_00)


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_an_envelope_is_never_overspent(country, over):
    country.fill(10_000_00)
    if over > 0:
        with refused("not_enough"):
            commit(country, 10_000_00 + over)
    else:
        assert commit(country, 10_000_00 + over).state == "committed"
    assert left(country.nord) == (10_000_00 if over > 0 else -over)
    assert Commitment.objects.count() == (over <= 0)


def test_from_the_threshold_on_it_takes_two_people(country):
    country.fill(100_000_00)
    one, two = (factories.decider("prefecture", country.d59) for _ in range(2))
    assert commit(country, 24_999_99, actor=one).state == "committed"
    asked = commit(country, 25_000_00, actor=one)
    assert (asked.state, left(country.nord, stage="asked")) == ("proposed", 25_000_00)
    with refused("same_person"):
        actions.confirm(actor=one, commitment_id=asked.public_id)
    with refused("not_yours"):
        actions.confirm(actor=factories.decider("prefecture", country.d62), commitment_id=asked.public_id)
    confirmed = actions.confirm(actor=two, commitment_id=asked.public_id, on=LATER)
    assert (confirmed.state, confirmed.decided_on) == ("committed", LATER)
    assert (left(country.nord, stage="asked"), where(confirmed).committed) == (0, 25_000_00)
    assert actions.confirm(actor=two, commitment_id=asked.public_id).pk == asked.pk


def test_of_two_who_decide_at_once_one_wins_and_the_other_is_told(country):
    country.fill(100_000_00)
    one, two, three = (factories.decider("prefecture", country.d59) for _ in range(3))
    asked = commit(country, 25_000_00, actor=one)
    actions.confirm(actor=two, commitment_id=asked.public_id)
    with refused("already_decided"):
        actions.refuse(actor=three, commitment_id=asked.public_id, reason="Trop cher")
    with refused("already_decided"):
        actions.confirm(actor=three, commitment_id=asked.public_id)


def test_what_is_refused_is_available_again(country):
    country.fill(100_000_00)
    asked = commit(country, 25_000_00)
    assert left(country.nord) == 75_000_00
    with refused("reason_missing"):
        actions.refuse(actor=None, commitment_id=asked.public_id, reason=" ")
    actions.refuse(actor=None, commitment_id=asked.public_id, reason="Hors plan")
    assert (left(country.nord), left(country.nord, stage="asked")) == (100_000_00, 0)


def test_a_commitment_stands_on_two_funders(country):
    """Cavaillon, November 2020: 80 tablets, the State pays the price net of tax, the commune pays the tax."""
    country.fill(100_000_00)
    commune = Body.objects.create(
        kind="local_authority", name="Commune", department=None, commune=_commune(country)
    )
    own = stage.line("tva", None, of=country.line.programme, own_money=True, funder=commune)
    purse = stage.envelope(own, commune)
    mayor = factories.decider("equipment", commune)
    actions.open_credits(
        actor=mayor, envelope_id=purse.public_id, ae_cents=5_000_00, cp_cents=5_000_00, on=DAY
    )
    prefect = factories.decider("prefecture", country.d59)
    asked = commit(
        country, 20_000_00, actor=prefect, kind="purchase", vat_rate=2000, bearer_id=commune.public_id
    )
    assert (asked.state, asked.vat_cents) == ("proposed", 4_000_00)
    with refused("parts"):
        actions.confirm(actor=None, commitment_id=asked.public_id)
    with refused("parts"):
        actions.join(
            actor=mayor, commitment_id=asked.public_id, part=actions.Part(purse.public_id, 4_000_01, "vat")
        )
    part = actions.Part(purse.public_id, 4_000_00, "vat")
    key = new()
    for _ in range(2):
        actions.join(actor=mayor, commitment_id=asked.public_id, part=part, key=key)
    asked.refresh_from_db()
    assert (asked.state, asked.confirmed_by) == ("committed", mayor)
    assert (left(purse), where(asked).committed) == (1_000_00, 24_000_00)
    with refused("not_yours"):
        actions.pay(actor=prefect, part_id=asked.parts.get(share="vat").public_id, cents=1)
    actions.pay(actor=mayor, part_id=asked.parts.get(share="vat").public_id, cents=4_000_00, on=LATER)
    assert left(purse, "cp") == 1_000_00


def test_who_joins_with_money_for_some_says_whom_it_serves(country):
    country.fill(10_000_00)
    only = stage.line("qpv", None, of=country.line.programme, serves="qpv_pupils")
    nation = stage.envelope(only, country.nation.holder)
    actions.open_credits(actor=None, envelope_id=nation.public_id, ae_cents=1_000_00, cp_cents=1, on=DAY)
    for note, code in (("", "serves"), ("QPV des Oliveaux", None)):
        asked = commit(country, 500_00, kind="purchase", vat_rate=2000, serves_note=note)
        part = actions.Part(nation.public_id, 100_00, "vat")
        if code:
            with refused(code):
                actions.join(actor=None, commitment_id=asked.public_id, part=part)
        else:
            assert actions.join(actor=None, commitment_id=asked.public_id, part=part).envelope == nation


def _commune(country):
    return factories.commune("Cavaillon-du-Nord", "59999", department=country.d59)


def test_payments_come_in_instalments_and_never_pass_the_commitment(grant):
    part = part_of(grant)
    actions.pay(actor=None, part_id=part, cents=2_000_00, on=LATER)
    actions.pay(actor=None, part_id=part, cents=3_999_99, on=LATER)
    with refused("not_enough"):
        actions.pay(actor=None, part_id=part, cents=2, on=LATER)
    actions.pay(actor=None, part_id=part, cents=1, on=LATER)
    assert (where(grant).committed, where(grant).settled) == (0, 6_000_00)


def test_a_payment_takes_payment_credits(country):
    country.fill(10_000_00)
    actions.withdraw(actor=None, envelope_id=country.nord.public_id, cp_cents=9_999_00, reason="gel", on=DAY)
    grant = commit(country, 6_000_00)
    with refused("not_enough") as no:
        actions.pay(actor=None, part_id=part_of(grant), cents=1_01, on=LATER)
    assert "1,00\u00a0€ de crédits de paiement" in no.value.sentence
    actions.pay(actor=None, part_id=part_of(grant), cents=1_00, on=LATER)
    assert left(country.nord, "cp", "paid") == 1_00


def test_a_payment_does_not_precede_its_commitment(grant):
    with refused("date_before"):
        actions.pay(actor=None, part_id=part_of(grant), cents=1, on=date(2020, 5, 3))
    for on, code in ((date(2021, 1, 4), "date_outside_year"), (date(2020, 12, 1), "date_not_come")):
        with refused(code):
            actions.pay(actor=None, part_id=part_of(grant), cents=1, on=on)


def test_what_waits_for_a_second_person_is_not_paid(country):
    country.fill(100_000_00)
    asked = commit(country, 25_000_00)
    with refused("not_committed"):
        actions.pay(actor=None, part_id=part_of(asked), cents=1, on=LATER)


def test_a_credit_note_gives_both_credits_back(country, grant):
    part = part_of(grant)
    actions.pay(actor=None, part_id=part, cents=6_000_00, on=LATER)
    actions.credit_note(actor=None, part_id=part, cents=500_00, on=LATER, reason="2 tablettes cassées")
    assert (where(grant).committed, left(country.nord, "cp")) == (500_00, 4_500_00)
    actions.release(actor=None, part_id=part, cents=500_00, on=LATER, reason="Non remplacées")
    assert (where(grant).committed, left(country.nord)) == (0, 4_500_00)
    with refused("not_enough"):
        actions.release(actor=None, part_id=part, cents=1, on=LATER, reason="x")


def test_what_is_justified_was_paid(country, grant):
    part = part_of(grant)
    actions.pay(actor=None, part_id=part, cents=1_000_00, on=LATER)
    with refused("not_enough"):
        actions.justify(actor=None, part_id=part, cents=1_000_01, on=LATER)
    done = actions.justify(actor=None, part_id=part, cents=1_000_00, on=LATER)
    assert (where(grant).justified, left(country.nord, "cp", "justified")) == (1_000_00, 1_000_00)
    actions.undo(actor=None, movement_id=done.public_id, reason="Facture d'un autre", on=LATER)
    assert (where(grant).settled, left(country.nord, "cp", "paid")) == (1_000_00, 1_000_00)
    with refused("already_undone"):
        actions.undo(actor=None, movement_id=done.public_id, reason="encore", on=LATER)


def test_what_has_moved_on_is_undone_in_the_reverse_order(grant):
    paid = actions.pay(actor=None, part_id=part_of(grant), cents=100, on=LATER)
    actions.justify(actor=None, part_id=part_of(grant), cents=100, on=LATER)
    with refused("not_enough"):
        actions.undo(actor=None, movement_id=paid.public_id, reason="erreur", on=LATER)


def test_a_recovery_is_claimed_then_received(country, grant):
    part = part_of(grant)
    actions.pay(actor=None, part_id=part, cents=6_000_00, on=LATER)
    actions.justify(actor=None, part_id=part, cents=4_000_00, on=LATER)
    due = {"due_on": date(2020, 9, 1), "reason": "Non dépensé", "on": LATER}
    with refused("claim_too_large"):
        actions.claim(actor=None, part_id=part, cents=2_000_01, **due)
    first = actions.claim(actor=None, part_id=part, cents=1_500_00, **due)
    with refused("claim_too_large"):
        actions.claim(actor=None, part_id=part, cents=500_01, **due)
    again = actions.claim(actor=None, part_id=part, cents=500_00, reestablish=True, **due)
    for _ in range(2):
        actions.receive(actor=None, recovery_id=first.public_id, on=LATER)
    actions.receive(actor=None, recovery_id=again.public_id, on=LATER)
    assert (where(grant).returned, where(grant).justified, where(grant).left) == (1_500_00, 4_000_00, 0)
    assert (left(country.nord), left(country.nord, "cp")) == (4_500_00, 4_500_00)
    assert left(country.nord, "cp", "returned") == 1_500_00


def test_a_received_recovery_that_is_undone_is_claimed_again(grant):
    part = part_of(grant)
    actions.pay(actor=None, part_id=part, cents=6_000_00, on=LATER)
    claim = actions.claim(actor=None, part_id=part, cents=5, due_on=LATER, on=LATER, reason="Non dépensé")
    actions.receive(actor=None, recovery_id=claim.public_id, on=LATER)
    actions.undo(actor=None, movement_id=claim.receipts.get().public_id, reason="Chèque impayé", on=LATER)
    claim.refresh_from_db()
    assert (claim.state, where(grant).returned) == ("claimed", 0)
    actions.receive(actor=None, recovery_id=claim.public_id, on=LATER)
    claim.refresh_from_db()
    assert (claim.state, where(grant).returned) == ("received", 5)


def test_a_waived_recovery_moves_nothing(grant):
    actions.pay(actor=None, part_id=part_of(grant), cents=6_000_00, on=LATER)
    claim = actions.claim(actor=None, part_id=part_of(grant), cents=5, due_on=LATER, on=LATER, reason="Reste")
    actions.waive(actor=None, recovery_id=claim.public_id, reason="Association dissoute")
    with refused("move_forbidden"):
        actions.receive(actor=None, recovery_id=claim.public_id, on=LATER)
    assert where(grant).settled == 6_000_00


def test_a_bearer_declares_bills_and_their_acceptance_justifies(country, grant):
    bearer = factories.user("association", country.bearer)
    actions.pay(actor=None, part_id=part_of(grant), cents=6_000_00, on=LATER)
    tablets = [actions.Bought("Tablette", 12, 280_33), actions.Bought("Clé 4G", 3, 30_01)]
    bill = {"number": "F1", "dated": LATER, "supplier_name": "Fournisseur inventé", "vat_rate": 2000}
    key = new()
    declared = actions.declare(actor=bearer, commitment_id=grant.public_id, lines=tablets, key=key, **bill)
    assert (declared.net_cents, declared.vat_cents) == (345_399, 69_080)
    assert (
        actions.declare(actor=bearer, commitment_id=grant.public_id, lines=tablets, key=key, **bill)
        == declared
    )
    with refused("declared_twice"):
        actions.declare(actor=bearer, commitment_id=grant.public_id, lines=tablets, **bill)
    with refused("not_yours"):
        actions.accept(actor=bearer, invoice_id=declared.public_id)
    for _ in range(2):
        actions.accept(actor=None, invoice_id=declared.public_id, on=LATER)
    assert where(grant).justified == 345_399 + 69_080
    big = actions.declare(
        actor=bearer,
        commitment_id=grant.public_id,
        lines=[actions.Bought("Ordinateur", 10, 500_00)],
        **{**bill, "number": "F2"},
    )
    with refused("not_enough"):
        actions.accept(actor=None, invoice_id=big.public_id, on=LATER)
    rest = 6_000_00 - 345_399 - 69_080
    actions.accept(actor=None, invoice_id=big.public_id, amounts={part_of(grant): rest}, on=LATER)
    assert where(grant).left == 0
    actions.close(actor=None, commitment_id=grant.public_id)
    assert sum_is_zero()


def test_a_stranger_declares_nothing(country, grant):
    stranger = factories.user("association", factories.body("association", department=country.d59))
    line = [actions.Bought("Tablette", 1, 1)]
    with refused("not_yours"):
        actions.declare(
            actor=stranger,
            commitment_id=grant.public_id,
            number="1",
            dated=DAY,
            supplier_name="x",
            lines=line,
        )


def test_only_what_is_settled_is_closed(grant):
    with refused("not_done"):
        actions.close(actor=None, commitment_id=grant.public_id)
    actions.release(actor=None, part_id=part_of(grant), cents=6_000_00, on=LATER, reason="Abandonné")
    actions.close(actor=None, commitment_id=grant.public_id)
    with refused("not_committed"):
        actions.pay(actor=None, part_id=part_of(grant), cents=1, on=LATER)
    actions.reopen(actor=None, commitment_id=grant.public_id, reason="Facture oubliée")


def test_a_line_for_some_asks_who_is_served(country):
    line = stage.line("qpv", of=country.line.programme, serves="qpv_pupils")
    nation = stage.envelope(line, stage.ministry())
    actions.open_credits(actor=None, envelope_id=nation.public_id, ae_cents=100, on=DAY)
    with refused("serves"):
        commit(country, 100, envelope=nation)
    commit(country, 100, envelope=nation, serves_note="QPV du Nord")


def test_the_same_key_commits_once(country):
    country.fill(10_000_00)
    key = new()
    first = commit(country, 100_00, key=key)
    assert commit(country, 100_00, key=key) == first
    with refused("key_reused"):
        commit(country, 100_01, key=key)
    with refused("key_reused"):
        commit(country, 100_00, key=key, subject="Autre")
    payment = new()
    paid = actions.pay(actor=None, part_id=part_of(first), cents=50_00, on=LATER, key=payment)
    assert actions.pay(actor=None, part_id=part_of(first), cents=50_00, on=LATER, key=payment) == paid
    with refused("key_reused"):
        actions.pay(actor=None, part_id=part_of(first), cents=50_01, on=LATER, key=payment)
    assert (left(country.nord), Movement.objects.count()) == (9_900_00, 1)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"subject": " "}, "subject"),
        ({"subject": "x" * 201}, "too_long"),
        ({"bearer_id": new()}, "bearer"),
        ({"vat_rate": 1960}, "vat_rate"),
        ({"on": date(2021, 1, 1)}, "date_outside_year"),
        ({"parts": []}, "parts"),
        ({"net_cents": 99_99}, "parts"),
    ],
)
def test_each_fault_has_its_sentence(country, more, code):
    country.fill(10_000_00)
    with refused(code):
        commit(country, 100_00, **more)
    assert left(country.nord) == 10_000_00


@pytest.mark.parametrize(
    ("amount", "code"), [(-1, "amount_negative"), (0, "amount_zero"), (0.1, "amount_unread")]
)
def test_cents_are_whole(country, amount, code):
    country.fill(10_000_00)
    with refused(code):
        commit(country, amount)


def test_another_departement_commits_nothing_here(country):
    country.fill(10_000_00)
    for actor in (
        factories.decider("prefecture", country.d62),
        factories.decider("region", country.north),
        factories.decider("national"),
        factories.decider("auditor"),
        factories.decider("administrator"),
        factories.decider("association", country.bearer),
    ):
        with refused("not_yours"):
            commit(country, 1, actor=actor)


def test_who_commits_or_pays_has_a_second_factor(country, grant):
    bare = factories.user("prefecture", country.d59)
    with refused("second_factor"):
        commit(country, 1, actor=bare)
    with refused("second_factor"):
        actions.pay(actor=bare, part_id=part_of(grant), cents=1, on=LATER)
    with refused("second_factor"):
        actions.confirm(actor=bare, commitment_id=grant.public_id)
