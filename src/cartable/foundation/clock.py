"""Time: UTC inside, the département's own zone at the edges. Tests and scenarios may set the clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


_set_time: ContextVar[datetime | None] = ContextVar("set_time", default=None)


def now() -> datetime:
    """Give the present moment, aware, in UTC."""
    return _set_time.get() or datetime.now(UTC)


def zone(name: str) -> ZoneInfo:
    """Give a time zone by its IANA name."""
    return ZoneInfo(name)


def today(time_zone: str = "Europe/Paris") -> date:
    """Give the calendar day that it is in `time_zone`."""
    return now().astimezone(ZoneInfo(time_zone)).date()


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Set the clock to `moment` (aware) for the time of the block."""
    if moment.tzinfo is None:
        raise ValueError("the clock needs an aware datetime")
    token = _set_time.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _set_time.reset(token)


def end_of(day: date, time_zone: str, hour: time | None = None) -> datetime:
    """Give the UTC moment at which a deadline passes: 24:00 of that local day, or `hour` of it."""
    zone = ZoneInfo(time_zone)
    if hour is not None:
        return datetime.combine(day, hour, zone).astimezone(UTC)
    return datetime.combine(day + timedelta(days=1), time.min, zone).astimezone(UTC)
