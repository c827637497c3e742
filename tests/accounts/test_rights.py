"""Are rights given, lent and taken back only by those who may, and within their place?"""

from datetime import date, timedelta

import pytest

from cartable.accounts.actions import (
    change_password,
    create_user,
    delegate,
    end_assignment,
    grant,
    note_refused_access,
    revoke_delegation,
    set_active,
)
from cartable.accounts.actions.entries import KEPT_AN_HOUR
from cartable.accounts.enums import Right, Role, ScopeKind
from cartable.accounts.models import RefusedAccess, RightDelegation, User
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.messages.models import OutgoingMessage
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
TOMORROW = date.today() + timedelta(days=1)


@pytest.fixture
def school():
    return factories.school()


@pytest.fixture
def head(school):
    return factories.user(Role.HEAD, school)


def _lend(head, school, identifier="cpe@ac-test.example", rights=(Right.MARK,), until=TOMORROW):
    return delegate(
        actor=head,
        school_id=school.public_id,
        identifier=identifier,
        display_name="M. CPE",
        rights=rights,
        until=until,
    )


def test_a_head_lends_rights_to_a_colleague_who_gets_an_account_and_a_link(head, school):
    _lend(head, school, rights=(Right.MARK, Right.HAND_OVER))
    colleague = User.objects.get(identifier="cpe@ac-test.example")
    assert colleague.scope.may(Right.HAND_OVER, school.pk)
    assert not colleague.scope.may(Right.RECEIVE, school.pk)
    assert OutgoingMessage.objects.get().recipient == colleague.email
    assert "cpe@" not in str(list(Entry.objects.values()))


def test_lending_again_takes_the_new_end_and_leaves_one_open(head, school):
    _lend(head, school)
    _lend(head, school, until=TOMORROW + timedelta(days=30))
    assert RightDelegation.objects.filter(revoked_at=None).get().valid_until == TOMORROW + timedelta(days=30)
    assert RightDelegation.objects.count() == 2


def test_headship_is_never_lent(head, school):
    with pytest.raises(Refused, match="au moins un droit"):
        _lend(head, school, rights=(Right.HEAD,))


@pytest.mark.parametrize("days", [-1, 367])
def test_a_loan_of_rights_ends_between_today_and_a_year(head, school, days):
    with pytest.raises(Refused) as refused:
        _lend(head, school, until=date.today() + timedelta(days=days))
    assert refused.value.field == "until"


def test_nobody_lends_what_was_lent_nor_in_another_school(head, school):
    _lend(head, school)
    colleague = User.objects.get(identifier="cpe@ac-test.example")
    with pytest.raises(Refused, match="chef d'établissement"):
        _lend(colleague, school, identifier="tiers@ac-test.example")
    with pytest.raises(Refused, match="chef d'établissement"):
        _lend(head, factories.school())
    with pytest.raises(Refused, match="un collègue"):
        _lend(head, school, identifier=head.identifier)


def test_a_right_taken_back_is_gone_at_the_next_request(head, school):
    (lent,) = _lend(head, school)
    with pytest.raises(Refused):
        revoke_delegation(actor=lent.given_to, delegation_id=lent.public_id)
    with pytest.raises(Refused):
        stranger = factories.user(Role.HEAD, factories.school())
        revoke_delegation(actor=stranger, delegation_id=lent.public_id)
    revoke_delegation(actor=head, delegation_id=lent.public_id)
    assert not User.objects.get(pk=lent.given_to_id).scope.school_ids


def test_an_administrator_gives_rights_within_the_department_only(school):
    local = factories.user(Role.ADMINISTRATOR, factories.department())
    far = factories.school(department=factories.department("13", "Bouches-du-Rhône"))
    made = create_user(
        actor=local,
        identifier="Nouvelle@ac-test.example",
        display_name="Nouvelle",
        role=Role.HEAD,
        scope_kind=ScopeKind.SCHOOL,
        place=school.uai,
    )
    assert made.identifier == "nouvelle@ac-test.example"
    beyond = [
        (Role.HEAD, ScopeKind.SCHOOL, far.uai),
        (Role.NATIONAL, ScopeKind.EVERYWHERE, ""),
        (Role.ADMINISTRATOR, ScopeKind.DEPARTMENT, "93"),
        (Role.REGION, ScopeKind.REGION, "11"),
    ]
    for role, kind, place in beyond:
        with pytest.raises(Refused, match="périmètre"):
            grant(actor=local, user_id=made.public_id, role=role, scope_kind=kind, place=place)


def test_nobody_else_opens_accounts_or_gives_rights(head, school):
    for actor in (head, factories.user(Role.EQUIPMENT, factories.body()), factories.user()):
        with pytest.raises(Refused):
            create_user(actor=actor, identifier="x@ac-test.example", display_name="X")
        with pytest.raises(Refused):
            grant(
                actor=actor,
                user_id=actor.public_id,
                role=Role.HEAD,
                scope_kind=ScopeKind.SCHOOL,
                place=factories.school().uai,
            )


@pytest.mark.parametrize("place", ["0939999Z", "", "n'importe quoi"])
def test_a_place_that_is_not_there_is_refused(place, head):
    admin = factories.user(Role.ADMINISTRATOR)
    with pytest.raises(Refused) as refused:
        grant(actor=admin, user_id=head.public_id, role=Role.HEAD, scope_kind=ScopeKind.SCHOOL, place=place)
    assert refused.value.field == "place"


def test_the_same_right_given_twice_is_one(head, school):
    admin = factories.user(Role.ADMINISTRATOR)
    args = {"actor": admin, "user_id": head.public_id, "role": Role.HEAD, "scope_kind": ScopeKind.SCHOOL}
    first = grant(**args, place=school.uai)
    again = grant(**args, place=school.uai.lower(), valid_until=TOMORROW)
    assert first == again
    assert head.assignments.get().valid_until == TOMORROW


def test_an_ended_right_holds_no_longer(head, school):
    admin = factories.user(Role.ADMINISTRATOR, factories.department())
    end_assignment(actor=admin, assignment_id=head.assignments.get().public_id)
    assert not User.objects.get(pk=head.pk).scope.school_ids


def test_an_account_is_closed_by_the_administration_and_never_by_itself(head):
    admin = factories.user(Role.ADMINISTRATOR)
    set_active(actor=admin, user_id=head.public_id, active=False)
    assert not User.objects.get(pk=head.pk).is_active
    with pytest.raises(Refused, match="propre compte"):
        set_active(actor=admin, user_id=admin.public_id, active=False)
    with pytest.raises(Refused):
        set_active(actor=head, user_id=admin.public_id, active=False)


def test_a_password_changes_only_with_the_old_one():
    user = factories.user(password="ancien mot de passe")
    with pytest.raises(Refused) as refused:
        change_password(actor=user, old="faux", new="nouveau mot de passe")
    assert refused.value.field == "old"
    change_password(actor=user, old="ancien mot de passe", new="nouveau mot de passe")
    assert User.objects.get(pk=user.pk).check_password("nouveau mot de passe")


def test_refused_accesses_are_kept_and_cannot_fill_the_disk(head):
    for number in range(KEPT_AN_HOUR + 20):
        note_refused_access(user=head, route=f"page-{number}", code="not_visible")
        note_refused_access(user=head, route=f"page-{number}", code="not_visible")
    assert RefusedAccess.objects.count() == KEPT_AN_HOUR
