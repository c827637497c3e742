"""What everybody reads on Monday at three: how many are really in hands, and nobody's name."""

from playwright.sync_api import Page

from tests.browser.pages.families import CANARIES
from tests.browser.pages.page import follow, row


SIM, CHAIN = "Carte SIM (don)", "aux mains des élèves"


def open_figures(page: Page, operation: str) -> None:
    """Open the figures from the page of the operation."""
    page.goto(operation)
    follow(page, "Chiffres")


def line(page: Page, thing: str) -> dict[str, str]:
    """Give the chain of a thing, step by step, as the page says it."""
    table = page.get_by_role("table").filter(has_text=CHAIN)
    cells = row(table, thing).get_by_role("cell").all()
    return {cell.get_attribute("data-label") or "": (cell.text_content() or "").strip() for cell in cells}


def names_nobody(page: Page) -> None:
    """Fail where the page, its files or the pages that it leads to hold a name of a pupil."""
    addresses = page.eval_on_selector_all(
        "main a[href]", "links => links.map(link => link.getAttribute('href'))"
    )
    for address in {page.url, *(address for address in addresses if address.startswith("/"))}:
        said = page.request.get(address).text().casefold()
        found = [name for name in CANARIES if name in said]
        assert not found, f"{address} names {found}"


def read_csv(page: Page) -> list[list[str]]:
    """Download the first table of the page as a file, and give its lines."""
    with page.expect_download() as taken:
        page.get_by_role("link", name="Télécharger ce tableau").first.click()
    text = taken.value.path().read_text(encoding="utf-8-sig")
    return [each.split(";") for each in text.splitlines()]
