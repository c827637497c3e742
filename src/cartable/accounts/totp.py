"""Codes of an authenticator application (TOTP, RFC 6238); the arithmetic is django-otp's."""

import base64
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from django_otp.oath import TOTP

from cartable.foundation import clock


ISSUER = "Cartable"
DIGITS = 6
# A telephone's clock may be a step of thirty seconds away from ours, either way.
TOLERANCE = 1


def new_key() -> str:
    """Make a key of 160 bits, in base 32, as applications take it."""
    return base64.b32encode(secrets.token_bytes(20)).decode("ascii")


def in_groups(key: str) -> str:
    """Give a key in groups of four, to be typed by hand."""
    return " ".join(key[n : n + 4] for n in range(0, len(key), 4))


def address(key: str, identifier: str) -> str:
    """Give the `otpauth:` address that a QR code carries to the application."""
    label = quote(f"{ISSUER}:{identifier}")
    return f"otpauth://totp/{label}?" + urlencode({"secret": key, "issuer": ISSUER})


def code_at(key: str, moment: datetime | None = None) -> str:
    """Give the code that the application shows at `moment` (now)."""
    return f"{_totp(key, moment).token():0{DIGITS}d}"


def matching_step(key: str, typed: str, after: int) -> int | None:
    """Give the time step whose code was typed if it is near now and later than step `after`, else None."""
    digits = "".join(typed.split())
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        return None
    totp = _totp(key)
    return totp.t() if totp.verify(int(digits), tolerance=TOLERANCE, min_t=after + 1) else None


def _totp(key: str, moment: datetime | None = None) -> TOTP:
    totp = TOTP(base64.b32decode(key), digits=DIGITS)
    totp.time = (moment or clock.now()).timestamp()
    return totp
