"""Secrets that serve once: a link's token, a letter's code, a recovery code. Only their hashes are kept."""

import hashlib
import secrets

from cartable.foundation.keys import keyed_hash


# No 0/O, 1/I/L, 5/S, 8/B, no U beside V: what a tired eye confuses on paper.
ALPHABET = "234679ACDEFGHJKMNPQRTVWXYZ"
LENGTH = 10


def new_token() -> str:
    """Make the secret part of a link: 256 bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Hash a token for keeping: it is random enough to need no key."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_code() -> str:
    """Make a code for paper, in two groups of five: 47 bits."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    return f"{letters[:5]}-{letters[5:]}"


def plain_code(typed: str) -> str:
    """Give what was typed as it was printed, without blanks, dashes and small letters."""
    return "".join(letter for letter in typed.upper() if letter.isalnum())


def code_hash(account: object, code: str) -> str:
    """Hash a code for one account with the house's key: a short code must not be tried on a stolen database."""
    return keyed_hash("letter-code", f"{account}:{plain_code(code)}")


def recovery_hash(factor: object, code: str) -> str:
    """Hash a recovery code for one second factor with the house's key."""
    return keyed_hash("recovery-code", f"{factor}:{plain_code(code)}")
