"""How many pupils of the answers have what they lacked? Each once, none of another operation, silence never zero."""

import random
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from django.db import transaction

from cartable.census.actions import Line, answer_nobody, enter_for, send_back, submit
from cartable.equipment.actions import cancel_handover, give_back, swap
from cartable.equipment.models import Handover
from cartable.foundation import clock as house_clock
from cartable.foundation.refused import Refused
from cartable.monitoring.enums import Blank, Step
from cartable.monitoring.queries import coverage, picture
from cartable.pupils.actions import come_back, leave, mark
from cartable.pupils.actions.leaving import erase
from cartable.pupils.inputs import NeedInput
from cartable.pupils.models import Need, Pupil
from cartable.pupils.queries import uncovered
from tests import factories
from tests.equipment.stage import iccid, pupil_of, stage
from tests.monitoring.recount import Recount


pytestmark = [pytest.mark.django_db, pytest.mark.store]
SIM = ("sim", "given")
UNKNOWN = (Blank.UNKNOWN, Blank.UNKNOWN)


class Time:
    """The clock of a story: each thing happens a little later."""

    def __init__(self):
        self.now = datetime(2020, 4, 27, 7, tzinfo=UTC)

    def then(self, act, *args, hours=1, **more):
        self.now += timedelta(hours=hours)
        with house_clock.at(self.now):
            return act(*args, **more)


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def week(time):
    return time.then(stage)


def answer(week, time, at=None):
    school, head = at or (week.school, week.head)
    return time.then(submit, actor=head, operation_id=week.operation.public_id, school_id=school.public_id)


def seen(week, kind="connection"):
    """Give what the service that leads sees: pupils lacking, covered, and covered beyond the answers."""
    total = picture(week.operation, week.service).total
    return total.needed[kind], total.covered[kind], total.beyond[kind]


def school_row(week, school, kind="connection"):
    rows = picture(week.operation, week.service, by_school=True).schools
    return rows[school.id].needed[kind], rows[school.id].covered[kind]


def test_a_card_in_hands_covers_a_pupil_of_the_answer(week, time):
    needs = [time.then(week.need) for _ in range(3)]
    answer(week, time)
    assert seen(week) == (3, 0, 0)
    time.then(week.stock, 5)
    time.then(week.hand, needs[0], iccid(1))
    assert seen(week) == (3, 1, 0)
    assert coverage(week.operation) == {"connection": (3, 1), "device": (0, 0)}


def test_silence_is_unknown_and_never_zero(week, time):
    time.then(week.need)
    assert seen(week) == (*UNKNOWN, 0)
    other = factories.school(commune=factories.commune())
    time.then(
        answer_nobody,
        actor=factories.user("head", other),
        operation_id=week.operation.public_id,
        school_id=other.public_id,
    )
    found = picture(week.operation, week.service, by_school=True)
    assert found.schools[other.id].needed["connection"] == 0
    assert found.schools[week.school.id].needed["connection"] is Blank.UNKNOWN
    assert found.communes[""].rate("connection") is Blank.UNKNOWN
    assert found.communes["93001"].rate("connection") is Blank.NOTHING
    assert (found.total.answered, found.total.asked) == (1, 2)


def test_one_thing_for_a_household_covers_each_of_its_pupils(week, time):
    first, *_others = time.then(week.family, "connection", pupils=3)
    answer(week, time)
    time.then(week.stock, 2)
    time.then(week.hand, first, iccid(1))
    assert seen(week) == (3, 3, 0)
    assert picture(week.operation, week.service).total.in_hands(SIM) == 1


def test_what_was_lent_before_the_census_is_not_in_the_answer(week, time):
    early, late = time.then(week.need, "device"), time.then(week.need, "device")
    time.then(week.agree), time.then(week.declare, 5)
    time.then(week.lend, early, "T1")
    answer(week, time)
    assert seen(week, "device") == (1, 0, 1)
    time.then(week.lend, late, "T2")
    assert seen(week, "device") == (1, 1, 1)


def test_who_was_marked_after_the_answer_is_beyond_it(week, time):
    time.then(week.need)
    answer(week, time)
    time.then(week.stock, 5)
    later = time.then(week.need)
    time.then(week.hand, later, iccid(1))
    assert seen(week) == (1, 0, 1)


def test_a_swap_keeps_a_pupil_where_it_was(week, time):
    time.then(week.stock, 5)
    early, late = time.then(week.need), time.then(week.need)
    first = time.then(week.hand, early, iccid(1)).handover
    answer(week, time)
    second = time.then(week.hand, late, iccid(2)).handover
    for number, row in ((3, first), (4, second)):
        time.then(
            swap,
            actor=week.head,
            key=UUID(int=number),
            handover_id=row.public_id,
            new_number=iccid(number),
        )
    assert seen(week) == (1, 1, 1)


def test_a_return_sent_back_is_unknown_then_counts_who_still_lacks(week, time):
    needs = [time.then(week.need) for _ in range(3)]
    sent = answer(week, time)
    time.then(week.stock, 5)
    time.then(week.hand, needs[0], iccid(1))
    time.then(send_back, actor=week.service, return_id=sent.public_id, reason="Vérifiez les 6e.")
    assert seen(week) == (*UNKNOWN, 1)
    answer(week, time)
    assert seen(week) == (2, 0, 1)


def test_an_ecole_entered_by_telephone_has_no_rows_and_is_never_above_its_count(week, time):
    ecole = factories.school("ecole")
    inspector = factories.user("circonscription", ecole.circonscription)
    lines = [Line(level="CP", kind="connection", pupils=2, units=2, good="sim")]
    time.then(
        enter_for,
        actor=inspector,
        operation_id=week.operation.public_id,
        school_id=ecole.public_id,
        lines=lines,
    )
    here = (ecole, factories.user("head", ecole))
    time.then(week.stock, 5, to=ecole)
    for number in range(3):
        need = time.then(week.need, at=here)
        time.then(week.hand, need, iccid(number + 1), at=here)
    assert school_row(week, ecole) == (2, 2)
    assert seen(week) == (2, 2, 1)


def test_another_operation_covers_nobody_here(week, time):
    other = time.then(stage)
    other.operation.name = "Autre"
    need = time.then(other.need)
    week.school, week.head = other.school, other.head
    answer(week, time)
    time.then(other.stock, 5)
    time.then(other.hand, need, iccid(1))
    assert seen(week)[:2] == (1, 0)
    assert picture(week.operation, week.service).total.in_hands(SIM) == 0
    assert picture(other.operation, other.service).total.in_hands(SIM) == 1


def test_who_left_with_the_card_is_covered_until_it_comes_back(week, time):
    need = time.then(week.need)
    answer(week, time)
    time.then(week.stock, 5)
    row = time.then(week.hand, need, iccid(1)).handover
    time.then(leave, actor=week.head, pupil_id=pupil_of(need).public_id, on=date(2020, 4, 27), hours=24)
    assert seen(week) == (1, 1, 0)
    time.then(give_back, actor=week.head, handover_id=row.public_id)
    assert seen(week) == (1, 0, 0)


def test_a_pupil_enrolled_again_counts_once(week, time):
    need = time.then(week.need)
    answer(week, time)
    time.then(week.stock, 5)
    time.then(week.hand, need, iccid(1))
    gone = pupil_of(need)
    time.then(leave, actor=week.head, pupil_id=gone.public_id, on=date(2020, 4, 27), hours=24)
    again = factories.pupil(week.school, gone.first_name, gone.last_name)
    assert again.match_key == gone.match_key
    time.then(
        mark, actor=week.head, pupil_id=again.public_id, lacks=[NeedInput("connection", takes_sim=True)]
    )
    time.then(week.hand, Need.objects.get(of_pupils__pupil=again), iccid(2))
    assert seen(week) == (1, 1, 0)


def test_a_child_in_two_schools_counts_once_in_the_total(week, time):
    there = week.another_school()
    for at in (None, there):
        week.made = 40  # the same family name, so the same child
        need = time.then(week.need, at=at)
        answer(week, time, at)
        time.then(week.stock, 5, to=there[0] if at else None)
        time.then(week.hand, need, iccid(50 if at else 60), at=at)
    assert len(set(Pupil.objects.values_list("match_key", flat=True))) == 1
    assert school_row(week, week.school) == school_row(week, there[0]) == (1, 1)
    assert seen(week) == (2, 1, 0)
    assert picture(week.operation, week.service).total.in_hands(SIM) == 2


def test_what_is_erased_with_the_school_year_still_counts(week, time):
    needs = [time.then(week.need) for _ in range(2)]
    answer(week, time)
    time.then(week.stock, 5)
    time.then(week.hand, needs[0], iccid(1))
    erase(Pupil.objects.values_list("pk", flat=True))
    assert not Need.objects.exists()
    assert seen(week) == (2, 1, 0)


def test_a_school_that_closed_keeps_its_figures(week, time):
    need = time.then(week.need)
    answer(week, time)
    time.then(week.stock, 5)
    time.then(week.hand, need, iccid(1))
    week.school.closed = True
    week.school.save()
    found = picture(week.operation, week.service)
    assert (found.total.asked, found.total.answered) == (0, 0)
    assert seen(week) == (1, 1, 0)
    assert found.total.in_hands(SIM) == 1


def test_a_hand_over_entered_by_mistake_never_was(week, time):
    need = time.then(week.need)
    answer(week, time)
    time.then(week.stock, 5)
    row = time.then(week.hand, need, iccid(1)).handover
    time.then(cancel_handover, actor=week.head, handover_id=row.public_id, reason="Erreur de saisie")
    assert seen(week) == (1, 0, 0)
    assert picture(week.operation, week.service, by_day=True).curves == {}


def _anything(chance, hurry):
    acts = [_family, _answer, _hand_over, _end, _leave, _send_back, _erase]
    return chance.choices(acts, weights=[6, 1, hurry, 3, 1, 0.3, 0.3])[0]


def _try(time, act, *arguments):
    """Do one thing that people do; a refusal is an answer too, and there may be nothing to do it to."""
    try:
        with transaction.atomic():
            time.then(act, *arguments)
    except (Refused, IndexError):
        pass


def _family(chance, week, school, head):
    kind = chance.choice(["connection", "device"])
    week.family(kind, pupils=chance.choice([1, 1, 2]), at=(school, head))


def _answer(chance, week, school, head):
    submit(actor=head, operation_id=week.operation.public_id, school_id=school.public_id)


def _hand_over(chance, week, school, head):
    need = chance.choice(list(uncovered(Need.objects.filter(school=school))))
    act = week.hand if need.kind == "connection" else week.lend
    act(need, _number(chance, need.kind), at=(school, head))


def _number(chance, kind):
    return iccid(chance.randrange(10**9)) if kind == "connection" else f"T{chance.randrange(10**9)}"


def _end(chance, week, school, head):
    row = chance.choice(list(Handover.objects.filter(school=school, state="done")))
    what, key = chance.choice(["back", "mistake", "swap"]), {"actor": head, "handover_id": row.public_id}
    if what == "back":
        give_back(**key)
    elif what == "mistake":
        cancel_handover(**key, reason="Erreur de saisie")
    else:
        kind = "connection" if row.product.good == "sim" else "device"
        swap(**key, key=UUID(int=chance.getrandbits(128)), new_number=_number(chance, kind))


def _leave(chance, week, school, head):
    pupil = chance.choice(list(Pupil.objects.filter(school=school)))
    if pupil.left_on:
        come_back(actor=head, pupil_id=pupil.public_id)
    else:
        leave(actor=head, pupil_id=pupil.public_id, on=house_clock.today())


def _send_back(chance, week, school, head):
    sent = chance.choice(list(week.operation.campaign.returns.filter(school=school)))
    send_back(actor=week.service, return_id=sent.public_id, reason="À revoir")


def _erase(chance, week, school, head):
    erase([chance.choice(list(Pupil.objects.filter(school=school).values_list("pk", flat=True)))])


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_people_do_the_figures_agree_with_a_slow_recount(week, time, seed):
    chance = random.Random(seed)
    communes = [factories.commune(), factories.commune("Bobigny", "93008")]
    week.school.commune = communes[0]
    week.school.save()
    places = [
        (week.school, week.head),
        *(week.another_school(commune=chance.choice(communes)) for _ in range(3)),
    ]
    time.then(week.agree)
    for school, _head in places:
        time.then(week.stock, 40, to=school), time.then(week.declare, 40, at=school)
    for step in range(150):
        if step == 50:
            for place in places:
                _try(time, _answer, chance, week, *place)
        _try(time, _anything(chance, 1 if step < 50 else 12), chance, week, *chance.choice(places))
    with house_clock.at(time.now):
        found = picture(week.operation, week.service, by_school=True, by_day=True)
    slow = Recount(week.operation)
    groups = [(found.total, slow.schools)]
    groups += [
        (row, [s for s in slow.schools if s.commune and s.commune.code == code])
        for code, row in found.communes.items()
    ]
    groups += [(row, [s for s in slow.schools if s.id == own]) for own, row in found.schools.items()]
    for row, schools in groups:
        for kind in found.kinds:
            expected = tuple(Blank.UNKNOWN if n is None else n for n in slow.pupils(kind, schools))
            assert (row.needed[kind], row.covered[kind], row.beyond[kind]) == expected, (row.label, kind)
        held = slow.in_hands(schools)
        assert {thing: row.in_hands(thing) for thing in found.things} == {
            thing: held[thing] for thing in found.things
        }
    assert {thing: points[-1][1] for thing, points in found.curves.items() if points[-1][1]} == dict(
        slow.in_hands(slow.schools)
    )
    assert found.total.in_hands(SIM) > 5
    assert sum(found.total.covered[kind] for kind in found.kinds) > 5
    assert found.total.things[SIM][Step.ACCEPTED] == 160
