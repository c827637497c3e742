"""An invented département, its directory, the clock of its week and the people who sign in to the pages."""

import email
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from pathlib import Path
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from cartable.bodies.actions import bodies_for_department
from cartable.bodies.models import Body
from cartable.cli.main import main
from cartable.foundation import clock
from cartable.intake.values import uai_letter
from cartable.scenarios.directory import open_directory
from cartable.scenarios.invent import Place
from cartable.territories.actions import add_invented_department
from cartable.territories.models import Department
from tests import factories
from tests.browser.conftest import check
from tests.browser.pages.page import fill, press
from tests.factories import PASSWORD


CODE = "997"
PARIS = ZoneInfo("Europe/Paris")
WAIT = 15_000  # milliseconds: a page that does not come within them is a defect
LINK = re.compile(r"/acces/\S+")


def code(number: int) -> str:
    """Give the UAI of that number in the invented département."""
    return f"{CODE}{number:04d}" + uai_letter(f"{CODE}{number:04d}")


def _place(number: int, name: str, kind: str, pupils: int, email: str = "", office: str = "") -> Place:
    return Place(
        uai=code(number), name=name, kind=kind, commune=COMMUNES[number % 2], commune_code=f"99{100 + number % 2}",
        pupils=pupils, priority="", phone=f"01 99 00 10 {number % 100:02d}", email=email,
        office=office and code(9001), office_name=office,
    )  # fmt: skip


COMMUNES = ("Boisclair-le-Neuf", "Fontenelle-sur-Orge")
OFFICE = "Circonscription de Boisclair"
PARKS, VERNE, SILENT = "Collège Rosa Parks", "Collège Jules Verne", "Collège du Silence"
LILAS, MUSE, PREAU = "École des Lilas", "École de la Muse", "École du Préau"
PLACES = (
    _place(1, PARKS, "college", 450, "ce.parks@ecole.invalid"),
    _place(2, VERNE, "college", 400),
    _place(3, SILENT, "college", 380, "ce.silence@ecole.invalid"),
    _place(1001, LILAS, "ecole", 200, "ce.lilas@ecole.invalid", OFFICE),
    _place(1002, MUSE, "ecole", 180, "ce.muse@ecole.invalid", OFFICE),
    _place(1003, PREAU, "ecole", 150, "ce.preau@ecole.invalid", OFFICE),
)
IEN = f"ien.{code(9001).lower()}@ecole.invalid"


@dataclass
class Town:
    """Who is in front of which screen; `it_is` sets the clock of the whole house."""

    visit: Callable[..., Page]
    it_is: Callable[[str], None]
    mailbox: Path
    service: str
    pages: dict[str, Page] = field(default_factory=dict)

    def newcomer(self, identifier: str) -> Page:
        """Give the screen of somebody, dark until he comes for the first time."""
        if identifier not in self.pages:
            self.pages[identifier] = self.visit()
            self.pages[identifier].set_default_timeout(WAIT)
        return self.pages[identifier]

    def screen(self, identifier: str, address: str = "/") -> Page:
        """Open a page as somebody, who signs in through the page for it where the last session has ended."""
        page = self.newcomer(identifier)
        page.goto(address)
        if "/connexion" in page.url:
            fill(page, {"Identifiant": identifier, "Mot de passe": PASSWORD})
            press(page, "Se connecter")
        return page

    def arrive(self, identifier: str, address: str) -> Page:
        """Come for the first time, by the link of an e-mail: choose a password."""
        page = self.newcomer(identifier)
        page.goto(address)
        fill(page, {"Choisissez votre mot de passe": PASSWORD})
        press(page, "Ouvrir mon accès")
        return page

    def post(self) -> dict[str, str]:
        """Let the periodic work run, and give the letters that left, by recipient, as the mail folder holds them."""
        before = set(self.mailbox.glob("*"))
        assert main(["tick"]) == 0
        letters = [letter for file in set(self.mailbox.glob("*")) - before for letter in _letters(file)]
        return {letter["to"]: f"{letter['subject']}\n{letter.get_content()}" for letter in letters}


def _letters(file: Path) -> list[email.message.EmailMessage]:
    parts = file.read_bytes().split(b"\n" + b"-" * 79 + b"\n")
    return [email.message_from_bytes(part, policy=policy.default) for part in parts if part.strip()]


def link_in(letter: str) -> str:
    """Give the way in that a letter holds."""
    found = LINK.search(letter)
    assert found, letter
    return found[0]


def set_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Give what sets the clock of the whole house, the threads of the live server too; from there it runs on."""

    def set_to(text: str) -> None:
        began, moment = monotonic(), datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)
        monkeypatch.setattr(clock, "now", lambda: moment + timedelta(seconds=monotonic() - began))

    return set_to


def open_town(visit: Callable[..., Page], it_is: Callable[[str], None], mailbox: Path) -> Town:
    """Make the département from its directory, and the account of the council's equipment service."""
    factories.region(), factories.academy()
    department = add_invented_department(
        code=CODE, name="Val-d'Orge", of_name="du Val-d'Orge", region="11", academy="24"
    )
    open_directory(department, PLACES, "2020-01-06")
    council = bodies_for_department(actor=None, department=department).council
    return Town(visit, it_is, mailbox, person(Role.EQUIPMENT, council))


def person(role: str, place: object) -> str:
    """Open an account with a password, and give its identifier."""
    made: User = factories.user(role, place, password=PASSWORD)
    return made.identifier


def department() -> Department:
    """Give the town's département."""
    return Department.objects.get(code=CODE)


def giver(name: str) -> Body:
    """Give the body that a reception of goods made."""
    return Body.objects.get(name=name)


def sound(page: Page) -> None:
    """Check a page as it stands: axe, policy, console, width."""
    check(page)
