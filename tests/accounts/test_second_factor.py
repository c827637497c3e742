"""Does a second factor let in its own person, once for each code, and nobody who guesses?"""

import re
from datetime import timedelta

import pytest

from cartable.accounts import totp
from cartable.accounts.actions import (
    begin_second_factor,
    confirm_second_factor,
    erase_accounts,
    prove,
    remove_second_factor,
    renew_recovery_codes,
    reset_second_factor,
)
from cartable.accounts.actions.second_factor import RECOVERY_CODES, TRIES
from cartable.accounts.enums import Role
from cartable.accounts.models import RecoveryCode, SecondFactor
from cartable.accounts.perms import has_second_factor
from cartable.foundation.clock import now
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.messages.models import OutgoingMessage
from tests import factories
from tests.factories import PASSWORD


pytestmark = [pytest.mark.django_db, pytest.mark.store]
STEP = timedelta(seconds=30)


@pytest.fixture
def person():
    return factories.user(password=PASSWORD, email="moi@example.test")


@pytest.fixture
def factor(person):
    return factories.second_factor(person)


def wrong_code(key: str) -> str:
    near = {totp.code_at(key, now() + n * STEP) for n in range(-3, 4)}
    return next(
        code
        for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777")
        if code not in near
    )


def verbs() -> list[str]:
    return [
        verb for verb in Entry.objects.order_by("seq").values_list("verb", flat=True) if "message" not in verb
    ]


def test_the_code_is_the_one_of_the_standard():
    """The first values of RFC 6238, appendix B (SHA-1), last six digits."""
    from datetime import UTC, datetime

    key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924")):
        assert totp.code_at(key, datetime.fromtimestamp(seconds, UTC)) == code


def test_a_key_opens_nothing_until_a_first_code_confirms_it(person):
    pending = begin_second_factor(actor=person)
    assert not has_second_factor(person)
    with pytest.raises(Refused, match="pas activée"):
        prove(actor=person, code=totp.code_at(pending.key))
    codes = confirm_second_factor(actor=person, password=PASSWORD, code=totp.code_at(pending.key))
    assert has_second_factor(person) and len(set(codes)) == RECOVERY_CODES
    assert verbs() == ["account.factor_added"]
    with pytest.raises(Refused, match="déjà activée"):
        begin_second_factor(actor=person)


def test_enrolling_takes_the_password_too(person):
    pending = begin_second_factor(actor=person)
    with pytest.raises(Refused, match="incorrect"):
        confirm_second_factor(actor=person, password="autre", code=totp.code_at(pending.key))
    assert not has_second_factor(person)
    confirm_second_factor(actor=person, password=PASSWORD, code=totp.code_at(pending.key))
    assert has_second_factor(person)


def test_a_new_key_replaces_one_that_was_never_confirmed(person):
    first = begin_second_factor(actor=person)
    second = begin_second_factor(actor=person)
    assert first.key != second.key and SecondFactor.objects.count() == 1
    with pytest.raises(Refused):
        confirm_second_factor(actor=person, password=PASSWORD, code=totp.code_at(first.key))


def test_the_key_is_kept_sealed_and_recovery_codes_as_hashes(person):
    pending = begin_second_factor(actor=person)
    codes = confirm_second_factor(actor=person, password=PASSWORD, code=totp.code_at(pending.key))
    kept = str(list(SecondFactor.objects.values_list("key", flat=True)))
    kept += str(list(RecoveryCode.objects.values())) + str(list(Entry.objects.values()))
    kept += str([message.body for message in OutgoingMessage.objects.all()])
    assert pending.key not in kept and kept.count("s1:") == 1
    assert not [code for code in codes if code in kept or code.replace("-", "") in kept]


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_telephone_may_be_a_step_away(person, factor, steps, clock):
    with clock.at("2026-11-25T09:00:15+01:00"):
        code = totp.code_at(factor.key, now() + steps * STEP)
        prove(actor=person, code=f" {code[:3]} {code[3:]} ")


@pytest.mark.parametrize("steps", [-2, 2])
def test_and_no_more(person, factor, steps, clock):
    with clock.at("2026-11-25T09:00:15+01:00"), pytest.raises(Refused, match="incorrect"):
        prove(actor=person, code=totp.code_at(factor.key, now() + steps * STEP))


def test_no_code_is_taken_twice_nor_one_before_it(person, factor, clock):
    with clock.at("2026-11-25T09:00:15+01:00"):
        before, code, after = (totp.code_at(factor.key, now() + n * STEP) for n in (-1, 0, 1))
        prove(actor=person, code=code)
        for typed in (code, before):
            with pytest.raises(Refused, match="déjà utilisé"):
                prove(actor=person, code=typed)
        prove(actor=person, code=after)
        with pytest.raises(Refused, match="déjà utilisé"):
            prove(actor=person, code=after)


def test_a_code_of_somebody_else_does_not_serve(person, factor):
    other = factories.second_factor(factories.user())
    with pytest.raises(Refused):
        prove(actor=person, code=totp.code_at(other.key))


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "１２３４５６", "-12345", "１２３４５6"])
def test_what_is_no_code_is_refused(person, factor, typed):
    with pytest.raises(Refused):
        prove(actor=person, code=typed)


def guess(person, factor, times: int) -> set[str]:
    codes = set()
    for _ in range(times):
        with pytest.raises(Refused) as refused:
            prove(actor=person, code=wrong_code(factor.key))
        codes.add(refused.value.code)
    return codes


@pytest.mark.parametrize("many", [60, pytest.param(1000, marks=pytest.mark.soak)])
def test_of_many_guesses_five_are_looked_at(person, factor, monkeypatch, clock, many):
    looked_at = []
    real = totp.matching_step
    monkeypatch.setattr(totp, "matching_step", lambda *a, **k: looked_at.append(a) or real(*a, **k))
    with clock.at("2026-11-25T09:00:15+01:00"):
        assert guess(person, factor, many) == {"code_wrong", "factor_rests"}
        assert len(looked_at) == TRIES
        with pytest.raises(Refused, match="Attendez 15 min"):
            prove(actor=person, code=totp.code_at(factor.key))
    with clock.at("2026-11-25T09:15:16+01:00"):
        prove(actor=person, code=totp.code_at(factor.key))
    factor.refresh_from_db()
    assert factor.failures == 0


def test_each_rest_is_twice_as_long_up_to_a_day(person, factor, clock):
    start, rests = now(), []
    for _ in range(9):
        with clock.at(start):
            guess(person, factor, TRIES)
            factor.refresh_from_db()
            rests.append((factor.rests_until - start) // timedelta(minutes=1))
            start = factor.rests_until
    assert rests == [15, 30, 60, 120, 240, 480, 960, 1440, 1440]


def test_the_person_is_told_that_somebody_guesses(person, factor):
    guess(person, factor, TRIES)
    message = OutgoingMessage.objects.get()
    assert message.recipient == "moi@example.test" and "connaît votre mot de passe" in message.body
    assert verbs() == ["account.factor_rests"]


def test_a_recovery_code_serves_once_and_only_its_own_account(person):
    pending = begin_second_factor(actor=person)
    codes = confirm_second_factor(actor=person, password=PASSWORD, code=totp.code_at(pending.key))
    other = factories.user()
    factories.second_factor(other)
    with pytest.raises(Refused):
        prove(actor=other, code=codes[0])
    prove(actor=person, code=codes[0].lower().replace("-", " "))
    with pytest.raises(Refused):
        prove(actor=person, code=codes[0])
    assert RecoveryCode.objects.filter(used_at=None).count() == RECOVERY_CODES - 1
    assert "account.recovery_used" in verbs()
    assert any("code de secours" in message.subject for message in OutgoingMessage.objects.all())


def test_new_recovery_codes_end_the_old_ones(person, clock):
    pending = begin_second_factor(actor=person)
    old = confirm_second_factor(actor=person, password=PASSWORD, code=totp.code_at(pending.key))
    with clock.at(now() + STEP):
        new = renew_recovery_codes(actor=person, password=PASSWORD, code=totp.code_at(pending.key))
    assert not set(old) & set(new)
    with pytest.raises(Refused):
        prove(actor=person, code=old[3])
    prove(actor=person, code=new[3])


def test_taking_it_off_takes_password_and_code(person, factor, clock):
    with clock.at("2026-11-25T09:00:15+01:00"):
        with pytest.raises(Refused, match="incorrect"):
            remove_second_factor(actor=person, password=PASSWORD, code=wrong_code(factor.key))
        with pytest.raises(Refused, match="incorrect"):
            remove_second_factor(actor=person, password="autre", code=totp.code_at(factor.key))
        assert has_second_factor(person)
    with clock.at("2026-11-25T09:01:15+01:00"):
        remove_second_factor(actor=person, password=PASSWORD, code=totp.code_at(factor.key))
    assert not has_second_factor(person) and verbs() == ["account.factor_removed"]


def test_passwords_are_not_tried_by_who_has_no_code(person, factor, monkeypatch):
    tried = []
    monkeypatch.setattr("cartable.accounts.models.User.check_password", lambda *a: tried.append(a) or True)
    with pytest.raises(Refused):
        remove_second_factor(actor=person, password="x", code=wrong_code(factor.key))
    assert tried == []


def test_an_administrator_resets_a_lost_factor_and_the_person_is_told(person, factor):
    administrator = factories.user(Role.ADMINISTRATOR)
    reset_second_factor(actor=administrator, user_id=person.public_id)
    assert not has_second_factor(person) and not RecoveryCode.objects.exists()
    entry = Entry.objects.get(verb="account.factor_reset")
    assert (entry.actor, entry.target) == (administrator.public_id, str(person.public_id))
    assert "administration" in OutgoingMessage.objects.get().body


def test_nobody_else_resets_and_nobody_resets_one_s_own(person, factor):
    far = factories.user(Role.ADMINISTRATOR, factories.department("13", "Bouches-du-Rhône"))
    administrator = factories.user(Role.ADMINISTRATOR)
    factories.second_factor(administrator)
    for actor, target in (
        (factories.user(Role.HEAD, factories.school()), person),
        (far, person),
        (person, person),
        (administrator, administrator),
    ):
        with pytest.raises(Refused):
            reset_second_factor(actor=actor, user_id=target.public_id)
    assert has_second_factor(person) and has_second_factor(administrator)


def test_who_may_commit_money(person):
    assert has_second_factor(None) and not has_second_factor(person)
    begin_second_factor(actor=person)
    assert not has_second_factor(person)


def test_an_erased_account_keeps_no_factor(person, factor, clock):
    with clock.at(now() + timedelta(days=800)):
        erase_accounts()
    assert not SecondFactor.objects.exists()


def test_the_address_for_the_drawing_names_the_account():
    shown = totp.address("ABCD", "moi+x@example.test")
    assert re.fullmatch(
        r"otpauth://totp/Cartable%3Amoi%2Bx%40example\.test\?secret=ABCD&issuer=Cartable", shown
    )
    assert totp.in_groups("ABCDEFGHIJ") == "ABCD EFGH IJ"
