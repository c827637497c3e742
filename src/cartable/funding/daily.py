"""What accounts hold at the end of each day of a year: a file comes in any order, and no day may end below zero."""

from collections import Counter
from collections.abc import Mapping
from datetime import date, timedelta
from itertools import accumulate

from cartable.ledger.queries import steps_by_day


DAYS = 366
Held = list[int]


def held_by_day(years: Mapping[int, int]) -> dict[int, Held]:
    """Give by account id what it holds (cents) at the end of each day of its year; `years` is by account id.

    What came or went in another year counts on the first or on the last day.
    """
    steps = steps_by_day(accounts=years)
    return {account: _running(steps[account], year) for account, year in years.items()}


def _running(steps: Mapping[date, int], year: int) -> Held:
    moved: Counter[int] = Counter()
    for day, cents in steps.items():
        moved[place_of(day, year)] += cents
    return list(accumulate(moved[place] for place in range(DAYS)))


def place_of(day: date, year: int) -> int:
    """Give the place of a day in the list of its year, the nearest where it lies in another."""
    return min(max((day - date(year, 1, 1)).days, 0), DAYS - 1)


def take(held: Held, cents: int, day: date) -> bool:
    """Take cents out from a day on, where no day then ends below zero; tell whether they were taken."""
    place = place_of(day, day.year)
    if min(held[place:]) < cents:
        return False
    held[place:] = [one - cents for one in held[place:]]
    return True


def first_day(held: Held, cents: int, year: int) -> date | None:
    """Give the first day from which on so many cents can be taken; None where even the last day lacks them."""
    if held[-1] < cents:
        return None
    short = [place for place in range(DAYS) if held[place] < cents]
    return date(year, 1, 1) + timedelta(days=short[-1] + 1 if short else 0)
