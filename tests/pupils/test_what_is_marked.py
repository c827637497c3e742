"""Do the needs say what pupils lack: once, together, in order, and never against what is in hands?"""

import uuid

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cartable.accounts.enums import Right, Role
from cartable.accounts.models import RightDelegation
from cartable.foundation import clock as house_clock
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.pupils import actions, queries
from cartable.pupils.inputs import NeedInput
from cartable.pupils.models import Cover, Need, NeedPupil
from cartable.territories.models import School
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
DEVICE = NeedInput("device")
SIM, KEY = NeedInput("connection", True), NeedInput("connection", False)


@pytest.fixture
def school():
    return factories.school()


@pytest.fixture
def head(school):
    return factories.user(Role.HEAD, school)


def cover(need, source=None, at=None):
    with transaction.atomic():
        return actions.cover(
            need=need, kind=need.kind, source=source or uuid.uuid4(), at=at or house_clock.now()
        )


def open_kinds(pupil):
    return sorted(NeedPupil.objects.filter(pupil=pupil, open=True).values_list("kind", flat=True))


def test_a_second_marking_changes_nothing_and_is_not_journalled(school, head):
    pupil = factories.pupil(school)
    first = actions.mark(actor=head, pupil_id=pupil.public_id, lacks=[DEVICE, SIM])
    again = actions.mark(actor=head, pupil_id=pupil.public_id, lacks=[DEVICE, SIM])
    assert (first.opened, again.nothing) == (2, True)
    assert open_kinds(pupil) == ["connection", "device"]
    assert Entry.objects.filter(verb="pupils.marked").count() == 1


def test_a_key_instead_of_a_card_corrects_the_same_need(school, head):
    pupil = factories.pupil(school)
    actions.mark(actor=head, pupil_id=pupil.public_id, lacks=[SIM])
    assert actions.mark(actor=head, pupil_id=pupil.public_id, lacks=[KEY]).corrected == 1
    assert Need.objects.get().takes_sim is False


def test_a_connection_must_say_whether_it_takes_a_card(school, head):
    pupil = factories.pupil(school)
    with pytest.raises(Refused, match="carte SIM") as refused:
        actions.mark(actor=head, pupil_id=pupil.public_id, lacks=[NeedInput("connection")])
    assert refused.value.field == "takes_sim"
    assert not Need.objects.exists()


def test_an_exact_marking_withdraws_what_is_not_ticked_any_more(school, head):
    one, other = factories.pupil(school, "Ana"), factories.pupil(school, "Bob")
    actions.mark_many(
        actor=head,
        school_id=school.public_id,
        lacks={one.public_id: [DEVICE, SIM], other.public_id: [DEVICE]},
    )
    done = actions.mark_many(
        actor=head,
        school_id=school.public_id,
        lacks={one.public_id: [SIM], other.public_id: [DEVICE]},
        exact=True,
    )
    assert (done.opened, done.withdrawn) == (0, 1)
    assert (open_kinds(one), open_kinds(other)) == (["connection"], ["device"])
    assert Need.objects.count() == 2, "a need withdrawn before anything was given leaves no row"


def test_an_exact_marking_leaves_what_is_in_hands(school, head):
    pupil = factories.pupil(school)
    actions.mark(actor=head, pupil_id=pupil.public_id, lacks=[DEVICE, SIM])
    cover(Need.objects.get(kind="device"))
    done = actions.mark_many(actor=head, school_id=school.public_id, lacks={pupil.public_id: []}, exact=True)
    assert (done.withdrawn, open_kinds(pupil)) == (1, ["device"])


def test_what_is_in_hands_cannot_be_unticked(school, head):
    pupil = factories.pupil(school)
    actions.mark(actor=head, pupil_id=pupil.public_id, lacks=[DEVICE])
    source = uuid.uuid4()
    cover(Need.objects.get(), source)
    with pytest.raises(Refused, match="restitution"):
        actions.unmark(actor=head, pupil_id=pupil.public_id, kinds=["device"])
    with transaction.atomic():
        assert actions.end_cover(source=source, at=house_clock.now()) == 1
    assert actions.unmark(actor=head, pupil_id=pupil.public_id, kinds=["device"]) == 1
    assert Need.objects.get().closed_at is not None, "what was once given stays known"


def test_brothers_and_sisters_share_one_thing(school, head):
    ana, bob = factories.pupil(school, "Ana"), factories.pupil(school, "Bob")
    factories.home(ana, bob)
    actions.mark(actor=head, pupil_id=bob.public_id, lacks=[DEVICE])
    actions.mark(actor=head, pupil_id=ana.public_id, lacks=[DEVICE], shared_with=[bob.public_id])
    actions.mark(actor=head, pupil_id=ana.public_id, lacks=[DEVICE], shared_with=[bob.public_id])
    need = Need.objects.get()
    assert need.of_pupils.count() == 2
    [line] = queries.open_needs_by_level(school.public_id, one_per_household=False)
    assert (line.pupils, line.units) == (2, 1)


def test_strangers_do_not_share(school, head):
    ana, bob = factories.pupil(school, "Ana"), factories.pupil(school, "Bob")
    factories.home(ana), factories.home(bob)
    with pytest.raises(Refused, match="même domicile"):
        actions.mark(actor=head, pupil_id=ana.public_id, lacks=[DEVICE], shared_with=[bob.public_id])
    assert not Need.objects.exists()


def test_the_store_keeps_one_open_need_of_a_kind(school):
    pupil = factories.pupil(school)
    for _ in range(2):
        need = Need.objects.create(school=school, kind="device", marked_at=house_clock.now())
        row = NeedPupil(need=need, pupil=pupil, kind="device")
        if not NeedPupil.objects.exists():
            row.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_the_school_chooses_who_comes_next(school, head):
    pupils = [factories.pupil(school, name) for name in ("Ana", "Bob", "Cleo")]
    actions.mark_many(actor=head, school_id=school.public_id, lacks={p.public_id: [DEVICE] for p in pupils})
    needs = {row.pupil.first_name: row.need for row in NeedPupil.objects.select_related("need", "pupil")}
    moved = [needs["Cleo"].public_id, needs["Ana"].public_id]
    actions.set_order(actor=head, school_id=school.public_id, need_ids=moved)
    cover(needs["Ana"])
    assert list(queries.needs_in_order(head, school)) == [needs["Cleo"], needs["Bob"]]


@pytest.mark.parametrize(("right", "allowed"), [(Right.MARK, True), (Right.HAND_OVER, False), (None, False)])
def test_marking_takes_the_right_to_mark(school, head, right, allowed):
    colleague = factories.user()
    if right:
        RightDelegation.objects.create(
            school=school,
            given_by=head,
            given_to=colleague,
            right=right,
            valid_from="2020-01-01",
            valid_until="2099-06-30",
        )
    pupil = factories.pupil(school)
    if allowed:
        assert actions.mark(actor=colleague, pupil_id=pupil.public_id, lacks=[DEVICE]).opened == 1
        return
    with pytest.raises(Refused):
        actions.mark(actor=colleague, pupil_id=pupil.public_id, lacks=[DEVICE])


def test_the_head_of_another_school_sees_and_marks_nobody_here(school):
    stranger = factories.user(Role.HEAD, factories.school())
    pupil = factories.pupil(school)
    with pytest.raises(Refused):
        actions.mark(actor=stranger, pupil_id=pupil.public_id, lacks=[DEVICE])
    with pytest.raises(Refused):
        actions.mark_many(actor=stranger, school_id=school.public_id, lacks={pupil.public_id: [DEVICE]})
    assert not queries.pupils_visible_to(stranger).exists()


def test_a_pupil_of_another_school_is_not_slipped_into_a_marking(school, head):
    foreign = factories.pupil(factories.school())
    with pytest.raises(Refused, match="plus dans la liste"):
        actions.mark_many(actor=head, school_id=school.public_id, lacks={foreign.public_id: [DEVICE]})


def test_a_need_is_covered_once_and_by_one_thing(school, head):
    pupil = factories.pupil(school)
    actions.mark(actor=head, pupil_id=pupil.public_id, lacks=[DEVICE])
    need, source = Need.objects.get(), uuid.uuid4()
    assert cover(need, source) == cover(need, source)
    with pytest.raises(Refused, match="déjà couvert"):
        cover(need)
    assert Cover.objects.count() == 1


def test_a_swap_ends_one_cover_and_begins_the_next(school, head):
    pupil = factories.pupil(school)
    actions.mark(actor=head, pupil_id=pupil.public_id, lacks=[SIM])
    need, dead, now = Need.objects.get(), uuid.uuid4(), house_clock.now()
    cover(need, dead, now)
    with transaction.atomic():
        actions.end_cover(source=dead, at=now)
        actions.cover(need=need, kind="connection", source=uuid.uuid4(), at=now)
    assert queries.coverage_counts(School.objects.all()) == [queries.Coverage(school.pk, "connection", 1, 1)]


def test_marking_many_takes_as_many_queries_as_marking_few(school, head):
    def asked(number):
        pupils = [factories.pupil(school, f"P{number}x{i}") for i in range(number)]
        with CaptureQueriesContext(connection) as queries_made:
            actions.mark_many(
                actor=head,
                school_id=school.public_id,
                lacks={p.public_id: [DEVICE, SIM] for p in pupils},
                exact=True,
            )
        return len(queries_made)

    asked(1)  # the journal and the scope are opened once
    assert asked(2) == asked(20)


def test_who_is_not_named_any_more_shares_no_more(school, head):
    ana, bob = factories.pupil(school, "Ana"), factories.pupil(school, "Bob")
    factories.home(ana, bob)
    actions.mark(actor=head, pupil_id=ana.public_id, lacks=[DEVICE], shared_with=[bob.public_id])
    done = actions.mark(actor=head, pupil_id=ana.public_id, lacks=[DEVICE, SIM], exact=True)
    assert (done.opened, done.withdrawn) == (1, 1)
    assert (open_kinds(ana), open_kinds(bob)) == (["connection", "device"], [])
