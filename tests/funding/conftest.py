from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def late_in_2020(clock) -> Iterator[None]:
    with clock.at("2020-11-30T12:00+01:00"):
        yield


@pytest.fixture
def country(db) -> Any:
    from tests.funding.stage import Country

    return Country()
