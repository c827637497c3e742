"""Are accounts, sessions and attempts forgotten in time, and not before?"""

from datetime import date, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session

from cartable.accounts.actions import erase_accounts, erase_traces_of_access
from cartable.accounts.enums import Right, Role
from cartable.accounts.models import RightDelegation, User
from cartable.foundation.clock import now
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
LAST_DAY = date(2020, 6, 30)


@pytest.fixture
def former():
    """A person whose right ended on 30 June 2020."""
    user = factories.user(email="ancienne@example.test", display_name="Ancienne Cheffe")
    factories.assign(user, Role.HEAD, factories.school(), valid_until=LAST_DAY)
    User.objects.update(created_at=now().replace(year=2019))
    return user


@pytest.mark.parametrize("day, erased", [("2021-06-30", 0), ("2021-07-01", 1)])
def test_an_account_is_emptied_a_year_after_its_last_right(former, clock, day, erased):
    with clock.at(f"{day}T12:00+02:00"):
        assert erase_accounts(dry_run=True) == erased
        assert erase_accounts() == erased
        assert erase_accounts() == 0
    kept = User.objects.filter(display_name="Ancienne Cheffe").exists()
    assert kept is not bool(erased)


def test_an_emptied_account_names_nobody_and_keeps_what_it_did(former, clock):
    colleague = factories.user()
    lent = RightDelegation.objects.create(
        school=factories.school(),
        given_by=former,
        given_to=colleague,
        right=Right.MARK,
        valid_from=LAST_DAY,
        valid_until=date.today() + timedelta(days=30),
    )
    with clock.at("2022-01-01T12:00+01:00"):
        erase_accounts()
    lent.refresh_from_db()
    assert str(lent.given_by) == "Compte effacé"
    assert "ancienne" not in str(User.objects.values().get(pk=former.pk)).lower()
    assert not User.objects.get(pk=former.pk).is_active


def test_who_still_holds_a_right_is_never_emptied(clock):
    holder = factories.user(Role.HEAD, factories.school())
    User.objects.update(created_at=now().replace(year=2019))
    with clock.at("2035-01-01T12:00+01:00"):
        assert erase_accounts() == 0
    assert User.objects.filter(pk=holder.pk, is_active=True).exists()


def test_dead_sessions_and_old_attempts_are_erased():
    Session.objects.create(session_key="a", session_data="", expire_date=now() - timedelta(hours=1))
    Session.objects.create(session_key="b", session_data="", expire_date=now() + timedelta(hours=1))
    attempt = AccessAttempt.objects.create(username="x", ip_address="192.0.2.1", failures_since_start=1)
    AccessAttempt.objects.filter(pk=attempt.pk).update(attempt_time=now() - timedelta(days=366))
    assert erase_traces_of_access() == 2
    assert [session.session_key for session in Session.objects.all()] == ["b"]
