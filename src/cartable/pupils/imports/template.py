"""Cartable's own list, for schools that have no other file."""

from io import BytesIO
from typing import Literal

from cartable.intake import exporting
from cartable.pupils.imports.contracts import TEMPLATE


Format = Literal["csv", "xlsx", "ods"]
HEADER = tuple(column.aliases[0] for column in TEMPLATE.columns)


def pupil_template(format: Format) -> bytes:
    """Give the empty list to fill in, one pupil a line."""
    file = BytesIO()
    if format == "csv":
        exporting.write_csv(file, HEADER, ())
    elif format == "xlsx":
        exporting.write_xlsx(file, HEADER, (), title="Élèves")
    else:
        exporting.write_ods(file, HEADER, (), title="Élèves")
    return file.getvalue()
