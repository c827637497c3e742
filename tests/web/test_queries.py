"""Do the lists ask the store the same number of questions with few rows and with many?"""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cartable.accounts.actions import delegate
from cartable.accounts.enums import Right, Role
from cartable.foundation import clock
from tests import factories


pytestmark = pytest.mark.django_db


def _count(client, address: str) -> int:
    client.get("/mon-compte")  # the first page of a session writes when it was born
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


def _colleagues(head, school, numbers: range) -> None:
    for number in numbers:
        delegate(
            actor=head,
            school_id=school.public_id,
            identifier=f"c{number}@example.test",
            display_name=f"Collègue {number}",
            rights=[Right.MARK],
            until=clock.today(),
        )


def test_the_list_of_delegations_does_not_grow(client):
    school = factories.school()
    head = factories.user(Role.HEAD, school)
    client.force_login(head)
    _colleagues(head, school, range(2))
    few = _count(client, "/delegations")
    _colleagues(head, school, range(2, 20))
    assert _count(client, "/delegations") == few


def test_the_list_of_accounts_does_not_grow(client):
    client.force_login(factories.user(Role.ADMINISTRATOR))
    for _ in range(2):
        factories.user(Role.HEAD, factories.school())
    few = _count(client, "/comptes")
    for _ in range(18):
        factories.user(Role.HEAD, factories.school())
    assert _count(client, "/comptes") == few


def test_the_page_of_invitations_does_not_grow(client):
    client.force_login(factories.user(Role.EQUIPMENT, factories.body()))
    factories.school()
    few = _count(client, "/invitations")
    for _ in range(10):
        factories.school()
    assert _count(client, "/invitations") == few
