"""Pure rules of money: text to cents and back, the tax, dates and bounds.

Tax is computed once for each rate, on the total net of tax of the document, and rounded to the nearest cent, half a
cent going up (the rule of the tax office's doctrine, BOI-TVA). So twelve lines of 0.10 € make 0.24 € of
tax at 20 %, as on the bill, and not twelve times a rounded tax.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from cartable.foundation.refused import Refused
from cartable.ledger.models import LARGEST_AMOUNT


AMOUNT = re.compile(r"(\d{1,3}(?: \d{3})+|\d+)(?:[,.](\d{1,2}))?", re.ASCII)
BLANKS = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " "})
RATES = (0, 210, 550, 1000, 2000)


def euros(text: str, field: str = "amount") -> int:
    """Read an amount in euros as cents: « 1 234,56 », « 1234.5 », « 30 € »; refuse whatever could be read two ways."""
    bare = text.translate(BLANKS).strip().removesuffix("€").strip()
    if re.fullmatch(r"-\s*[\d ]+([,.]\d+)?", bare):
        raise Refused(
            "amount_negative", _("Un montant ne peut pas être négatif : retirez le signe moins."), field
        )
    if re.fullmatch(r"[\d ]+[,.]\d{3,}", bare):
        raise Refused(
            "amount_third_decimal", _("Un montant a deux décimales au plus : arrondissez au centime."), field
        )
    found = AMOUNT.fullmatch(bare)
    if found is None:
        raise Refused("amount_unread", _("Écrivez un montant en euros, par exemple « 1 234,56 »."), field)
    cents = int(found[1].replace(" ", "")) * 100 + int((found[2] or "").ljust(2, "0"))
    return whole_cents(cents, field, zero=True)


def whole_cents(cents: int, field: str = "amount", *, zero: bool = False) -> int:
    """Give `cents` back if it is a whole number of cents that the ledger takes, else refuse."""
    if isinstance(cents, bool) or not isinstance(cents, int):
        raise Refused("amount_unread", _("Écrivez un montant en euros, par exemple « 1 234,56 »."), field)
    if cents < 0:
        raise Refused(
            "amount_negative", _("Un montant ne peut pas être négatif : retirez le signe moins."), field
        )
    if cents == 0 and not zero:
        raise Refused("amount_zero", _("Indiquez un montant supérieur à zéro."), field)
    if cents > LARGEST_AMOUNT:
        raise Refused(
            "amount_too_large", _("Ce montant dépasse cent milliards d'euros : vérifiez-le."), field
        )
    return cents


def show(cents: int) -> str:
    """Write cents as people read them in French: « 695 294,00 € »."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole:,}".replace(",", "\u202f") + f",{rest:02d}\u00a0€"


def vat(net_cents: int, rate: int) -> int:
    """Give the tax on a total net of tax, `rate` in hundredths of a percent (2000 = 20 %), half a cent going up."""
    return (net_cents * rate + 5000) // 10_000


def share_of(cents: int, percent: Decimal) -> int:
    """Give `percent` of an amount; a ceiling is never rounded up."""
    return int(Decimal(cents) * percent // 100)


def bill_totals(lines: Iterable[tuple[int, int]], rate: int) -> tuple[int, int]:
    """Give (net, tax) of a bill from its lines (quantity, unit price net of tax in cents): one tax on the total."""
    net = sum(quantity * unit for quantity, unit in lines)
    return net, vat(net, rate)


def check_rate(rate: int) -> int:
    """Give a rate of the French tax back (0, 2.1, 5.5, 10 or 20 %), else refuse."""
    if rate not in RATES:
        raise Refused("vat_rate", _("Choisissez un taux de TVA : 0, 2,1, 5,5, 10 ou 20 %."), "vat_rate")
    return rate


def day_within(on: date, year: int, today: date, field: str = "on") -> date:
    """Give a day back if it lies in the year of the envelope and has come, else refuse."""
    if on.year != year:
        sentence = _("La date du %(day)s est hors de l'exercice %(year)s de l'enveloppe : corrigez-la.")
        raise Refused("date_outside_year", sentence % {"day": f"{on:%d/%m/%Y}", "year": year}, field)
    return not_later(on, today, field)


def day_from(on: date, year: int, today: date, field: str = "on") -> date:
    """Give a day back if it lies in the year of the envelope or in a later one, and has come, else refuse."""
    begun = year < on.year <= today.year
    return day_within(on, on.year if begun else year, today, field)


def not_later(on: date, today: date, field: str = "on") -> date:
    """Give a day back if it has come, else refuse."""
    if on > today:
        sentence = _("La date du %(day)s n'est pas encore venue : indiquez une date passée ou celle du jour.")
        raise Refused("date_not_come", sentence % {"day": f"{on:%d/%m/%Y}"}, field)
    return on


def not_before(on: date, first: date, code: str, sentence: str, field: str = "on") -> date:
    """Give a day back if it does not come before `first`; the sentence may name `%(first)s`."""
    if on < first:
        raise Refused(code, sentence % {"first": f"{first:%d/%m/%Y}"}, field)
    return on


def justified_after(justify_by: date | None, on: date) -> date | None:
    """Give the day by which a commitment is justified, if it says one; refuse a day before the commitment's own."""
    if justify_by is None:
        return None
    sentence = _(
        "Ce délai de justification finit avant l'engagement : indiquez une date du %(first)s ou après."
    )
    return not_before(justify_by, on, "justify_by", sentence, "justify_by")


def spread(cents: int, room: Sequence[int]) -> list[int]:
    """Share `cents` among places in their order, each filled up to its room; what is left over is dropped."""
    given = []
    for most in room:
        given.append(min(cents, most))
        cents -= given[-1]
    return given
