from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture
def week(db: Any, clock: Any) -> Iterator[Any]:
    """The stage on Monday 27 April 2020, nine in the morning."""
    from tests.equipment.stage import stage

    with clock.at("2020-04-27T09:00+02:00"):
        yield stage()


@pytest.fixture
def tablets(week: Any, tmp_path: Any) -> Any:
    """Import lent tablets by their serial numbers into the depot."""
    from cartable.equipment.imports import import_stock

    def take(*serials: str, **more: Any) -> Any:
        path = tmp_path / "tablettes.csv"
        path.write_text("article;numéro de série\n" + "".join(f"Tablette;{serial}\n" for serial in serials))
        return import_stock(actor=week.service, operation_id=week.operation.public_id, path=path, **more)

    return take
