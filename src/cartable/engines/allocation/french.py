"""Numbers as a French reader writes them."""

from fractions import Fraction
from functools import lru_cache


NARROW_SPACE = "\u202f"


def number(value: Fraction | int, decimals: int = 2) -> str:
    """Write a number with a comma and thin thousands, at most `decimals` digits, half away from zero."""
    if isinstance(value, int):
        return f"{value:,}".replace(",", NARROW_SPACE).replace("-", "−")
    scaled = abs(Fraction(value)) * 10**decimals
    whole, digits = divmod(int(scaled + Fraction(1, 2)), 10**decimals)
    tail = f"{digits:0{decimals}d}".rstrip("0") if decimals else ""
    sign = "−" if value < 0 and (whole or tail) else ""
    return sign + f"{whole:,}".replace(",", NARROW_SPACE) + (f",{tail}" if tail else "")


def decimal(value: float, decimals: int = 2) -> str:
    """Write a float with a comma, thin thousands and at most `decimals` digits."""
    text = f"{value:,.{decimals}f}".rstrip("0").rstrip(".")
    return text.replace(",", NARROW_SPACE).replace(".", ",")


@lru_cache(maxsize=65_536)
def percent(value: Fraction, decimals: int = 1) -> str:
    """Write a ratio as a percentage, with « environ » when digits were cut: environ 33,3 %."""
    exact = (value * 100 * 10**decimals).denominator == 1
    return f"{'' if exact else 'environ '}{number(value * 100, decimals)}{NARROW_SPACE}%"


def about(value: Fraction | int, decimals: int = 2) -> str:
    """Write a number, with « environ » when digits were cut."""
    exact = (Fraction(value) * 10**decimals).denominator == 1
    return f"{'' if exact else 'environ '}{number(value, decimals)}"


def of(text: str) -> str:
    """Put « de » before a number: de 12, d’environ 33,3 %."""
    return f"d’{text}" if text.startswith("environ") else f"de {text}"
