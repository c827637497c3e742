"""Ceilings in words: a bound is never written as an amount."""

from decimal import Decimal
from typing import Protocol

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cartable.funding.enums import CeilingKind
from cartable.funding.rules import show


NBSP = "\u00a0"
TENTH_OF_A_MILLION = 100_000_00


class Bound(Protocol):
    """What a document says of the size of a line, for the country or for one territory."""

    kind: str
    cents: int | None
    percent: Decimal | None


def round_euros(cents: int) -> str:
    """Write an amount for a sentence: "5 M€" where it is round, else with its cents."""
    if cents >= 10 * TENTH_OF_A_MILLION and cents % TENTH_OF_A_MILLION == 0:
        millions = Decimal(cents) / (100 * 1_000_000)
        return f"{number_format(millions.normalize(), use_l10n=True)}{NBSP}M€"
    return show(cents)


def ceiling(bound: Bound | None) -> str:
    """Say what bounds a line: "jusqu'à 5 M€", "plus de 9 M€", "à préciser"."""
    if bound is None:
        return _("aucun plafond")
    if bound.kind == CeilingKind.TO_BE_SPECIFIED:
        return _("à préciser")
    if bound.kind == CeilingKind.SHARE:
        return _share(bound)
    if bound.kind == CeilingKind.EXACTLY:
        return _("%(amount)s exactement") % {"amount": show(bound.cents or 0)}
    words = {
        CeilingKind.UP_TO: _("jusqu'à %(amount)s"),
        CeilingKind.MORE_THAN: _("plus de %(amount)s"),
    }
    return words[CeilingKind(bound.kind)] % {"amount": round_euros(bound.cents or 0)}


def _share(bound: Bound) -> str:
    given = {"percent": number_format((bound.percent or Decimal()).normalize(), use_l10n=True)}
    if bound.cents is None:
        return _("jusqu'à %(percent)s %% de l'enveloppe") % given
    return _("jusqu'à %(amount)s (%(percent)s %%)") % {**given, "amount": round_euros(bound.cents)}
