"""The register of pages: each URL with the roles that may open it. A URL that is not here fails the build."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import SimpleTemplateResponse
from django.urls import URLPattern, path, reverse

from cartable.accounts.enums import Role
from cartable.web import proof


class Access(Enum):
    """Pages that do not depend on a role."""

    PUBLIC = "public"
    ANYONE_SIGNED_IN = "anyone_signed_in"


PUBLIC = Access.PUBLIC
ANYONE_SIGNED_IN = Access.ANYONE_SIGNED_IN


class RoleMissing(Http404):
    """The page exists, but not for this person, who must not learn that it does."""


class WriteOnRead(RuntimeError):
    """A GET tried to write: reading a page twice, or fetching it ahead, must change nothing."""


@dataclass(frozen=True, slots=True)
class Page:
    """One registered page: who may open it, with which methods, and whether a password alone is enough."""

    name: str
    route: str
    access: frozenset[Role] | Access
    methods: tuple[str, ...]
    strong: bool = False

    def opens_to(self, user: Any) -> bool:
        """Tell whether `user` may open this page at all; what it shows depends on the scope."""
        if self.access is PUBLIC:
            return True
        if not user.is_authenticated:
            return False
        return self.access is ANYONE_SIGNED_IN or bool(self.access & user.scope.roles)


REGISTER: dict[str, Page] = {}

_WRITES = re.compile(r"^\s*(?:with\b.*?\b)?(insert|update|delete|replace|merge|truncate)\b", re.I | re.S)


def refuse_writes(execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
    """Let only reads through (a `connection.execute_wrapper`); the session's own table is not the page's."""
    if _WRITES.match(sql) and '"django_session"' not in sql:
        raise WriteOnRead(sql[:200])
    return execute(sql, params, many, context)


def _answer(
    view: Callable[..., HttpResponse], request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponse:
    """Call the view and render its answer, so that what a template fetches is watched too."""
    response = view(request, *args, **kwargs)
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


def door(view: Callable[..., HttpResponse], entry: Page) -> Callable[..., HttpResponse]:
    """Stand before a view: role, method, second factor, and no write on a read."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        reading = request.method in ("GET", "HEAD")
        if not entry.opens_to(request.user):
            raise RoleMissing
        if ("GET" if reading else request.method) not in entry.methods:
            return HttpResponseNotAllowed(entry.methods)
        if entry.strong and not proof.is_strong(request):
            return proof.ask_for_factor(request, _back_to(request, entry))
        if not reading:
            return _answer(view, request, *args, **kwargs)
        with connection.execute_wrapper(refuse_writes):
            return _answer(view, request, *args, **kwargs)

    guarded.page = entry  # type: ignore[attr-defined]
    return login_not_required(guarded) if entry.access is PUBLIC else guarded


def _back_to(request: HttpRequest, entry: Page) -> str:
    """Give the address to come back to: what a POST held is not sent again by itself."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    return request.path if "GET" in entry.methods else reverse("home")


def page(
    route: str,
    view: Callable[..., HttpResponse],
    *,
    name: str,
    roles: Iterable[Role] | Access,
    methods: Iterable[str] = ("GET",),
    strong: bool = False,
) -> URLPattern:
    """Give the `path()` of a page and put it in the register.

    `roles` is the set of roles that may open it, or `PUBLIC`, or `ANYONE_SIGNED_IN`. `name` is unique in the
    whole house. `strong`: the session must have given a second factor; who has none is led to enrol, then back
    (see `web.proof`). Raises ValueError where the name is already another page's.
    """
    access = roles if isinstance(roles, Access) else frozenset(roles)
    if strong and access is PUBLIC:
        raise ValueError(f"{name!r} is public: nobody is there to give a second factor")
    entry = Page(name, route, access, tuple(methods), strong)
    if REGISTER.setdefault(name, entry) != entry:
        raise ValueError(f"two pages are called {name!r}")
    return path(route, door(view, entry), name=name)


def may_open(user: Any, name: str) -> bool:
    """Tell whether a page of that name exists and opens to `user`."""
    return name in REGISTER and REGISTER[name].opens_to(user)
