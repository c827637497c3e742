"""Ceilings in words: a bound is never written as an amount."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Protocol

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from cartable.funding.enums import CeilingKind
from cartable.funding.models import AwaitedPart
from cartable.funding.rules import show


NBSP = "\u00a0"
TENTH_OF_A_MILLION = 100_000_00


class Bound(Protocol):
    """What a document says of the size of a line, for the country or for one territory."""

    kind: str
    cents: int | None
    percent: Decimal | None
    base_cents: int | None


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


def figure(bound: Bound) -> str:
    """Say one figure of a document, which need not bind: "15 %" of an amount that it does not give."""
    if bound.kind == CeilingKind.SHARE and bound.cents is None:
        return _("jusqu'à %(percent)s %%") % {"percent": _percent(bound)}
    return ceiling(bound)


def _share(bound: Bound) -> str:
    if bound.cents is None:
        sentence = _("part de %(percent)s %% d'un montant non précisé : ne borne rien")
        return sentence % {"percent": _percent(bound)}
    said = {"percent": _percent(bound), "amount": round_euros(bound.cents)}
    if bound.base_cents is None:
        return _("jusqu'à %(amount)s (%(percent)s %%)") % said
    return _("jusqu'à %(amount)s (%(percent)s %% de %(base)s)") % {
        **said,
        "base": round_euros(bound.base_cents),
    }


def _percent(bound: Bound) -> str:
    return number_format((bound.percent or Decimal()).normalize(), use_l10n=True)


def due(part: AwaitedPart) -> str:
    """Say what is awaited: "4 000,00 € (TVA)"."""
    return _("%(amount)s (%(share)s)") % {
        "amount": show(part.amount_cents),
        "share": part.get_share_display(),
    }


def awaited(parts: Iterable[AwaitedPart]) -> str:
    """Say from whom a part is awaited, and what: "Ville d'Exemple : 4 000,00 € (TVA)"; nothing where none is."""
    said = [_("%(body)s : %(due)s") % {"due": due(one), "body": one.body.name} for one in parts]
    return " ; ".join(said)
