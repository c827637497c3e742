"""Tables: a caption, a header for each column and row, and cards instead of columns on a telephone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _


Text = str | Promise


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its header and how to read a row. One column of a table heads its rows (`heads`).

    What a column of `acts` holds says by itself what it does: no label comes before it on a telephone.
    """

    label: Text
    value: Callable[[Any], Any]
    numeric: bool = False
    heads: bool = False
    acts: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What `components/table.html` shows. `rows` may be a `Page`; `csv`, `xlsx`: where to take the same as a file."""

    caption: Text
    columns: list[Column]
    rows: Iterable[Any]
    empty: Text = field(default=_("Rien à montrer pour l'instant."))
    csv: str = ""
    xlsx: str = ""

    @property
    def body(self) -> list[list[tuple[Column, Any]]]:
        return [[(column, column.value(row)) for column in self.columns] for row in self.rows]

    @property
    def wide(self) -> bool:
        """Tell whether it may have to scroll sideways in its own frame, which the keyboard must reach."""
        return len(self.columns) > 6

    @property
    def page(self) -> Page | None:
        return self.rows if isinstance(self.rows, Page) else None


def in_french(text: str) -> SafeString:
    """Mark a text that is stored in French, the language of the act, so that it is read aloud as French."""
    return format_html('<span lang="fr">{}</span>', text)


def link(text: Any, url: str, about: Any = "") -> SafeString:
    """Give a link for a cell; `about` is heard and not shown, where the same word stands on every line."""
    heard = format_html('<span class="fr-sr-only"> : {}</span>', about) if about else ""
    return format_html('<a class="fr-link" href="{}">{}{}</a>', url, text, heard)
