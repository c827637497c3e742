"""What does each sort of cell accept, and what does it say otherwise?"""

import datetime
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from cartable.intake import values
from cartable.intake.values import BadCell


DAY = datetime.date(2012, 8, 17)
PARSERS = [
    values.date,
    values.yes_no,
    values.whole,
    values.uai,
    values.phone,
    values.email,
    values.postcode,
    values.iccid,
    values.imei,
    values.serial,
    values.siret,
]


@pytest.mark.parametrize(
    "text",
    [
        "2012-08-17",
        "17/08/2012",
        "17-08-2012",
        "17.08.2012",
        "17/8/2012",
        "41138",
        "41138.0",
        "2012-08-17 00:00",
        " 17/08/2012 ",
    ],
)
def test_dates_of_every_format(text: str) -> None:
    assert values.date(text) == DAY


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("17/08/12", "quatre chiffres"),
        ("31/02/2012", "n’existe pas"),
        ("2012-13-01", "n’existe pas"),
        ("17/08-2012", "non reconnue"),
        ("01/01/0012", "improbable"),
        ("12", "non reconnue"),
        ("1e308", "non reconnue"),
        ("août 2012", "non reconnue"),
    ],
)
def test_bad_dates(text: str, said: str) -> None:
    with pytest.raises(BadCell, match=said):
        values.date(text)


@given(st.dates(datetime.date(1901, 1, 1), datetime.date(2099, 12, 31)))
def test_a_date_written_in_any_format_is_the_same_day(day: datetime.date) -> None:
    written = [
        day.isoformat(),
        f"{day:%d/%m/%Y}",
        f"{day:%d.%m.%Y}",
        str((day - datetime.date(1899, 12, 30)).days),
    ]
    assert {values.date(text) for text in written} == {day}


def test_uai() -> None:
    assert values.uai("0930001w") == values.uai(" 093 0001 W ") == "0930001W"
    with pytest.raises(BadCell, match="UAI 0930001X : la lettre attendue est W"):
        values.uai("0930001X")
    for text in ("930001W", "09300011", "0930001WW", "０９３０００１W", "0930001É"):
        with pytest.raises(BadCell, match="sept chiffres"):
            values.uai(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0172045505", "01 72 04 55 05"),
        ("05 62 00 95 10", "05 62 00 95 10"),
        ("+33 6 39 98 12 34", "06 39 98 12 34"),
        ("0033639981234", "06 39 98 12 34"),
        ("639981234", "06 39 98 12 34"),
        ("639981234.0", "06 39 98 12 34"),
        ("0590271234", "0590 27 12 34"),
        ("0692 12 34 56", "0692 12 34 56"),
        ("0594251234", "0594 25 12 34"),
        ("+44 20 7946 0958", "+44 20 7946 0958"),
    ],
)
def test_phones(text: str, number: str) -> None:
    assert values.phone(text) == number


@pytest.mark.parametrize("text", ["0056109125", "12", "nan", "1e308", "06 39 98 12 3"])
def test_bad_phones(text: str) -> None:
    with pytest.raises(BadCell):
        values.phone(text)


SEVENTEEN = "893301234567890123"
NINETEEN = SEVENTEEN + luhn.calc_check_digit(SEVENTEEN)


@pytest.mark.parametrize(
    "text", [NINETEEN, f"{NINETEEN[:4]} {NINETEEN[4:10]} {NINETEEN[10:]}", NINETEEN + "7"]
)
def test_a_sound_iccid_gives_no_warning(text: str) -> None:
    assert values.iccid(text) == (text.replace(" ", ""), None)


@pytest.mark.parametrize(
    "text", [SEVENTEEN, SEVENTEEN + str((int(NINETEEN[-1]) + 1) % 10), "8944" + "1" * 15, "1" * 20]
)
def test_a_doubtful_iccid_warns_and_never_blocks(text: str) -> None:
    number, warning = values.iccid(text)
    assert number == text and warning


@pytest.mark.parametrize(
    ("text", "said"),
    [("8933", "il en faut"), ("8" * 21, "il en faut"), ("8,93E+18", "Texte"), ("89x", "chiffres")],
)
def test_what_is_no_iccid(text: str, said: str) -> None:
    with pytest.raises(BadCell, match=said):
        values.iccid(text)


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (values.yes_no, "Oui", True),
        (values.yes_no, " NON ", False),
        (values.yes_no, "x", True),
        (values.whole, "1 234", 1234),
        (values.whole, "12.0", 12),
        (values.email, " Jean.Exemple@Example.ORG; ", "Jean.Exemple@example.org"),
        (values.postcode, "1000", "01000"),
        (values.postcode, "93300.0", "93300"),
        (values.imei, "49-015420-323751-8", "490154203237518"),
        (values.serial, " abc 12/3 ", "ABC12/3"),
        (values.siret, "219 400 348 00195", "21940034800195"),
        (values.siret, "5520815413", None),
    ],
)
def test_other_cells(parse: Callable, text: str, value: object) -> None:
    if value is None:
        with pytest.raises(BadCell):
            parse(text)
    else:
        assert parse(text) == value


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (values.yes_no, "peut-être"),
        (values.whole, "-3"),
        (values.whole, "1e308"),
        (values.whole, "NaN"),
        (values.whole, "1.5"),
        (values.email, "jean@exemple"),
        (values.email, "a..b@example.org"),
        (values.postcode, "2A004"),
        (values.imei, "490154203237519"),
        (values.serial, "=1+1"),
        (values.serial, "1.5E+10"),
        (values.siret, "21940034800196"),
    ],
)
def test_other_bad_cells(parse: Callable, text: str) -> None:
    with pytest.raises(BadCell) as caught:
        parse(text)
    assert caught.value.reason and len(caught.value.reason) < 150


@pytest.mark.parametrize("parse", PARSERS, ids=lambda parse: parse.__name__)
def test_an_empty_cell_is_no_error(parse: Callable) -> None:
    assert parse("") in (None, "", ("", None)) and parse("  ") in (None, "", ("", None))


@given(st.sampled_from(PARSERS), st.text(max_size=60) | st.from_regex(r"[0-9eE+./ -]{0,30}", fullmatch=True))
def test_no_text_breaks_a_parser(parse: Callable, text: str) -> None:
    try:
        parse(text)
    except BadCell as bad:
        assert len(bad.reason) < 200
