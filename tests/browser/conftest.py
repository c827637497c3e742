"""A real browser on the pages: what it sees, what it complains of, how it fits a telephone.

`visit(user)` gives a page signed in as `user`; `look(page, name)` checks it at both widths and keeps the pictures,
`check(page)` only checks. Pictures go to a temporary folder, or to the one that CARTABLE_PICTURES names.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright


CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
PICTURES = Path(os.environ.get("CARTABLE_PICTURES") or tempfile.mkdtemp(prefix="cartable-pictures-"))
# What the content policy refused, told by the page itself.
LISTEN = """window.refused = [];
document.addEventListener('securitypolicyviolation', e =>
  window.refused.push(e.violatedDirective + ' ' + e.blockedURI));"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    # Playwright's own loop runs in this thread, so Django would refuse the store to the tests themselves.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


@pytest.fixture
def visit(browser: Browser, live_server: Any) -> Iterator[Callable[..., Page]]:
    """Give a function that opens a page signed in as a user (None: nobody), at desk width."""
    contexts: list[BrowserContext] = []
    house = live_server.url.replace("localhost", "127.0.0.1")

    def visit_as(user: Any = None, viewport: dict = DESK) -> Page:
        context = browser.new_context(base_url=house, viewport=viewport, locale="en-GB")
        contexts.append(context)
        context.add_init_script(LISTEN)
        if user is not None:
            context.add_cookies([_session_of(user, house)])
        page = context.new_page()
        page.complaints = []
        page.on("console", lambda said: said.type == "error" and page.complaints.append(said.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        context.on("request", lambda request: page.complaints.extend(_outside(request.url)))
        return page

    yield visit_as
    for context in contexts:
        context.close()


def _session_of(user: Any, url: str) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": url,
    }


def _outside(url: str) -> list[str]:
    parts = urlsplit(url)
    inside = parts.hostname == "127.0.0.1" or parts.scheme in {"data", "blob"}
    return [] if inside else [f"asks for {url}"]


def check(page: Page) -> None:
    """Fail where the page complains, asks outside, is not accessible, or scrolls sideways on a telephone."""
    faults = list(page.complaints) + page.evaluate("window.refused")
    for violation in Axe().run(page).response["violations"]:
        where = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
        faults.append(f"axe {violation['id']}: {violation['help']} ({where})")
    page.set_viewport_size(PHONE)
    if wide := page.evaluate(TOO_WIDE):
        faults.append(f"scrolls sideways at 360 px: {wide}")
    page.set_viewport_size(DESK)
    assert faults == [], f"{page.url}: {faults}"


# The elements that stick out of a telephone, the innermost last.
TOO_WIDE = """() => document.documentElement.scrollWidth <= 360 ? [] :
  [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > 361)
    .slice(-4).map(e => e.outerHTML.slice(0, 120))"""


def look(page: Page, name: str) -> None:
    """Check a page and keep its picture at both widths."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    check(page)
    page.screenshot(path=PICTURES / f"{name}-1280.png", full_page=True)
    page.set_viewport_size(PHONE)
    page.screenshot(path=PICTURES / f"{name}-360.png", full_page=True)
    page.set_viewport_size(DESK)
