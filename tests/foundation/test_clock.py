"""Which day is it over there, and when is a deadline over?"""

from datetime import UTC, date, datetime, time

import pytest

from cartable.foundation import clock as house_clock


def test_the_clock_can_be_set_and_goes_on_afterwards(clock):
    with clock.at("2020-04-24T10:00+02:00") as moment:
        assert house_clock.now() == moment
        with clock.at("2020-04-25T10:00+02:00"):
            assert house_clock.today() == date(2020, 4, 25)
        assert house_clock.now() == moment
    assert house_clock.now().year > 2020
    assert house_clock.now().tzinfo is not None


def test_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="aware"), house_clock.at(datetime(2020, 4, 24)):
        pass


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Paris", date(2020, 4, 30)),
        ("America/Martinique", date(2020, 4, 29)),
        ("Indian/Reunion", date(2020, 4, 30)),
    ],
)
def test_today_is_the_day_of_the_place(clock, zone, day):
    with clock.at("2020-04-30T00:30+02:00"):
        assert house_clock.today(zone) == day


@pytest.mark.parametrize(
    ("day", "zone", "hour", "ends"),
    [
        (date(2020, 4, 29), "Europe/Paris", None, datetime(2020, 4, 29, 22, tzinfo=UTC)),
        (date(2020, 4, 29), "America/Martinique", None, datetime(2020, 4, 30, 4, tzinfo=UTC)),
        (date(2020, 4, 29), "Europe/Paris", time(12), datetime(2020, 4, 29, 10, tzinfo=UTC)),
        (
            date(2020, 3, 29),
            "Europe/Paris",
            None,
            datetime(2020, 3, 29, 22, tzinfo=UTC),
        ),  # the night of 23 hours
        (
            date(2020, 10, 25),
            "Europe/Paris",
            None,
            datetime(2020, 10, 25, 23, tzinfo=UTC),
        ),  # the day of 25 hours
    ],
)
def test_a_deadline_ends_with_its_local_day(day, zone, hour, ends):
    assert house_clock.end_of(day, zone, hour) == ends
