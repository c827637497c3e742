from collections.abc import Callable
from pathlib import Path

import pytest

from tests.backup.machine import Machine


@pytest.fixture(scope="session")
def machines(stores, tmp_path_factory) -> Callable[..., Machine]:
    """Makes machines; `bare=True`: with a store that holds not even tables."""

    def make(*, bare: bool = False, **more: str) -> Machine:
        return Machine(stores.bare() if bare else stores.fresh(), tmp_path_factory.mktemp("var"), **more)

    return make


@pytest.fixture(scope="session")
def filled(machines) -> Machine:
    """A machine on which a bit of everything happened; only read it."""
    machine = machines()
    machine.call("tests.backup.filled:fill")
    return machine


@pytest.fixture(scope="session")
def archive(filled, tmp_path_factory) -> Path:
    """A backup of the filled machine."""
    path = tmp_path_factory.mktemp("backups") / "nuit.tar"
    filled.answer("backup", path)
    return path
