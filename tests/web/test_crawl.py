"""Every address as every visitor, with what is theirs and what is not: does anything leak?

The names of children stand as canaries in the protected columns of three schools. A page that is not in the
register, an object out of reach that answers, a canary in an answer, an error of ours: each is a fault.
"""

import io
import logging
import random
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pypdf import PdfReader

from cartable.accounts.models import User
from cartable.config import urls
from cartable.web.register import PUBLIC, REGISTER, Page
from tests import crawl_gate, crawl_objects, factories
from tests.crawl_money import subject
from tests.crawl_objects import FOREIGN, OWN, SEEDED_LEAKS, SHARED, SIBLING, VISITORS, Side, Visitor


pytestmark = [pytest.mark.django_db, pytest.mark.store]
assert urls.urlpatterns, "importing the addresses fills the register"
METHODS = ("GET", "HEAD", "POST", "PATCH", "DELETE")
HIDDEN = 404
NOT_THERE = {404, 405, 422}


@dataclass
class World:
    """The three sides, and a signed-in client for each visitor."""

    sides: dict[str, Side]
    clients: dict[str, Client]
    users: dict[str, User]

    def ask(self, who: str, method: str, address: str) -> HttpResponse:
        """Ask for one page and undo what it did."""
        client = self.clients[who]
        cookies = client.cookies.copy()
        with transaction.atomic():
            answer = client.generic(method, address)
            transaction.set_rollback(True)
        client.cookies = cookies
        return answer


@pytest.fixture(scope="module")
def sides(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Side]]:
    """Build the three sides once, in a transaction around all tests of this file: each test undoes what it did."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield crawl_objects.build()
        transaction.set_rollback(True)


@pytest.fixture
def world(
    sides: dict[str, Side], db: None, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> World:
    caplog.set_level(logging.ERROR, "django.request")
    monkeypatch.setattr(
        "django.test.client.store_rendered_templates", lambda *_a, **_k: None
    )  # it copies each context
    users = {who: visitor.make(sides) for who, visitor in VISITORS.items()}
    clients = {who: Client(raise_request_exception=False) for who in ["anonymous", *users]}
    for who, user in users.items():
        factories.strong(clients[who], user)
    return World(sides, clients, users)


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Walk every pattern of the resolver."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern)
        else:
            yield pattern


def arguments(name: str) -> set[str]:
    """Give the names of the arguments of a page's address."""
    return set().union(*(set(found[1]) for found in get_resolver().reverse_dict.getlist(name)[0][0]))


def pages(world: World) -> list[Page]:
    """Give the pages whose objects the crawl has; `test_every_argument_of_an_address_has_an_object` says the rest."""
    return [page for page in REGISTER.values() if arguments(page.name) <= world.sides[OWN].things.keys()]


def address(name: str, side: Side, but: dict | None = None) -> str:
    """Give the address of a page with the objects of one side."""
    return reverse(name, kwargs={arg: {**side.things, **(but or {})}[arg] for arg in arguments(name)})


def text_of(answer: HttpResponse) -> str:
    """Give everything that an answer says: headers, the body, the text of a PDF, the members of a zip."""
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    said = [str(dict(answer.headers)), body.decode("utf-8", "replace")]
    if body.startswith(b"%PDF"):
        said += [page.extract_text() for page in PdfReader(io.BytesIO(body)).pages]
    if body.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            said += [archive.read(member).decode("utf-8", "replace") for member in archive.namelist()]
    return "\n".join(said)


def faults_of(world: World, who: str, page: Page, methods: tuple[str, ...] = METHODS) -> Iterator[str]:
    """Ask for one page in every way as one visitor; give what is wrong.

    A page that does not open to the visitor at all is asked for by GET and one other method only.
    """
    visitor = VISITORS.get(who)
    for side, method in asked(world, who, page, methods):
        place = address(page.name, side, visitor.instead(side) if visitor else {})
        answer = world.ask(who, method, place)
        for fault in _faults(visitor, page, side.name, method, answer):
            yield f"{who} {method} {page.name} ({side.name}): {fault}"


def asked(
    world: World, who: str, page: Page, methods: tuple[str, ...] = METHODS
) -> Iterator[tuple[Side, str]]:
    """Give what one visitor asks of one page: of which side, by which method."""
    opens = who in VISITORS and page.opens_to(world.users[who])
    ways = methods if opens else ("GET", random.choice(METHODS[1:]))
    for side in world.sides.values() if opens and arguments(page.name) else [world.sides[OWN]]:
        for method in ways:
            yield side, method


def _faults(
    visitor: Visitor | None, page: Page, side: str, method: str, answer: HttpResponse
) -> Iterator[str]:
    if answer.status_code >= 500:
        yield f"answers {answer.status_code}"
    said = text_of(answer)
    for other in (OWN, SIBLING, FOREIGN):
        if f"Canari{other.capitalize()}" in said and other not in (visitor.names if visitor else ()):
            yield f"says a name of {other}"
        if subject(other) in said and other not in (visitor.reach if visitor else ()):
            yield f"says the money of {other}"
    yield from _wrong_status(visitor, page, side, method, answer)


def _wrong_status(
    visitor: Visitor | None, page: Page, side: str, method: str, answer: HttpResponse
) -> Iterator[str]:
    status = answer.status_code
    if page.access is PUBLIC:
        return
    if visitor is None:
        if status != 302 or not answer.headers["Location"].startswith(reverse("sign-in")):
            yield f"lets anybody in ({status})"
    elif not page.opens_to(answer.wsgi_request.user):
        if status != HIDDEN and answer.wsgi_request.user.is_authenticated:
            yield f"shows that it exists ({status})"
    elif _out_of_reach(visitor, page, side) and status not in (
        NOT_THERE if method not in page.methods or method == "POST" else {HIDDEN}
    ):
        yield f"answers {status} for what is out of reach"


def _out_of_reach(visitor: Visitor, page: Page, side: str) -> bool:
    bound = arguments(page.name) - (SHARED if side == SIBLING else set())
    return bool(bound) and side not in visitor.reach


def test_every_address_is_in_the_register_and_guarded():
    unknown = [
        str(pattern.pattern)
        for pattern in patterns()
        if REGISTER.get(pattern.name) is None
        or getattr(pattern.callback, "page", None) is not REGISTER[pattern.name]
    ]
    assert unknown == [], "give these addresses through cartable.web.register.page()"


def test_an_address_outside_the_register_is_noticed(monkeypatch):
    monkeypatch.delitem(REGISTER, "home")
    with pytest.raises(AssertionError):
        test_every_address_is_in_the_register_and_guarded()


def test_every_argument_of_an_address_has_an_object(world):
    missing = {
        f"{name}: {arg}" for name in REGISTER for arg in arguments(name) if arg not in world.sides[OWN].things
    }
    assert missing == set(), "append a builder to tests/crawl_objects.py"


@pytest.mark.parametrize("who", ["anonymous", *VISITORS])
def test_nothing_leaks_to(who, world):
    faults = [fault for page in pages(world) for fault in faults_of(world, who, page)]
    if who in VISITORS:
        faults += brought_up(world, who)
    assert faults == []


def test_a_search_beyond_one_s_reach_is_noticed(world, monkeypatch):
    monkeypatch.setattr("cartable.web.gate.views._just_done", crawl_gate.any_just_done)
    assert any(brought_up(world, "head"))


def test_the_crawl_is_as_wide_as_it_says(world):
    """At least 20,000 requests over the two stores, where the suite runs it."""
    requests = sum(1 for who in world.clients for page in pages(world) for _ in asked(world, who, page))
    assert requests * 2 >= 20_000


def words_of(side: Side) -> dict[str, str]:
    """Give what a search or a filter might ask of another's: in small letters, so that its echo is no leak."""
    ids = {"faite": "handover_id", "remise": "handover_id", "reference": "handover_id", "lot": "lot_id"}
    return {
        "q": side.canary("nom").lower(),
        "numero": f"tab-{side.name}",
        "classe": "5A",
        "liste": "tous",
        **{word: str(side.things[name]) for word, name in ids.items()},
    }


def brought_up(world: World, who: str) -> Iterator[str]:
    """Search and filter every page that opens to a visitor for what is a sibling's; give the names that come up."""
    visitor, own = VISITORS[who], world.sides[OWN]
    hidden = {side.mark for side in world.sides.values() if side.name not in visitor.names}
    searched = urlencode(words_of(world.sides[SIBLING]))
    for page in pages(world):
        if "GET" in page.methods and page.opens_to(world.users[who]):
            place = address(page.name, own, visitor.instead(own))
            said = text_of(world.ask(who, "GET", f"{place}?{searched}"))
            yield from (f"{who} searches {page.name}: {mark}" for mark in hidden if mark in said)


def test_every_page_is_reached_by_somebody(world):
    """A crawl that meets only closed doors proves nothing."""

    def reached(who: str, page: Page) -> bool:
        instead = VISITORS[who].instead(own) if who in VISITORS else {}
        return world.ask(who, page.methods[0], address(page.name, own, instead)).status_code in (
            200,
            302,
            422,
        )

    own = world.sides[OWN]
    closed = [
        page.name
        for page in pages(world)
        if not any(reached(who, page) for who in world.clients if page.access is PUBLIC or who != "anonymous")
    ]
    assert closed == []


def test_the_canaries_stand_where_names_are_shown(world):
    """Names that no page ever shows would prove nothing by their absence."""
    own = world.sides[OWN]
    shown = [
        p.name for p in pages(world) if own.mark in text_of(world.ask("head", "GET", address(p.name, own)))
    ]
    assert len(shown) >= 3


def test_what_is_out_of_reach_answers_like_what_does_not_exist(world):
    """For one visitor with little reach, on every page with an object that opens to her."""
    differing = []
    for page in pages(world):
        user = world.users["head"]
        if page.access is PUBLIC or not page.opens_to(user) or not arguments(page.name) - SHARED:
            continue
        nowhere = {arg: uuid.uuid4() for arg in arguments(page.name)}
        for method in ("GET", "POST"):
            there = world.ask("head", method, address(page.name, world.sides[FOREIGN]))
            absent = world.ask("head", method, address(page.name, world.sides[FOREIGN], but=nowhere))
            if there.status_code != absent.status_code:
                differing.append(f"{method} {page.name}: {there.status_code} and {absent.status_code}")
    assert differing == []


@pytest.mark.parametrize("leak", SEEDED_LEAKS, ids=lambda leak: leak.page)
def test_a_scope_taken_away_turns_the_crawl_red(leak, world, monkeypatch):
    module, _, attribute = leak.attribute.rpartition(".")
    monkeypatch.setattr(import_module(module), attribute, leak.everything)
    page = REGISTER[leak.page]
    order = random.sample(list(VISITORS), len(VISITORS))
    assert any(True for who in order for _ in faults_of(world, who, page, methods=(page.methods[0],)))
