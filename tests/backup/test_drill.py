"""The drill: the week of Seine-Saint-Denis is lost, and put back on a bare machine. How long, and is it whole?

pytest -m soak -s tests/backup/test_drill.py
"""

import sys
from time import monotonic

import pytest


pytestmark = [pytest.mark.soak, pytest.mark.store]
HALF_AN_HOUR, FIVE_MINUTES = 30 * 60, 5 * 60


def test_the_week_is_put_back_within_half_an_hour(machines, tmp_path, capsys):
    lost, found = machines(bare=True), machines(bare=True)
    assert lost.cartable("migrate").returncode == 0
    played = lost.answer("scenario", "run", "seine-saint-denis-2020")
    lost.call("tests.backup.filled:let_the_head_in")
    begun = monotonic()
    saved = lost.answer("backup", tmp_path / "nuit.tar")
    copied = monotonic()
    done = found.answer("restore", tmp_path / "nuit.tar")
    back = monotonic()
    assert done["ok"] and done["rows"] == saved["rows"] and done["ledger"] == saved["ledger"]
    assert found.call("tests.backup.filled:signs_in")
    again = found.answer("scenario", "run", "seine-saint-denis-2020")
    assert again == played and found.answer("check")["ok"]
    figures = (
        f"{saved['store']}: {saved['rows']} rows, {saved['documents']} documents, {saved['bytes']} bytes"
    )
    with capsys.disabled():
        sys.stdout.write(
            f"\n{figures}; backup {copied - begun:.1f} s, restore and check {back - copied:.1f} s\n"
        )
    assert copied - begun < FIVE_MINUTES and back - copied < HALF_AN_HOUR
