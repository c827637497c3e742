"""Does a return go up as counts, once, by the right hand, and come back with a reason?"""

import pytest

from cartable.census.actions import Line, answer_nobody, enter_for, send_back, submit, validate
from cartable.census.enums import ReturnState
from cartable.census.models import Return
from cartable.census.queries import (
    progress,
    return_of,
    returns_visible_to,
    silent_schools,
    totals_by_kind,
    units_needed,
)
from cartable.foundation.refused import Refused
from cartable.pupils.actions import mark
from cartable.pupils.inputs import NeedInput
from cartable.pupils.models import Pupil
from tests import factories as make


pytestmark = [pytest.mark.django_db, pytest.mark.store]
SIM = NeedInput("connection", takes_sim=True)
KEY = NeedInput("connection", takes_sim=False)


@pytest.fixture
def lead():
    return make.equipment_user()


@pytest.fixture
def operation(lead):
    return make.operation(lead, make.pool(1400), make.pool(400, serves="ecole"))


@pytest.fixture
def school(operation):
    return make.school("college")


@pytest.fixture
def head(school):
    return make.user("head", school)


def sent(head, operation, school):
    return submit(actor=head, operation_id=operation.public_id, school_id=school.public_id)


def test_counts_go_up_those_nobody_marked_are_erased_and_totals_stay(head, operation, school):
    marked = make.pupil(school, "Zoé", level="6E")
    for name in ("Hugo", "Inès", "Loïc"):
        make.pupil(school, name, level="5E")
    mark(actor=head, pupil_id=marked.public_id, lacks=[SIM, NeedInput("device")])
    answer = sent(head, operation, school)
    lines = set(answer.lines.values_list("level", "kind", "good", "pupils", "units"))
    assert lines == {("6E", "connection", "sim", 1, 1), ("6E", "device", "", 1, 1)}
    assert list(Pupil.objects.values_list("id", flat=True)) == [marked.id]
    assert dict(answer.level_totals.values_list("level", "pupils")) == {"6E": 1, "5E": 3}


def test_one_per_household_counts_the_household_once(head, operation, school):
    first, second = make.pupil(school, "Zoé", level="6E"), make.pupil(school, "Hugo", level="4E")
    make.home(first, second)
    for pupil in (first, second):
        mark(actor=head, pupil_id=pupil.public_id, lacks=[SIM])
    answer = sent(head, operation, school)
    assert sum(line.pupils for line in answer.lines.all()) == 2
    assert sum(line.units for line in answer.lines.all()) == 1


def test_nobody_is_an_answer_and_silence_is_not(head, operation, school):
    silent = make.school("college")
    before = progress(operation)
    assert (before.asked, before.answered) == (2, 0)
    answer_nobody(actor=head, operation_id=operation.public_id, school_id=school.public_id)
    after = progress(operation)
    assert (after.asked, after.answered, after.nobody, after.silent) == (2, 1, 1, 1)
    assert list(silent_schools(operation, make.user("national"))) == [silent]
    assert units_needed(operation.pools.get(serves="college")) == {school.id: 0}


def test_nothing_marked_is_not_sent_as_zero(head, operation, school):
    make.pupil(school)
    with pytest.raises(Refused, match="Personne n'en a besoin ici"):
        sent(head, operation, school)
    assert return_of(operation, school) is None
    assert Pupil.objects.count() == 1


def test_nobody_is_refused_while_pupils_are_marked(head, operation, school):
    mark(actor=head, pupil_id=make.pupil(school).public_id, lacks=[SIM])
    with pytest.raises(Refused):
        answer_nobody(actor=head, operation_id=operation.public_id, school_id=school.public_id)
    assert Pupil.objects.count() == 1


def test_it_is_sent_once_and_again_after_it_came_back_with_a_reason(lead, head, operation, school):
    pupil = make.pupil(school, level="3E")
    make.pupil(school, "Hugo", level="3E")
    mark(actor=head, pupil_id=pupil.public_id, lacks=[SIM])
    answer = sent(head, operation, school)
    with pytest.raises(Refused, match="déjà envoyée"):
        sent(head, operation, school)
    with pytest.raises(Refused, match="motif"):
        send_back(actor=lead, return_id=answer.public_id, reason=" ")
    send_back(actor=lead, return_id=answer.public_id, reason="Douze cartes pour un élève ?")
    assert progress(operation).answered == 0
    again = sent(head, operation, school)
    assert again.pk == answer.pk and again.state == ReturnState.SUBMITTED
    assert dict(again.level_totals.values_list("level", "pupils")) == {"3E": 2}


def test_validated_at_once_and_validated_again_changes_nothing(lead, operation):
    answers = [make.answered(operation, make.school("college"), 3) for _ in range(3)]
    ids = [answer.public_id for answer in answers]
    assert validate(actor=lead, return_ids=ids) == 3
    assert validate(actor=lead, return_ids=ids) == 0
    assert set(Return.objects.values_list("state", flat=True)) == {"validated"}


@pytest.mark.parametrize("role", ["school_staff", "prefecture", "circonscription"])
def test_only_the_head_sends(role, head, operation, school):
    mark(actor=head, pupil_id=make.pupil(school).public_id, lacks=[SIM])
    places = {
        "school_staff": school,
        "prefecture": school.department,
        "circonscription": make.circonscription(),
    }
    with pytest.raises(Refused):
        sent(make.user(role, places[role]), operation, school)
    assert return_of(operation, school) is None


def test_the_circonscription_enters_counts_for_its_ecoles_alone(operation):
    mine, other = make.school("ecole"), make.school("ecole")
    office = make.user("circonscription", mine.circonscription)
    entered = Line(level="TOUS", kind="connection", good="sim", pupils=3, units=3)
    answer = enter_for(
        actor=office, operation_id=operation.public_id, school_id=mine.public_id, lines=[entered]
    )
    assert answer.entered_for_by == mine.circonscription
    assert units_needed(operation.pools.get(serves="ecole")) == {mine.id: 3}
    with pytest.raises(Refused):
        enter_for(actor=office, operation_id=operation.public_id, school_id=other.public_id, lines=[entered])
    assert return_of(operation, other) is None


@pytest.mark.parametrize(
    "line",
    [
        Line(level="TOUS", kind="connection", good="sim", pupils=2, units=3),
        Line(level="TOUS", kind="connection", good="sim", pupils=-1, units=-1),
        Line(level="TOUS", kind="unknown", pupils=1, units=1),
        Line(level=" ", kind="device", pupils=1, units=1),
        Line(level="TOUS", kind="device", pupils=4000, units=1),
    ],
)
def test_a_senseless_count_is_refused_whole(line, operation):
    school = make.school("ecole")
    office = make.user("circonscription", school.circonscription)
    good = Line(level="TOUS", kind="homework_by_post", pupils=1, units=1)
    with pytest.raises(Refused):
        enter_for(
            actor=office, operation_id=operation.public_id, school_id=school.public_id, lines=[good, line]
        )
    assert return_of(operation, school) is None


def test_a_closed_operation_takes_no_answer(lead, head, operation, school):
    from cartable.operations.actions import change_state

    change_state(actor=lead, operation_id=operation.public_id, to="closed")
    with pytest.raises(Refused, match="close"):
        answer_nobody(actor=head, operation_id=operation.public_id, school_id=school.public_id)


def test_a_school_reads_its_own_return_the_dsden_no_draft_and_the_prefecture_none(head, operation, school):
    mine = make.answered(operation, school, 3)
    draft = make.answered(operation, make.school("college"), 2, state="draft")
    prefecture = make.user("prefecture", make.department())
    assert list(returns_visible_to(head)) == [mine]
    dsden = make.user("academy", make.department())
    assert list(returns_visible_to(dsden)) == [mine]
    assert not returns_visible_to(prefecture).exists()
    assert draft in returns_visible_to(make.user("head", draft.school))
    assert not returns_visible_to(make.user("association", make.body("association"))).exists()


def test_a_key_is_not_a_sim_and_a_tablet_meets_a_device(lead, head, school):
    operation = make.operation(
        lead, make.pool(5), make.pool(5, good="key"), make.pool(5, good="tablet", mode="lent"), name="Mixte"
    )
    for name, needs in (("Zoé", [SIM, NeedInput("device")]), ("Hugo", [KEY])):
        mark(actor=head, pupil_id=make.pupil(school, name).public_id, lacks=needs)
    sent(head, operation, school)
    assert {p.good: units_needed(p)[school.id] for p in operation.pools.all()} == {
        "sim": 1,
        "key": 1,
        "tablet": 1,
    }
    assert totals_by_kind(operation)["connection"] == {"pupils": 2, "units": 2}
