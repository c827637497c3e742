"""Does a way in open once, to its own account, and to nobody who guesses?"""

import re
from datetime import timedelta

import pytest

from cartable.accounts.access import access_counts
from cartable.accounts.actions import (
    invite_all,
    invite_ecoles,
    letters_sent,
    redeem_code,
    redeem_link,
    reissue,
)
from cartable.accounts.actions.invitations import TRIES
from cartable.accounts.enums import Audience, Role
from cartable.accounts.models import Invitation, User
from cartable.accounts.queries import letters_to_print, way_in_by_link
from cartable.accounts.secrets import ALPHABET, new_code, plain_code
from cartable.foundation.clock import now
from cartable.foundation.refused import Refused
from cartable.messages.models import OutgoingMessage
from cartable.territories.enums import SchoolKind
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
PASSWORD = "un mot de passe bien long"


@pytest.fixture
def equipment():
    return factories.user(Role.EQUIPMENT, factories.body())


def _link(user: User) -> str:
    body = OutgoingMessage.objects.get(dedup_key=f"invitation:{user.invitations.latest('id').public_id}").body
    return re.search(r"/acces/(\S+)", body)[1]


def _invite(equipment, **more):
    return invite_all(actor=equipment, department_id=factories.department().public_id, **more)


def test_one_step_lets_in_a_department_and_a_second_run_nobody(equipment):
    with_email = factories.school(email="CE.0930001A@ac-test.example")
    without = factories.school()
    ien = factories.circonscription(email="ien@ac-test.example")
    factories.school(SchoolKind.ECOLE, circonscription=ien, email="ecole@ac-test.example")
    factories.school(department=factories.department("13", "Bouches-du-Rhône"), email="loin@ac-test.example")
    seen = []
    done = _invite(equipment, progress=lambda *step: seen.append(step))
    assert (done.accounts, done.links, done.letters, done.already) == (3, 2, 1, 0)
    assert seen[-1] == (3, 3)
    head = User.objects.get(identifier="ce.0930001a@ac-test.example")
    assert head.scope.school_ids == {with_email.pk}
    assert User.objects.get(identifier=without.uai.lower()).scope.school_ids == {without.pk}
    assert User.objects.get(identifier="ien@ac-test.example").scope.circonscription_ids == {ien.pk}
    again = _invite(equipment)
    assert (again.accounts, again.links, again.letters, again.already) == (0, 0, 0, 3)


def test_an_expired_way_in_is_opened_again_for_the_same_account(equipment, clock):
    factories.school()
    _invite(equipment)
    with clock.at(now() + timedelta(days=60)):
        again = _invite(equipment)
    assert (again.accounts, again.letters) == (0, 1)
    assert User.objects.count() == 2


def test_an_address_shared_by_two_schools_names_neither(equipment):
    schools = [factories.school(email="commun@ac-test.example") for _ in range(2)]
    _invite(equipment)
    named = set(User.objects.filter(email="commun@ac-test.example").values_list("identifier", flat=True))
    assert named == {school.uai.lower() for school in schools}


def test_only_those_who_may_let_a_department_in(equipment):
    department = factories.department()
    far = factories.department("13", "Bouches-du-Rhône")
    head = factories.user(Role.HEAD, factories.school())
    prefecture = factories.user(Role.PREFECTURE, department)
    giver = factories.user(Role.GIVER, factories.body())
    for actor, where in ((equipment, far), (head, department), (prefecture, department), (giver, department)):
        with pytest.raises(Refused, match="votre département"):
            invite_all(actor=actor, department_id=where.public_id)


def test_an_inspector_lets_her_ecoles_in_and_no_others():
    mine, other = factories.circonscription(), factories.circonscription()
    factories.school(SchoolKind.ECOLE, circonscription=mine)
    factories.school(SchoolKind.ECOLE, circonscription=other)
    ien = factories.user(Role.CIRCONSCRIPTION, mine)
    assert invite_ecoles(actor=ien, circonscription_id=mine.public_id).accounts == 1
    with pytest.raises(Refused):
        invite_ecoles(actor=ien, circonscription_id=other.public_id)


def test_counts_tell_apart_in_use_waiting_and_without(equipment):
    used, waiting = factories.school(), factories.school(email="attend@ac-test.example")
    factories.user(Role.HEAD, used, password=PASSWORD)
    _invite(equipment, audiences=[Audience.COLLEGES])
    factories.school()
    colleges = next(c for c in access_counts(factories.department()) if c.audience == Audience.COLLEGES)
    assert (colleges.places, colleges.in_use, colleges.waiting, colleges.without) == (3, 1, 1, 1)
    assert waiting


def test_a_link_opens_once_and_looking_at_it_does_not_use_it(equipment):
    factories.school(email="un@ac-test.example")
    _invite(equipment)
    user = User.objects.get(email="un@ac-test.example")
    token = _link(user)
    assert way_in_by_link(token).user == user
    assert way_in_by_link(token) is not None
    assert redeem_link(token=token, password=PASSWORD).check_password(PASSWORD)
    with pytest.raises(Refused, match="déjà servi"):
        redeem_link(token=token, password=PASSWORD)


def test_a_link_dies_after_seven_days(equipment, clock):
    factories.school(email="un@ac-test.example")
    _invite(equipment)
    token = _link(User.objects.get(email="un@ac-test.example"))
    with clock.at(now() + timedelta(days=7, seconds=1)), pytest.raises(Refused):
        redeem_link(token=token, password=PASSWORD)


def test_no_secret_is_kept_in_clear(equipment):
    factories.school(email="un@ac-test.example")
    factories.school()
    _invite(equipment)
    token = _link(User.objects.get(email="un@ac-test.example"))
    code = Invitation.objects.get(channel="letter").letter_code
    kept = str(list(Invitation.objects.values_list("secret_hash", "letter_code")))
    raw = str(
        list(Invitation.objects.raw("SELECT id, letter_code AS sealed FROM accounts_invitation")[0].__dict__)
    )
    assert token not in kept
    assert plain_code(code) not in raw + kept


def _letter(equipment) -> tuple[User, str]:
    school = factories.school()
    _invite(equipment)
    user = User.objects.get(identifier=school.uai.lower())
    return user, user.invitations.get().letter_code


def test_a_code_opens_once_however_it_is_typed(equipment):
    user, code = _letter(equipment)
    typed = f" {code.lower().replace('-', '  ')} "
    assert redeem_code(identifier=user.identifier.upper(), code=typed, password=PASSWORD) == user
    with pytest.raises(Refused):
        redeem_code(identifier=user.identifier, code=code, password=PASSWORD)


def test_a_code_opens_no_other_account(equipment):
    _user, code = _letter(equipment)
    other, _code = _letter(equipment)
    with pytest.raises(Refused):
        redeem_code(identifier=other.identifier, code=code, password=PASSWORD)


def test_guesses_are_counted_and_the_code_rests_but_does_not_die(equipment, clock):
    user, code = _letter(equipment)
    sentences = set()
    for _ in range(TRIES):
        with pytest.raises(Refused) as refused:
            redeem_code(identifier=user.identifier, code=new_code(), password=PASSWORD)
        sentences.add(refused.value.sentence)
    with pytest.raises(Refused) as refused:
        redeem_code(identifier=user.identifier, code=code, password=PASSWORD)
    with pytest.raises(Refused) as unknown:
        redeem_code(identifier="personne", code=code, password=PASSWORD)
    assert sentences == {refused.value.sentence} == {unknown.value.sentence}
    with clock.at(now() + timedelta(minutes=16)):
        assert redeem_code(identifier=user.identifier, code=code, password=PASSWORD) == user


def test_a_weak_password_leaves_the_way_in_open(equipment):
    user, code = _letter(equipment)
    with pytest.raises(Refused) as refused:
        redeem_code(identifier=user.identifier, code=code, password="court")
    assert refused.value.field == "password"
    assert redeem_code(identifier=user.identifier, code=code, password=PASSWORD) == user


def test_a_new_way_in_closes_the_one_before(equipment):
    user, code = _letter(equipment)
    reissue(actor=equipment, user_id=user.public_id)
    with pytest.raises(Refused):
        redeem_code(identifier=user.identifier, code=code, password=PASSWORD)


def test_nobody_prints_a_code_for_an_account_in_use(equipment):
    user, code = _letter(equipment)
    redeem_code(identifier=user.identifier, code=code, password=PASSWORD)
    with pytest.raises(Refused, match="administration"):
        reissue(actor=equipment, user_id=user.public_id)
    administrator = factories.user(Role.ADMINISTRATOR)
    reissue(actor=administrator, user_id=user.public_id)
    assert not letters_to_print(equipment).exists()


def test_printed_codes_are_forgotten_once_posted(equipment):
    user, code = _letter(equipment)
    assert letters_to_print(equipment).count() == 1
    assert letters_sent(actor=equipment) == 1
    assert not letters_to_print(equipment).exists()
    assert user.invitations.get().letter_code == ""
    assert redeem_code(identifier=user.identifier, code=code, password=PASSWORD) == user


def test_codes_are_made_of_letters_that_nobody_confuses():
    assert not set("0O1IL5S8BU") & set(ALPHABET)
    assert len({new_code() for _ in range(200)}) == 200
