"""Is every page that takes no object sound in a real browser, for every role that it opens to?"""

import pytest
from django.urls import get_resolver, reverse

from cartable.config import urls
from cartable.web.register import REGISTER
from tests import crawl_objects, factories
from tests.browser.conftest import check, look


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
assert urls.urlpatterns, "importing the addresses fills the register"
# Files are read by programs; what they hold is tested where they are made.
FILES = (".pdf", ".csv", ".xlsx", ".zip")


def plain_pages() -> dict[str, str]:
    """Give the address of each page that is read and takes no object."""
    resolver = get_resolver()
    return {
        name: reverse(name)
        for name, page in REGISTER.items()
        if "GET" in page.methods and not resolver.reverse_dict.getlist(name)[0][0][0][1]
        if not page.route.endswith(FILES)
    }


def test_every_page_is_sound_for_every_role(visit):
    sides = crawl_objects.build()
    for who, visitor in crawl_objects.VISITORS.items():
        user = visitor.make(sides)
        page = visit(user)
        for name, address in plain_pages().items():
            if REGISTER[name].opens_to(user):
                answer = page.goto(address)
                assert answer.status == 200, f"{who}: {address} answers {answer.status}"
                look(page, f"home-{who.replace(' ', '-')}") if name == "home" else check(page)


def pages_with_objects() -> dict[str, set[str]]:
    """Give the arguments of each page that is read and takes an object."""
    reverses = get_resolver().reverse_dict
    found = {name: set(reverses.getlist(name)[0][0][0][1]) for name in REGISTER}
    return {
        name: arguments
        for name, arguments in found.items()
        if arguments and "GET" in REGISTER[name].methods and not REGISTER[name].route.endswith(FILES)
    }


def test_every_page_with_an_object_is_sound_for_somebody(visit):
    sides = crawl_objects.build()
    own = sides[crawl_objects.OWN]
    users = {who: visitor.make(sides) for who, visitor in crawl_objects.VISITORS.items()}
    browsers = {who: visit(user) for who, user in users.items()}
    unseen = []
    for name, arguments in pages_with_objects().items():
        for who, page in browsers.items():
            things = {**own.things, **crawl_objects.VISITORS[who].instead(own)}
            if not REGISTER[name].opens_to(users[who]):
                continue
            address = reverse(name, kwargs={arg: things[arg] for arg in arguments})
            answer = page.request.get(address)
            if answer.status == 200:
                if answer.headers["content-type"].startswith("text/html"):
                    page.goto(address)
                    look(page, f"page-{name}")
                break
        else:
            unseen.append(name)
    assert unseen == []


def test_the_pages_before_signing_in(visit):
    page = visit()
    for name, address in plain_pages().items():
        if REGISTER[name].opens_to(_Nobody):
            page.goto(address)
            check(page)


class _Nobody:
    is_authenticated = False


def test_a_page_of_the_demonstration_is_sound_too(visit):
    """The banner that only a demonstration shows stands on every page that a newcomer sees."""
    page = visit(factories.user("head", factories.school("college"), demo=True))
    page.goto("/")
    assert page.get_by_role("region", name="Démonstration").is_visible()
    check(page)
