"""The second factor of an account: enrolled, proven, replaced by a paper code, taken away."""

from collections.abc import Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.accounts import totp
from cartable.accounts.actions.basics import locked_account
from cartable.accounts.models import RecoveryCode, SecondFactor, User
from cartable.accounts.perms import may_administer
from cartable.accounts.secrets import new_code, recovery_hash
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.messages.actions import queue


TRIES: Final = 5
REST: Final = timedelta(minutes=15)
LONGEST_REST: Final = timedelta(days=1)
RECOVERY_CODES: Final = 10

WRONG = (
    "code_wrong",
    "Code incorrect ou déjà utilisé. Attendez le code suivant de votre application, puis réessayez.",
    "code",
)
WRONG_PROOF = ("proof_wrong", "Mot de passe ou code incorrect. Vérifiez les deux et réessayez.", "code")
NONE = ("no_second_factor", "La double authentification n'est pas activée sur ce compte ; rechargez la page.")
TOLD = {
    "rests": (
        "Codes incorrects sur votre compte Cartable",
        "Plusieurs codes incorrects viennent d'être saisis après votre mot de passe. Si ce n'est pas vous, quelqu'un"
        " connaît votre mot de passe : changez-le dès maintenant, et prévenez l'administration des comptes.",
    ),
    "recovery": (
        "Un code de secours de votre compte Cartable a servi",
        "Un code de secours vient d'être utilisé à la place de votre application. Si ce n'est pas vous, changez"
        " votre mot de passe et prévenez l'administration des comptes.",
    ),
    "added": (
        "La double authentification de votre compte Cartable est activée",
        "Une application de codes vient d'être liée à votre compte. Si ce n'est pas vous, prévenez"
        " l'administration des comptes.",
    ),
    "removed": (
        "La double authentification de votre compte Cartable est désactivée",
        "L'application de codes vient d'être retirée de votre compte. Si ce n'est pas vous, changez votre mot de"
        " passe et prévenez l'administration des comptes.",
    ),
    "reset": (
        "La double authentification de votre compte Cartable est réinitialisée",
        "L'administration des comptes a retiré l'application de codes de votre compte. Vous pourrez en lier une"
        " nouvelle depuis la page « Mon compte ». Si vous n'avez rien demandé, prévenez-la.",
    ),
}


def begin_second_factor(*, actor: User) -> SecondFactor:
    """Make a key to be put in an application; it opens nothing until `confirm_second_factor`.

    A key that was shown and never confirmed gives way to the new one. Refuses where a factor is in use.
    """
    with transaction.atomic():
        user = _locked(actor)
        if SecondFactor.objects.filter(user=user, confirmed_at__isnull=False).exists():
            raise Refused(
                "second_factor_there", "La double authentification est déjà activée sur votre compte."
            )
        SecondFactor.objects.filter(user=user).delete()
        return SecondFactor.objects.create(user=user, key=totp.new_key(), created_at=clock.now())


def confirm_second_factor(*, actor: User, password: str, code: str) -> list[str]:
    """Take a factor into use with a first code; give its recovery codes, which nothing shows again."""
    with transaction.atomic():
        factor = _locked_factor(actor, confirmed=False)
        if _tried(factor, lambda: _takes_password(factor, password) and _takes_code(factor, code)):
            factor.confirmed_at = clock.now()
            factor.save(update_fields=["confirmed_at"])
            codes = _new_recovery_codes(factor)
            _tell(factor.user, "added", factor.public_id)
            record(actor=actor, verb="account.factor_added", target=str(actor.public_id))
            return codes
    raise Refused(*WRONG_PROOF)


def prove(*, actor: User, code: str) -> SecondFactor:
    """Take a code of the application, or a recovery code, as proof of who acts; neither is ever taken twice.

    After `TRIES` wrong codes the factor rests, each time twice as long: what is typed meanwhile is not even looked
    at. A wrong code counts, and the count must outlive the refusal.
    """
    with transaction.atomic():
        factor = _locked_factor(actor)
        if _tried(factor, lambda: _takes_code(factor, code) or _takes_recovery_code(factor, code)):
            return factor
    raise Refused(*WRONG)


def remove_second_factor(*, actor: User, password: str, code: str) -> None:
    """Take the factor off one's own account, with password and code."""
    with transaction.atomic():
        factor = _locked_factor(actor)
        if _proven(factor, password, code):
            factor.delete()
            record(actor=actor, verb="account.factor_removed", target=str(actor.public_id))
            _tell(actor, "removed", factor.public_id)
            return
    raise Refused(*WRONG_PROOF)


def renew_recovery_codes(*, actor: User, password: str, code: str) -> list[str]:
    """Make new recovery codes; the former ones serve no more."""
    with transaction.atomic():
        factor = _locked_factor(actor)
        if _proven(factor, password, code):
            record(actor=actor, verb="account.recovery_renewed", target=str(actor.public_id))
            return _new_recovery_codes(factor)
    raise Refused(*WRONG_PROOF)


def reset_second_factor(*, actor: User | None, user_id: UUID) -> User:
    """Take a lost factor off somebody's account; the person is told."""
    if not may_administer(actor):
        raise Refused(
            "not_allowed", "Seule l'administration des comptes peut réinitialiser la double authentification."
        )
    if actor is not None and actor.public_id == user_id:
        raise Refused("own_account", "Désactivez votre propre double authentification depuis « Mon compte ».")
    with transaction.atomic():
        user = locked_account(actor, user_id)
        factor = _locked_factor(user)
        factor.delete()
        record(actor=actor, verb="account.factor_reset", target=str(user_id))
        _tell(user, "reset", factor.public_id)
    return user


def _locked(actor: User) -> User:
    """Lock the account itself: two enrolments at once must not both stand."""
    return User.objects.select_for_update(of=("self",)).get(pk=actor.pk)


def _locked_factor(user: User, confirmed: bool = True) -> SecondFactor:
    locked = SecondFactor.objects.select_for_update(of=("self",)).select_related("user")
    factor = locked.filter(user=user, confirmed_at__isnull=not confirmed).first()
    if factor is None:
        raise Refused(*NONE)
    if factor.rests_until is not None and factor.rests_until > clock.now():
        minutes = -(-(factor.rests_until - clock.now()) // timedelta(minutes=1))
        sentence = _("Plusieurs codes incorrects ont été saisis. Attendez %(minutes)d min.")
        raise Refused("factor_rests", sentence % {"minutes": minutes}, "code")
    return factor


def _tried(factor: SecondFactor, takes: Callable[[], bool]) -> bool:
    """Try a proof and keep the count of those that failed in a row."""
    if takes():
        if factor.failures:
            SecondFactor.objects.filter(pk=factor.pk).update(failures=0)
        return True
    factor.failures += 1
    rounds, rest = divmod(factor.failures, TRIES)
    if rest == 0:
        factor.rests_until = clock.now() + min(REST * 2 ** min(rounds - 1, 10), LONGEST_REST)
        _note_rest(factor)
    factor.save(update_fields=["failures", "rests_until"])
    return False


def _note_rest(factor: SecondFactor) -> None:
    target = str(factor.user.public_id)
    record(actor=None, verb="account.factor_rests", target=target, data={"failures": factor.failures})
    _tell(factor.user, "rests", f"{factor.public_id}:{factor.failures}:{clock.today()}")


def _proven(factor: SecondFactor, password: str, code: str) -> bool:
    """Look at the code first: whoever has none must not try passwords here."""
    return _tried(
        factor,
        lambda: (
            (_takes_code(factor, code) or _takes_recovery_code(factor, code))
            and _takes_password(factor, password)
        ),
    )


def _takes_password(factor: SecondFactor, password: str) -> bool:
    return factor.user.check_password(password)


def _takes_code(factor: SecondFactor, code: str) -> bool:
    """Take a code of the application; the store itself takes a step only once."""
    step = totp.matching_step(factor.key, code, after=factor.last_step)
    if step is None:
        return False
    return bool(SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step))


def _takes_recovery_code(factor: SecondFactor, code: str) -> bool:
    unused = factor.recovery_codes.filter(code_hash=recovery_hash(factor.public_id, code), used_at=None)
    if not unused.update(used_at=clock.now()):
        return False
    left = factor.recovery_codes.filter(used_at=None).count()
    target = str(factor.user.public_id)
    record(actor=factor.user, verb="account.recovery_used", target=target, data={"left": left})
    _tell(factor.user, "recovery", f"{factor.public_id}:{left}")
    return True


def _new_recovery_codes(factor: SecondFactor) -> list[str]:
    factor.recovery_codes.all().delete()
    codes = [new_code() for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.bulk_create(
        RecoveryCode(factor=factor, code_hash=recovery_hash(factor.public_id, code)) for code in codes
    )
    return codes


def _tell(user: User, what: str, key: object) -> None:
    """Write to the person whose account it is, where there is an address."""
    subject, sentence = TOLD[what]
    if user.email:
        body = f"Bonjour,\n\n{sentence}\n\nCompte : {user.identifier}\n"
        queue(actor=None, to=user.email, subject=subject, body=body, dedup_key=f"factor:{what}:{key}")
