"""The words of each e-mail: plain text, French, no child's name; one template a message, its first line the subject.

Moments are given in the département's own time.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.template.loader import render_to_string
from django.utils.formats import date_format
from django.utils.translation import override

from cartable.messages.models import LONGEST_SUBJECT


class Text(NamedTuple):
    """A subject of one line, and a body."""

    subject: str
    body: str


def _day(value: date) -> str:
    with override("fr"):
        return date_format(value, "l j F Y").replace(" 1 ", " 1er ")


def _moment(value: datetime) -> str:
    """Write a local moment; the last of a day is called midnight of that day, as people say it."""
    if (value.hour, value.minute) == (0, 0):
        return f"{_day(value - timedelta(days=1))} à minuit"
    minutes = f" {value.minute:02}" if value.minute else ""
    return f"{_day(value)} à {value.hour} h{minutes}"


def _short(subject: str) -> str:
    return subject if len(subject) <= LONGEST_SUBJECT else subject[: LONGEST_SUBJECT - 1] + "…"


def _write(name: str, **words: object) -> Text:
    with override("fr"):
        text = render_to_string(f"messages/{name}.txt", words)
    subject, _, body = text.strip().partition("\n")
    return Text(_short(subject.strip()), body.strip() + "\n")


def reminder(
    *, school: str, operation: str, deadline: datetime, late: bool, link: str, issuer: str, contact: str
) -> Text:
    """Ask a school that has not answered; "nobody here needs it" is an answer."""
    return _write(
        "reminder",
        school=school, operation=operation, deadline=_moment(deadline), late=late, link=link, issuer=issuer,
        contact=contact,
    )  # fmt: skip


def sent_back(*, school: str, operation: str, link: str, issuer: str, contact: str) -> Text:
    """Tell a school that its return is sent back; the reason stays behind the sign-in."""
    return _write("sent_back", school=school, operation=operation, link=link, issuer=issuer, contact=contact)


def shipment(*, number: str, recipient: str, arrives_on: date, link: str, issuer: str, contact: str) -> Text:
    """Announce a shipment; `link` is its receipt page."""
    return _write(
        "shipment",
        number=number, recipient=recipient, day=_day(arrives_on), link=link, issuer=issuer, contact=contact,
    )  # fmt: skip


class Line(NamedTuple):
    """So many of one sort of goods, of which some are still to come, and how many it was before."""

    name: str
    now: int
    coming: int
    before: int


def share(
    *, school: str, operation: str, scenario: str, corrects: bool, given: Sequence[Line], kept: Sequence[Line],
    silent: bool, why: str, until: date | None, link: str, issuer: str, contact: str,
) -> Text:  # fmt: skip
    """Tell a school its part of what was decided, where to read why, and until when to contest; counts only.

    `why` it would receive nothing: "covered", "short" or "left_out" (of a correction).
    """
    receives, waits = any(line.now for line in given), any(line.now for line in kept)
    return _write(
        "share",
        school=school, operation=operation, scenario=scenario, corrects=corrects, given=given, kept=kept,
        receives=receives, waits=waits, silent=silent, why=why, until=until and _day(until), link=link,
        issuer=issuer, contact=contact,
    )  # fmt: skip


def appointment(*, school: str, at: datetime, place: str, contact: str, bring: str = "") -> Text:
    """Give a family its slot; names nobody and nothing that says what the family lacks."""
    return _write("appointment", school=school, moment=_moment(at), place=place, bring=bring, contact=contact)


def credit_ending(*, school: str, ends_on: date, cards: int, link: str, issuer: str, contact: str) -> Text:
    """Warn a school that the credit of SIM cards ends; counts only."""
    return _write(
        "credit_ending",
        school=school, day=_day(ends_on), cards=cards, link=link, issuer=issuer, contact=contact,
    )  # fmt: skip


def loan_ending(*, school: str, ends_on: date, loans: int, link: str, issuer: str, contact: str) -> Text:
    """Remind a school that loans come to their end; counts only."""
    return _write(
        "loan_ending",
        school=school, day=_day(ends_on), loans=loans, link=link, issuer=issuer, contact=contact,
    )  # fmt: skip
