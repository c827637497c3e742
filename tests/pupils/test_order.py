"""Is the proposed order that of the criteria, changed only with a reason, and at home in the school alone?"""

from itertools import permutations
from uuid import UUID, uuid4

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.operations.actions import set_criteria
from cartable.operations.queries import criteria_for
from cartable.pupils import actions, queries
from cartable.pupils.enums import Criterion
from cartable.pupils.inputs import NeedInput
from cartable.pupils.models import Need
from cartable.pupils.ordering import Waiting, moved, proposed, why
from tests import factories as make


ALL = [criterion.value for criterion in Criterion]
rows = st.lists(
    st.builds(Waiting, st.uuids(), st.booleans(), st.integers(1, 4), st.sampled_from([None, True, False])),
    unique_by=lambda row: row.need_id,
    max_size=8,
)


@given(rows, st.permutations(ALL))
def test_nobody_with_less_is_put_behind(waiting, criteria):
    order = proposed(waiting, criteria)
    assert sorted(order, key=id) == sorted(waiting, key=id)
    first = criteria[0]
    values = {
        Criterion.EXAM: [row.exam for row in order],
        Criterion.SIBLINGS: [row.pupils for row in order],
        Criterion.NOTHING: [not row.shared for row in order],
    }[first]
    assert values == sorted(values, reverse=True)


def test_equals_keep_their_place_and_each_says_what_counts():
    plain = [Waiting(uuid4(), False, 1, None) for _ in range(3)]
    assert proposed(plain, ALL) == plain
    assert why(Waiting(uuid4(), True, 3, True), ALL) == (
        "année d'examen, 3 enfants pour un même article, un appareil partagé à la maison"
    )
    assert why(plain[0], ALL) == ""


@given(st.permutations(range(6)))
def test_the_fewest_are_called_moved(order):
    before = [UUID(int=n) for n in range(6)]
    after = [before[n] for n in order]
    gone = moved(before, after)
    kept = [need for need in after if need not in gone]
    assert kept == sorted(kept, key=before.index)
    assert not any(
        list(run) == sorted(run, key=before.index)
        for run in ([n for n in after if n not in some] for some in _subsets(before, len(gone) - 1))
    )


def _subsets(needs, size):
    return [] if size < 0 else {frozenset(run[:size]) for run in permutations(needs, size)}


@pytest.fixture
def lead(db):
    return make.equipment_user()


@pytest.fixture
def school(db):
    return make.school()


@pytest.fixture
def head(school):
    return make.user("head", school)


@pytest.fixture
def families(head, school):
    """Ana in 5E, Bob in 3E with a shared device, Cleo in 3E with nothing."""
    pupils = [
        make.pupil(school, name, level=level)
        for name, level in (("Ana", "5E"), ("Bob", "3E"), ("Cleo", "3E"))
    ]
    lacks = {pupil.public_id: [NeedInput("device")] for pupil in pupils}
    actions.mark_many(actor=head, school_id=school.public_id, lacks=lacks)
    needs = {need.of_pupils.get().pupil.first_name: need.public_id for need in Need.objects.order_by("id")}
    actions.set_shared(actor=head, school_id=school.public_id, shared={needs["Bob"]: True})
    return needs


def order_of(head, school):
    return [need.of_pupils.all()[0].pupil.first_name for need in queries.needs_in_order(head, school)]


def settle(head, school, families, names, reasons=()):
    return actions.settle_order(
        actor=head,
        school_id=school.public_id,
        need_ids=[families[name] for name in names],
        criteria=ALL,
        shared={families["Bob"]: True},
        reasons={families[name]: code for name, code in reasons},
    )


pytestmark = pytest.mark.store


def test_the_proposed_order_is_kept_without_a_reason(head, school, families):
    settle(head, school, families, ["Cleo", "Bob", "Ana"])
    assert order_of(head, school) == ["Cleo", "Bob", "Ana"]
    assert set(Need.objects.values_list("order_reason", flat=True)) == {""}
    assert not Need.objects.filter(ordered_at=None).exists()


def test_who_is_moved_says_why_by_a_code(head, school, families):
    for reasons in ((), [("Ana", "parce que")]):
        with pytest.raises(Refused):
            settle(head, school, families, ["Ana", "Cleo", "Bob"], reasons)
    assert order_of(head, school) == ["Ana", "Bob", "Cleo"]  # nothing was half done
    settle(head, school, families, ["Ana", "Cleo", "Bob"], [("Ana", "known"), ("Bob", "absent")])
    assert order_of(head, school) == ["Ana", "Cleo", "Bob"]
    assert list(Need.objects.order_by("id").values_list("order_reason", flat=True)) == ["known", "", ""]
    entry = Entry.objects.filter(verb="pupils.ordered").latest("seq")
    assert entry.data["reasons"] == ["known"] and "Ana" not in str(entry.data)


def test_a_refused_order_keeps_no_shared_device(head, school, families):
    with pytest.raises(Refused):
        actions.settle_order(
            actor=head,
            school_id=school.public_id,
            need_ids=[families[name] for name in ("Ana", "Bob", "Cleo")],
            criteria=ALL,
            shared={families["Cleo"]: True},
            reasons={},
        )
    assert Need.objects.get(public_id=families["Cleo"]).shared_device is None


def test_the_operation_says_the_criteria(lead, school, head):
    assert criteria_for(head, school) == ALL
    operation = make.operation(lead)
    set_criteria(actor=lead, operation_id=operation.public_id, criteria=["nothing"])
    assert criteria_for(head, school) == ["nothing"]
    for wrong in (["exam", "exam"], ["âge"]):
        with pytest.raises(Refused):
            set_criteria(actor=lead, operation_id=operation.public_id, criteria=wrong)
    with pytest.raises(Refused):
        set_criteria(actor=head, operation_id=operation.public_id, criteria=[])


def test_the_pages(client, lead, school, head, families):
    operation = make.operation(lead)
    client.force_login(lead)
    address = reverse("operation-criteria", args=[operation.public_id])
    assert client.get(address).status_code == 200
    assert client.post(address, {"first": "exam", "second": "exam"}).status_code == 422
    assert client.post(address, {"first": "nothing", "second": "", "third": ""}).status_code == 302
    client.force_login(head)
    page = client.get(reverse("needs-order", args=[school.public_id])).content.decode()
    assert page.index("Ana") < page.index("Bob") and page.index("Cleo") < page.index("Bob")
    assert "ceux qui n&#x27;ont rien avant ceux qui partagent" in page or "n'ont rien" in page
    client.force_login(make.user("equipment", make.body(department=make.department("95", "Val-d'Oise"))))
    assert client.get(reverse("needs-order", args=[school.public_id])).status_code == 404
