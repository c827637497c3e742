"""Make `src/cartable/web/scenarios/data/tiles.csv` from public outlines: a square of a grid for each département.

    python scripts/make_department_tiles.py departements.geojson

One square each, as near as may be to the middle of its outline, so that Paris is seen as well as the Landes; the
overseas départements stand in a column of their own.
"""

import csv
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment


TARGET = Path(__file__).resolve().parents[1] / "src" / "cartable" / "web" / "scenarios" / "data" / "tiles.csv"
OVERSEAS = ("971", "972", "973", "974", "976")
COLUMNS, ROWS = 13, 13
# A degree of longitude is shorter than one of latitude in the middle of France.
ASPECT = 0.69


def tiles(features: list[dict[str, Any]]) -> list[tuple[str, int, int]]:
    """Give the column and row of each département, the first at the top left."""
    middles = {one["properties"]["code"]: _middle(one["geometry"]) for one in features}
    codes = sorted(middles)
    found = np.array([middles[code] for code in codes]) * (ASPECT, -1)
    low, high = found.min(axis=0), found.max(axis=0)
    places = (found - low) / (high - low) * (COLUMNS - 1, ROWS - 1)
    cells = np.array([(x, y) for y in range(ROWS) for x in range(COLUMNS)])
    cost = ((places[:, None, :] - cells[None, :, :]) ** 2).sum(axis=2)
    _rows, chosen = linear_sum_assignment(cost)
    return [(code, int(cells[at][0]) + 1, int(cells[at][1])) for code, at in zip(codes, chosen, strict=True)]


def _middle(geometry: dict[str, Any]) -> np.ndarray:
    """Give the middle of the box around the longest outline."""
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    ring = np.array(max((part[0] for part in parts), key=len))
    return (ring.min(axis=0) + ring.max(axis=0)) / 2


def main() -> None:
    """Write the grid."""
    features = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))["features"]
    rows = sorted([*tiles(features), *((code, 0, 4 + at) for at, code in enumerate(OVERSEAS))])
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    with TARGET.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("department", "column", "row"))
        writer.writerows(rows)
    print(f"{len(rows)} départements")


if __name__ == "__main__":
    main()
