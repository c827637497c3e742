"""What a person does with a page, in the words that stand on it: fill in, tick, press, follow, read."""

import re
from collections.abc import Mapping
from io import BytesIO

from playwright.sync_api import Locator, Page
from pypdf import PdfReader


def fill(page: Page, values: Mapping[str, str | bool]) -> None:
    """Write values into the fields whose labels begin with these words; True or False for a box."""
    for label, value in values.items():
        _write(page.get_by_label(re.compile(rf"^\s*{re.escape(label)}")).first, value)


def _write(field: Locator, value: str | bool) -> None:
    if isinstance(value, bool):
        field.set_checked(value, force=True)
        return
    kind = field.evaluate("field => field.tagName + ':' + field.type")
    if kind.startswith("SELECT"):
        field.select_option(label=value)
    elif kind == "INPUT:file":
        field.set_input_files(value)
    else:
        field.fill(value)


def choose(page: Page, *answers: str) -> None:
    """Choose the radio buttons whose labels begin with these words."""
    for answer in answers:
        page.get_by_role("radio", name=re.compile(rf"^\s*{re.escape(answer)}")).first.check(force=True)


def press(place: Page | Locator, button: str) -> None:
    """Press a button of a page, or of a part of it, and wait for the page that it brings."""
    _go(place.get_by_role("button", name=button).first)


def follow(place: Page | Locator, link: str) -> None:
    """Follow a link of a page, or of a part of it, and wait for its page."""
    _go(place.get_by_role("link", name=link).first)


def _go(way: Locator) -> None:
    with way.page.expect_navigation():
        way.click()


def says(page: Page, *words: str) -> bool:
    """Tell whether the page says all of that; fail with what it says where it does not."""
    return holds(text_of(page), *words, where=page.url)


def holds(said: str, *words: str, where: str = "it") -> bool:
    """Tell whether a text holds all of that; fail with the text where it does not."""
    missing = [each for each in words if plain(each).casefold() not in said.casefold()]
    assert not missing, f"{where} does not say {missing}: {said[:2000]}"
    return True


def text_of(page: Page) -> str:
    """Give all that the page says to its reader, blanks made alike."""
    return plain(page.locator("main").text_content() or "")


def plain(text: str) -> str:
    """Make blanks and apostrophes alike."""
    return " ".join(text.replace("’", "'").split())


def row(place: Page | Locator, *words: str) -> Locator:
    """Give the line of a table where these words stand."""
    found = place.get_by_role("row")
    for each in words:
        found = found.filter(has_text=each)
    return found.first


def pdf(page: Page, link: str) -> str:
    """Fetch the file behind a link as its reader would, and give the words of the PDF."""
    return pdf_at(page, page.get_by_role("link", name=link).first.get_attribute("href") or "")


def pdf_at(page: Page, address: str) -> str:
    """Fetch a PDF and give its words."""
    answer = page.request.get(address)
    content = answer.body()
    assert answer.ok and content.startswith(b"%PDF"), f"{address}: {answer.status}"
    return plain(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(content)).pages))
