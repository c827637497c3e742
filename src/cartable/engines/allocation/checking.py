"""Check the three tables against the contract: every cell, every code, every sum; refuse with all the reasons."""

from dataclasses import dataclass

import polars as pl

from cartable.engines.allocation.columns import FUND_KINDS, FUNDS, ITEMS, NEEDS, SOURCES
from cartable.engines.allocation.reading import Sheet
from cartable.engines.allocation.refused import InputRefused, Reject


LARGEST = 2**63 - 1
LARGEST_BUDGET = 10**15
COUNTS = (
    *("device_and_connection", "device", "connection"),
    *("held_devices", "held_connections", "delivered_devices", "delivered_connections"),
)


@dataclass(frozen=True)
class Checked:
    """Hold typed tables (`weight` in millionths, `need_devices`, `need_connections` added) and remarks.

    The needs are in the order school, tags.
    """

    needs: pl.DataFrame
    sources: pl.DataFrame
    funds: pl.DataFrame
    remarks: list[str]


def check(needs: Sheet, sources: Sheet, funds: Sheet) -> Checked:
    """Return the typed tables, or raise InputRefused with every reason by file and line."""
    remarks: list[str] = []
    needs, sources, funds = (
        _complete(sheet, columns, remarks)
        for sheet, columns in ((needs, NEEDS), (sources, SOURCES), (funds, FUNDS))
    )
    _check_needs(needs)
    _check_sources(sources)
    _check_funds(funds)
    _check_codes(needs, sources, funds)
    _stop(needs, sources, funds)
    checked = Checked(_typed_needs(needs), _typed_sources(sources), _typed_funds(funds), remarks)
    check_sums(checked, needs.name, sources.name, funds.name)
    cites = set(funds.cells.filter(pl.col("kind") == "cite_educative")["fund"])
    unknown = sorted(set(needs.cells["cite_educative"]) - cites - {""})
    remarks += [f"Cité éducative « {code} » sans fonds : ses lignes n’en reçoivent rien." for code in unknown]
    return checked


def _stop(*sheets: Sheet) -> None:
    rejects = [reject for sheet in sheets for reject in sorted(sheet.rejects, key=lambda reject: reject.line)]
    if rejects:
        raise InputRefused(rejects)


def _complete(sheet: Sheet, columns: dict[str, str | None], remarks: list[str]) -> Sheet:
    """Keep the columns of the contract, in its order, with the defaults in the empty cells."""
    extra = sorted(set(sheet.cells.columns) - set(columns))
    remarks += [f"{sheet.name} : colonne « {column} » ignorée." for column in extra]
    absent = [pl.lit("").alias(column) for column in columns if column not in sheet.cells.columns]
    cells = sheet.cells.with_columns(absent).select(
        pl.col(column).replace("", default) if default else pl.col(column)
        for column, default in columns.items()
    )
    complete = Sheet(sheet.name, cells, sheet.lines, sheet.rejects)
    for column, default in columns.items():
        if default is None and column in sheet.cells.columns:
            complete.refuse(pl.col(column) == "", column, "cette cellule doit être remplie")
        elif default is None:
            complete.rejects.append(Reject(sheet.name, 1, column, "", "cette colonne manque"))
    return complete


def _check_whole(sheet: Sheet, column: str, *, least: int = 0) -> None:
    text = pl.col(column)
    filled = text != ""
    sheet.refuse(filled & ~text.str.contains(r"^-?[0-9]+$"), column, "un nombre entier est attendu")
    sheet.refuse(text.str.contains(r"^-0*[1-9][0-9]*$"), column, "un nombre négatif n’a pas de sens ici")
    sheet.refuse(text.str.contains(r"^0*[1-9][0-9]{18,}$"), column, "ce nombre est trop grand")
    if least:
        sheet.refuse(text.str.contains(r"^-?0+$"), column, f"au moins {least} est attendu")


def _check_choice(sheet: Sheet, column: str, choices: tuple[str, ...]) -> None:
    bad = (pl.col(column) != "") & ~pl.col(column).is_in(choices)
    sheet.refuse(bad, column, f"valeurs possibles : {', '.join(choices)}")


def _check_unique(sheet: Sheet, column: str, key: list[pl.Expr]) -> None:
    again = ~pl.struct(key).is_first_distinct()
    sheet.refuse(again & (pl.col(column) != ""), column, "cette ligne répète une ligne précédente")


def _check_needs(sheet: Sheet) -> None:
    for column in COUNTS:
        _check_whole(sheet, column)
    _check_choice(sheet, "computer_only", ("0", "1"))
    weight = pl.col("weight")
    plain = weight.str.contains(r"^[0-9]{1,12}(\.[0-9]{1,6}0*)?$")
    sheet.refuse(
        ~plain, "weight", "un nombre décimal positif d’au plus 6 décimales est attendu (point décimal)"
    )
    sheet.refuse(plain & ~weight.str.contains("[1-9]"), "weight", "le poids doit être plus grand que zéro")
    _check_unique(sheet, "school", [pl.col("school"), _set_of_tags()])


def _set_of_tags() -> pl.Expr:
    tags = pl.col("tags").str.split("|").list.eval(pl.element().str.strip_chars())
    return tags.list.unique().list.sort().list.join("|").str.strip_chars("|")


def _check_sources(sheet: Sheet) -> None:
    _check_choice(sheet, "item", ITEMS)
    _check_whole(sheet, "price_cents")
    _check_whole(sheet, "stock")
    _check_whole(sheet, "pack", least=1)
    day = pl.col("available_on")
    bad = (day != "") & day.str.to_date("%Y-%m-%d", strict=False).is_null()
    sheet.refuse(bad, "available_on", "une date comme 2020-04-24 est attendue")
    _check_unique(sheet, "source", [pl.col("source")])


def _check_funds(sheet: Sheet) -> None:
    _check_choice(sheet, "kind", FUND_KINDS)
    _check_whole(sheet, "budget_cents")
    too_much = pl.col("budget_cents").cast(pl.Int64, strict=False) > LARGEST_BUDGET
    sheet.refuse(too_much, "budget_cents", "un budget ne peut pas dépasser 10^15 centimes")
    kind, places = pl.col("kind"), pl.col("departments")
    one = kind.is_in(["cite_educative", "department"])
    sheet.refuse(one & ((places == "") | places.str.contains("|", literal=True)), "departments",
                 "un seul département est attendu")  # fmt: skip
    sheet.refuse((kind == "region") & (places == ""), "departments", "au moins un département est attendu")
    sheet.refuse((kind == "national") & (places != ""), "departments", "un fonds national n’en nomme aucun")
    _check_unique(sheet, "fund", [pl.col("fund")])


def _check_codes(needs: Sheet, sources: Sheet, funds: Sheet) -> None:
    """Refuse a code that no file knows; without any need, nothing can be known but the funds."""
    tags = set(needs.cells["tags"].str.split("|").explode().str.strip_chars().drop_nulls()) - {""}
    known = {
        "fund": set(funds.cells["fund"]),
        "department": set(needs.cells["department"]) - {""},
        "school": set(needs.cells["school"]),
        "tag": tags,
    }
    _check_only_for(sources, known, ("fund", "department", "school", "tag"), have_needs=len(needs.cells) > 0)
    _check_only_for(funds, known, ("tag",), have_needs=len(needs.cells) > 0)
    if len(needs.cells) == 0:
        return
    codes = pl.col("departments").str.split("|").list.eval(pl.element().str.strip_chars())
    strange = codes.list.set_difference(pl.lit(sorted(known["department"]) or [""], pl.List(pl.String)))
    lost = (pl.col("departments") != "") & (strange.list.len() > 0)
    funds.refuse(lost, "departments", "aucun besoin ne nomme ce département")


def _check_only_for(
    sheet: Sheet, known: dict[str, set[str]], kinds: tuple[str, ...], *, have_needs: bool
) -> None:
    text = pl.col("only_for")
    form = "|".join(f"{kind}:" for kind in kinds)
    sheet.refuse(
        (text != "") & ~text.str.contains(f"^({form})."),
        "only_for",
        f"écrire {form.replace('|', ', ')} puis un code",
    )
    for kind in kinds:
        if have_needs or kind == "fund":
            codes = [f"{kind}:{code}" for code in known[kind]]
            lost = text.str.contains(f"^{kind}:.") & ~text.is_in(codes)
            sheet.refuse(lost, "only_for", "ce code n’est connu d’aucun fichier")


def _typed_needs(sheet: Sheet) -> pl.DataFrame:
    whole, decimals = (pl.col("weight").str.extract(pattern) for pattern in (r"^([0-9]+)", r"\.([0-9]{1,6})"))
    weight = whole.cast(pl.Int64) * 1_000_000 + decimals.fill_null("0").str.pad_end(6, "0").cast(pl.Int64)
    typed = sheet.cells.with_columns(pl.col(*COUNTS, "computer_only").cast(pl.Int64), weight=weight)
    typed = typed.sort("school", "tags")
    return typed.with_columns(
        need_devices=(pl.col("device_and_connection") + pl.col("device") - pl.col("held_devices")).clip(0),
        need_connections=(
            pl.col("device_and_connection") + pl.col("connection") - pl.col("held_connections")
        ).clip(0),
    )


def _typed_sources(sheet: Sheet) -> pl.DataFrame:
    return sheet.cells.with_columns(
        pl.col("price_cents", "stock", "pack").cast(pl.Int64, strict=False),
        pl.col("available_on").str.to_date("%Y-%m-%d", strict=False),
    )


def _typed_funds(sheet: Sheet) -> pl.DataFrame:
    places = pl.col("departments").str.split("|").list.eval(pl.element().str.strip_chars()).list.join("|")
    return sheet.cells.with_columns(pl.col("budget_cents").cast(pl.Int64), departments=places)


def check_sums(checked: Checked, needs: str, sources: str, funds: str) -> None:
    """Refuse what could not be added up in 64 bits."""
    totals = [
        (needs, "weight", _total(checked.needs, "weight", "need_devices", "need_connections")),
        *((needs, column, sum(checked.needs[column].to_list())) for column in COUNTS),
        (sources, "stock", sum(checked.sources["stock"].drop_nulls().to_list())),
        (sources, "price_cents", _total(checked.sources, "price_cents", "stock", "pack")),
        (funds, "budget_cents", sum(checked.funds["budget_cents"].to_list())),
    ]
    rejects = [
        Reject(name, 0, column, str(total), "la somme dépasse 2^63")
        for name, column, total in totals
        if total > LARGEST
    ]
    if rejects:
        raise InputRefused(rejects)


def _total(table: pl.DataFrame, factor: str, *parts: str) -> int:
    rows = table.select(factor, *parts).fill_null(0).iter_rows()
    return sum(row[0] * sum(row[1:]) for row in rows)
