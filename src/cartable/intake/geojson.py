"""GeoJSON to rows of text: one for each feature, its properties as columns; the geometry is left behind."""

import json
from collections.abc import Iterator
from io import BufferedReader
from typing import Any

from cartable.intake.contracts import Limits
from cartable.intake.stops import Stop


class Features:
    """One FeatureCollection that was read: `titles` are the properties, in the order in which they come."""

    def __init__(self, stream: BufferedReader, limits: Limits) -> None:
        self._properties = [_properties(feature) for feature in _features(stream)]
        if not self._properties:
            raise Stop("no_rows")
        self.titles = list(dict.fromkeys(name for held in self._properties for name in held))
        if len(self.titles) > limits.max_columns:
            raise Stop("too_many_columns", limit=limits.max_columns)
        if len(self._properties) > limits.max_rows:
            raise Stop("too_many_rows", limit=limits.max_rows)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Give (number of the feature from 1, cells)."""
        for number, held in enumerate(self._properties, 1):
            yield number, [_text(held.get(title)) for title in self.titles]


def _features(stream: BufferedReader) -> list[Any]:
    try:
        read = json.loads(stream.read(), object_hook=_without_geometry)
    except (ValueError, RecursionError):
        raise Stop("json_broken") from None
    found = read.get("features") if isinstance(read, dict) else None
    if not isinstance(found, list):
        raise Stop("not_geojson")
    return found


def _without_geometry(item: dict[str, Any]) -> dict[str, Any]:
    item.pop("geometry", None)
    return item


def _properties(feature: Any) -> dict[str, Any]:
    held = feature.get("properties") if isinstance(feature, dict) else None
    return held if isinstance(held, dict) else {}


def _text(value: Any) -> str:
    """Write a property as a cell; a list of plain values as one text, what is deeper as nothing."""
    if isinstance(value, list):
        return ", ".join(filter(None, (_text(each) for each in value if not isinstance(each, list))))
    return str(value) if isinstance(value, str | int | float) else ""
