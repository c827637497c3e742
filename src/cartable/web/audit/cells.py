"""The columns of control, each written once: a table on the screen and a line of the file say the same."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from cartable.equipment.enums import Condition, HandoverState
from cartable.equipment.models import Lot
from cartable.equipment.queries.control import Trail, is_id
from cartable.journal.models import Entry
from cartable.ledger.models import Account, Transfer, Unit
from cartable.operations.enums import Mode
from cartable.web.answers import csv
from cartable.web.audit import words
from cartable.web.table import Column, Table, link


LONGEST_FILE = 50_000
NO_BREAK = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True, slots=True)
class Cell:
    """A column: `value` of a row as it is (a date, a number, words), `url` where its page is.

    Of an id that is long (`short`) the page shows the beginning, the file all of it.
    """

    label: str | Promise
    value: Callable[[Any], Any]
    url: Callable[[Any], str] | None = None
    numeric: bool = False
    heads: bool = False
    short: bool = False


def table(
    cells: Sequence[Cell], rows: Iterable[Any], *, caption: Any, empty: Any = "", csv: str = ""
) -> Table:
    """Show rows on a page."""
    columns = [Column(cell.label, _shown_by(cell), cell.numeric, cell.heads) for cell in cells]
    given = {"empty": empty} if empty else {}
    return Table(caption=caption, columns=columns, rows=rows, csv=csv, **given)


def _shown_by(cell: Cell) -> Callable[[Any], Any]:
    def show(row: Any) -> Any:
        value = _shown(cell.value(row))
        value = value[:8] if cell.short and is_id(value) else value
        address = cell.url(row) if cell.url else ""
        return link(value, address) if address else value

    return show


def _shown(value: Any) -> Any:
    if isinstance(value, datetime):
        return date_format(value, "d/m/Y") + NO_BREAK + date_format(value, "H:i")
    if isinstance(value, date):
        return date_format(value, "j F Y")
    return "—" if value in (None, "") else value


def file(cells: Sequence[Cell], rows: Iterable[Any], name: str) -> HttpResponse:
    """Give rows as a file."""
    return csv([str(cell.label) for cell in cells], _lines(cells, rows), name)


def _lines(cells: Sequence[Cell], rows: Iterable[Any]) -> Iterator[list[Any]]:
    for row in rows:
        yield [_written(cell.value(row)) for cell in cells]


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return value if value is None or isinstance(value, int) else str(value)


def amount_word(amount: int, unit: str) -> int | str:
    """Write an amount of the ledger: pieces as they are, cents as euros."""
    return amount if unit == Unit.PIECE else f"{amount / 100:.2f} €".replace(".", ",")


def lot_origin(lot: Lot) -> str:
    """Give the chain of givers, the first giver first, or where else a lot comes from."""
    if lot.donation:
        links = sorted(lot.donation.chain.all(), key=lambda one: one.rank)
        return " → ".join(one.body.name for one in links)
    if lot.held_by:
        return words.place_word("outside:declared:", f"{lot.held_by.name} ({lot.held_by.uai})")
    return str(_("achat"))


def lot_numbers(lot: Lot) -> str:
    """Give the numbers of the boxes of a lot."""
    return ", ".join(f"{span.first} – {span.last}" for span in lot.ranges.all())


LOTS = [
    Cell(
        _("Lot"),
        lambda lot: lot.product.name,
        lambda lot: reverse("audit-lot", args=[lot.public_id]),
        heads=True,
    ),
    Cell(_("Donné ou prêté"), lambda lot: lot.product.get_mode_display()),
    Cell(_("Provenance"), lot_origin),
    Cell(_("Reçu le"), lambda lot: lot.received_on),
    Cell(_("Nombre"), lambda lot: lot.quantity, numeric=True),
    Cell(_("En mains"), lambda lot: lot.in_hands, numeric=True),
    Cell(_("Numéros"), lot_numbers),
]


def _local(trail: Trail, moment: datetime | None) -> datetime | None:
    return moment.astimezone(ZoneInfo(trail.time_zone)) if moment else None


def _ending(trail: Trail) -> str:
    """Say how a hand-over ended, or until when the loan runs."""
    if trail.state == HandoverState.DONE:
        return _("à rendre le %(day)s") % {"day": date_format(trail.due_on)} if trail.due_on else ""
    ended = trail.returned_on or _local(trail, trail.ended_at)
    said = [date_format(ended) if ended else "", trail.return_condition]
    return ", ".join(str(Condition(one).label) if one in Condition.values else one for one in said if one)


def handover_cells(of_pupil: Callable[[Trail], str] | None = None) -> list[Cell]:
    """Give the columns of hand-overs; `of_pupil` gives the address of all that one pupil received."""
    return [
        Cell(_("Remis le"), lambda trail: _local(trail, trail.handed_at), heads=True),
        Cell(_("Élève (pseudonyme)"), lambda trail: trail.pseudonym, of_pupil),
        Cell(_("Établissement"), lambda trail: f"{trail.school} ({trail.uai})"),
        Cell(
            _("Article"), lambda trail: trail.article, lambda trail: reverse("audit-lot", args=[trail.lot_id])
        ),
        Cell(
            _("Numéro"),
            lambda trail: trail.number,
            lambda trail: reverse("audit-asset", args=[trail.asset_id]),
        ),
        Cell(_("Donné ou prêté"), lambda trail: Mode(trail.mode).label),
        Cell(_("État"), lambda trail: HandoverState(trail.state).label),
        Cell(_("Retour"), _ending),
    ]


def transfer_cells(names: dict[str, str], account: Account | None = None) -> list[Cell]:
    """Give the columns of transfers; of one account, what goes out of it has a minus sign."""

    def amount(row: Transfer) -> int | str:
        out = account is not None and row.source_id == account.pk
        return amount_word(-row.amount if out else row.amount, row.resource.unit)

    def place(code: str) -> str:
        return words.place_word(code, names.get(code, ""))

    return [
        Cell(_("Date de valeur"), lambda row: row.value_date, heads=True),
        Cell(_("Enregistrée le"), lambda row: localtime(row.recorded_at)),
        Cell(_("Article"), lambda row: row.resource.label),
        Cell(_("De"), lambda row: place(row.source.code)),
        Cell(_("Vers"), lambda row: place(row.target.code)),
        Cell(_("Nombre"), amount, numeric=True),
        Cell(_("Motif"), _reason),
        Cell(_("Référence"), lambda row: row.reference, _same_reference, short=True),
        Cell(_("Écriture"), lambda row: str(row.public_id), short=True),
    ]


def _reason(row: Transfer) -> str:
    said = words.reason_word(row.reason_code)
    return (
        _("%(reason)s, annule %(first)s") % {"reason": said, "first": row.reverses} if row.reverses else said
    )


def _same_reference(row: Transfer) -> str:
    return reverse("audit-transfers") + f"?reference={row.reference}" if row.reference else ""


def account_cells(names: dict[str, str]) -> list[Cell]:
    """Give the columns of accounts."""
    return [
        Cell(
            _("Compte"),
            lambda row: words.place_word(row.code, names.get(row.code, "")),
            lambda row: reverse("audit-account", args=[row.public_id]),
            heads=True,
        ),
        Cell(_("Article"), lambda row: row.resource.label),
        Cell(_("Sorte de lieu"), lambda row: words.sort_word(row.sort)),
        Cell(_("Solde"), lambda row: amount_word(row.balance, row.resource.unit), numeric=True),
        Cell(_("Code"), lambda row: row.code),
    ]


def entry_cells(masked: dict[str, str], wrong: set[int]) -> list[Cell]:
    """Give the columns of the journal; `masked` are ids of children and their pseudonyms, `wrong` what was altered."""
    return [
        Cell(_("N°"), lambda entry: entry.seq, numeric=True, heads=True),
        Cell(_("Date"), lambda entry: localtime(entry.at)),
        Cell(_("Qui"), lambda entry: words.actor_word(entry.actor)),
        Cell(_("Acte"), lambda entry: words.act_word(entry.verb)),
        Cell(
            _("Objet"),
            lambda entry: masked.get(entry.target, entry.target),
            lambda entry: "" if entry.target in masked else _same_target(entry),
            short=True,
        ),
        Cell(_("Motif"), lambda entry: words.reason_word(entry.reason)),
        Cell(_("Détails"), lambda entry: _details(entry, masked)),
        Cell(_("Empreinte"), lambda entry: _("altérée") if entry.seq in wrong else entry.hash[:12]),
    ]


def _details(entry: Entry, masked: dict[str, str]) -> str:
    said = ", ".join(f"{key} : {_said(value)}" for key, value in sorted(entry.data.items()))
    for child, pseudonym in masked.items():
        said = said.replace(child, pseudonym)
    return said


def _said(value: Any) -> str:
    return " ".join(map(str, value)) if isinstance(value, list) else str(value)


def _same_target(entry: Entry) -> str:
    return reverse("audit-journal") + f"?target={entry.target}" if entry.target else ""


def page_codes(rows: Iterable[Transfer]) -> set[str]:
    """Give the account codes that these transfers name."""
    return {code for row in rows for code in (row.source.code, row.target.code)}


def words_of(entries: Iterable[Entry]) -> set[str]:
    """Give the words of these entries that may be the id of a child."""
    return {str(word) for entry in entries for word in (entry.target, *_flat(entry.data))}


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _flat(each)
    else:
        yield value
