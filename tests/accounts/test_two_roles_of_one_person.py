"""Does a person with two roles see more than the two roles would see apart? A right never borrows another's place."""

from collections.abc import Callable, Iterable
from itertools import product
from typing import Any

import pytest

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from cartable.census.queries import (
    reads_small_counts,
    returns_led_by,
    returns_visible_to,
    schools_read_by,
    schools_to_remind,
    silent_schools,
)
from cartable.equipment.queries import (
    agreements_visible_to,
    handovers_visible_to,
    lots_visible_to,
    shipments_led_by,
    shipments_visible_to,
)
from cartable.equipment.queries.handovers import given_counts, loans_visible_to, traces
from cartable.equipment.queries.stock import assets_visible_to, stock_read_by
from cartable.operations.models import Operation
from cartable.operations.queries import operations_led_by, operations_visible_to
from cartable.planning.queries import allocations_visible_to, plans_visible_to
from cartable.pupils.queries import pupils_visible_to
from tests import crawl_objects, factories
from tests.crawl_objects import FOREIGN, OWN, Side


pytestmark = pytest.mark.django_db
PLACE_OF: dict[Role, Callable[[Side], Any]] = {
    Role.NATIONAL: lambda side: None,
    Role.REGION: lambda side: side.department.region,
    Role.PREFECTURE: lambda side: side.department,
    Role.ACADEMY: lambda side: side.department,
    Role.CIRCONSCRIPTION: lambda side: side.circonscription,
    Role.HEAD: lambda side: side.college,
    Role.EQUIPMENT: lambda side: side.service,
    Role.GIVER: lambda side: side.giver,
    Role.AUDITOR: lambda side: side.department,
    Role.ADMINISTRATOR: lambda side: side.department,
}


def each_operation(read: Callable[[Operation, User], Iterable[Any]]) -> Callable[[User], Iterable[Any]]:
    """Read something of each operation, each thing with its operation."""
    return lambda user: {(op.pk, row) for op in Operation.objects.all() for row in read(op, user)}


READS: list[Callable[[User], Iterable[Any]]] = [
    operations_visible_to,
    operations_led_by,
    returns_visible_to,
    returns_led_by,
    each_operation(silent_schools),
    each_operation(schools_to_remind),
    each_operation(lambda op, user: schools_read_by(user, op)),
    each_operation(lambda op, user: schools_read_by(user, op) if reads_small_counts(user, op) else []),
    plans_visible_to,
    allocations_visible_to,
    shipments_visible_to,
    shipments_led_by,
    lots_visible_to,
    stock_read_by,
    assets_visible_to,
    loans_visible_to,
    handovers_visible_to,
    agreements_visible_to,
    each_operation(lambda op, user: [t.handover for t in traces(user, op)]),
    each_operation(lambda op, user: list(given_counts(user, op))),
    pupils_visible_to,
]


def seen_by(user: User) -> dict[int, set[Any]]:
    """Give what a person reads, by the rank of the read."""
    return {rank: set(read(user)) for rank, read in enumerate(READS)}


def holder(*rights: tuple[Role, Any]) -> User:
    made = factories.user()
    for role, place in rights:
        factories.assign(made, role, place)
    return made


@pytest.fixture
def sides(db: None) -> dict[str, Side]:
    return crawl_objects.build()


def test_two_roles_see_no_more_than_each_alone(sides):
    here = [(role, PLACE_OF[role](sides[OWN])) for role in PLACE_OF]
    there = [(role, PLACE_OF[role](sides[FOREIGN])) for role in PLACE_OF]
    there += [(role, None) for role in (Role.AUDITOR, Role.ADMINISTRATOR)]
    alone = {right: seen_by(holder(right)) for right in here + there}
    assert all(any(one[rank] for one in alone.values()) for rank in range(len(READS))), "a read gives nothing"
    borrowed = [
        f"{one} and {two}: read {rank}"
        for one, two in product(here, there)
        for rank, seen in seen_by(holder(one, two)).items()
        if seen - alone[one][rank] - alone[two][rank]
    ]
    assert borrowed == []


def test_a_service_adopts_and_stores_for_its_own_body_alone(sides):
    from datetime import date

    from cartable.equipment.actions import adopt_agreement, ensure_product
    from cartable.foundation.refused import Refused

    own, other = sides[OWN].service, sides[FOREIGN].service
    person = holder((Role.EQUIPMENT, own), (Role.GIVER, other))
    vote = {"title": "Convention", "text": "Article 1", "deliberated_on": date(2020, 1, 6)}
    with pytest.raises(Refused):
        adopt_agreement(actor=person, body_id=other.public_id, **vote)
    with pytest.raises(Refused):
        ensure_product(actor=person, owner_id=other.public_id, good="tablet", mode="lent")
    assert ensure_product(actor=person, owner_id=own.public_id, good="tablet", mode="lent").owner == own


def test_a_head_who_oversees_elsewhere_reads_no_small_count_there(sides):
    operation = Operation.objects.get(department=sides[OWN].department)
    prefect = holder((Role.PREFECTURE, sides[OWN].department), (Role.HEAD, sides[FOREIGN].college))
    leader = holder((Role.EQUIPMENT, sides[OWN].service), (Role.PREFECTURE, sides[OWN].department))
    assert not reads_small_counts(prefect, operation)
    assert reads_small_counts(leader, operation)
