"""The small country of money late in its year, with credits in the Nord, and its people."""

import pytest


@pytest.fixture(autouse=True)
def late_in_2020(clock):
    with clock.at("2020-11-30T12:00+01:00"):
        yield


@pytest.fixture
def country(db):
    from tests.funding.stage import Country

    return Country().fill()


@pytest.fixture
def people(country):
    from tests.money_people import People

    return People(country)
