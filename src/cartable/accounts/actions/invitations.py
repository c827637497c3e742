"""Ways in: a link by e-mail or a code by letter, used once."""

import hmac
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction

from cartable.accounts import queries
from cartable.accounts.actions.basics import locked_account, set_password
from cartable.accounts.models import Invitation, User
from cartable.accounts.perms import may_reissue
from cartable.accounts.secrets import code_hash, new_code, new_token, token_hash
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.messages.actions import queue


LINK_LASTS = timedelta(days=7)
LETTER_LASTS = timedelta(days=30)
TRIES: Final = 5
REST: Final = timedelta(minutes=15)
EMAIL, LETTER = "email", "letter"

SUBJECT = "Votre accès à Cartable"
BODY = """Bonjour,

Un accès à Cartable est ouvert pour : {account}.
{why}
Ouvrez ce lien pour choisir votre mot de passe. Il sert une seule fois et expire le {expires} :

{link}

Votre identifiant est : {identifier}

Si vous n'attendiez pas ce message, ignorez-le : sans mot de passe choisi, l'accès reste fermé.
"""
WRONG_CODE = (
    "code_wrong",
    "Identifiant ou code incorrect, ou code déjà utilisé ou expiré. Vérifiez les deux sur votre courrier ;"
    " après cinq essais, attendez un quart d'heure.",
)
DEAD_LINK = (
    "link_dead",
    "Ce lien a déjà servi ou a expiré. Demandez-en un nouveau à la personne qui a ouvert votre compte.",
)


def invite(*, actor: User | None, user: User, why: str = "") -> Invitation:
    """Open a way in for `user`, inside the action around it: a link if there is an address, else a letter's code.

    Earlier ways in of the account close.
    """
    if not user.email:
        _close_earlier(user)
        return _letter(user)
    way_in, link = open_link(user)
    body = BODY.format(
        account=user.display_name,
        why=f"{why}\n" if why else "",
        expires=f"{way_in.expires_at:%d/%m/%Y}",
        link=link,
        identifier=user.identifier,
    )
    key = f"invitation:{way_in.public_id}"
    queue(actor=actor, to=user.email, subject=SUBJECT, body=body, dedup_key=key)
    return way_in


def open_link(user: User) -> tuple[Invitation, str]:
    """Open a way in by link, inside the action around it; give it with the link, which nothing else keeps."""
    _close_earlier(user)
    token, now = new_token(), clock.now()
    way_in = Invitation.objects.create(
        user=user, channel=EMAIL, secret_hash=token_hash(token), created_at=now, expires_at=now + LINK_LASTS
    )
    return way_in, f"{settings.PUBLIC_ADDRESS}/acces/{token}"


def _close_earlier(user: User) -> None:
    queries.open_invitations().filter(user=user).update(expires_at=clock.now(), letter_code="")


def _letter(user: User) -> Invitation:
    code, now = new_code(), clock.now()
    return Invitation.objects.create(
        user=user,
        channel=LETTER,
        secret_hash=code_hash(user.public_id, code),
        letter_code=code,
        created_at=now,
        expires_at=now + LETTER_LASTS,
    )


def reissue(*, actor: User | None, user_id: UUID) -> Invitation:
    """Open a new way in for an account that lost its first, or its password."""
    with transaction.atomic():
        user = locked_account(actor, user_id)
        if not may_reissue(actor, user):
            raise Refused(
                "letter_for_used_account",
                "Ce compte est déjà utilisé et n'a pas d'adresse électronique : adressez-vous à l'administration.",
            )
        way_in = invite(actor=actor, user=user)
        record(actor=actor, verb="account.invited", target=str(user_id), data={"channel": way_in.channel})
    return way_in


def ask_again(*, identifier: str) -> None:
    """Send a new link to the address of an account that lost its password; never tell whether there is one.

    At most one in a quarter of an hour: nobody can fill a mailbox, or make a link die as soon as it is sent.
    """
    with transaction.atomic():
        named = User.objects.filter(identifier=identifier.strip().lower(), is_active=True).exclude(email="")
        user = named.select_for_update(of=("self",)).first()
        if user is None or user.invitations.filter(created_at__gt=clock.now() - REST).exists():
            return
        invite(actor=None, user=user)
        record(actor=None, verb="account.asked_again", target=str(user.public_id))


def redeem_link(*, token: str, password: str) -> User:
    """Use a link: the account takes the password. Refuses a link that served or expired ("link_dead")."""
    with transaction.atomic():
        locked = queries.open_invitations().select_for_update(of=("self",)).select_related("user")
        way_in = locked.filter(secret_hash=token_hash(token), channel=EMAIL).first()
        if way_in is None or not way_in.user.is_active:
            raise Refused(*DEAD_LINK)
        return _use(way_in, password)


def redeem_code(*, identifier: str, code: str, password: str) -> User:
    """Use a letter's code: the account takes the password. Refuses always with the same sentence.

    A wrong code counts, and the count must outlive the refusal: it is written in a transaction of its own.
    """
    with transaction.atomic():
        way_in = _letter_for(identifier)
        if way_in is not None:
            given = code_hash(way_in.user.public_id, code)
            if hmac.compare_digest(given, way_in.secret_hash):
                return _use(way_in, password)
            _count_try(way_in)
    raise Refused(*WRONG_CODE)


def _letter_for(identifier: str) -> Invitation | None:
    """Find the open letter of an account, unless it rests after too many tries."""
    locked = queries.open_invitations().select_for_update(of=("self",)).select_related("user")
    way_in = locked.filter(
        user__identifier=identifier.strip().lower(), user__is_active=True, channel=LETTER
    ).first()
    resting = way_in is not None and way_in.rests_until is not None and way_in.rests_until > clock.now()
    return None if resting else way_in


def _count_try(way_in: Invitation) -> None:
    way_in.attempts += 1
    if way_in.attempts % TRIES == 0:
        way_in.rests_until = clock.now() + REST
    way_in.save(update_fields=["attempts", "rests_until"])


def _use(way_in: Invitation, password: str) -> User:
    set_password(way_in.user, password)
    way_in.used_at = clock.now()
    way_in.letter_code = ""
    way_in.save(update_fields=["used_at", "letter_code"])
    target = str(way_in.user.public_id)
    record(actor=way_in.user, verb="account.entered", target=target, data={"channel": way_in.channel})
    return way_in.user


def letters_sent(*, actor: User) -> int:
    """Forget the codes of the letters that were printed and posted; gives how many."""
    with transaction.atomic():
        count = queries.letters_to_print(actor).update(letter_code="")
        if count:
            record(actor=actor, verb="letters.sent", data={"count": count})
    return count
