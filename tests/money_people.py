"""The people of the small country of `tests/funding/stage.py`, and their clients: who decides, who bears, who reads."""

from typing import Any

from django.test import Client

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from tests import factories
from tests.funding.stage import Country


class People:
    """One person for each seat; `as_(person)` gives a browser signed in with a second factor given just now."""

    def __init__(self, country: Country) -> None:
        self.national = factories.user(Role.NATIONAL)
        self.region = factories.user(Role.REGION, country.north)
        self.prefect = factories.user(Role.PREFECTURE, country.d59)
        self.colleague = factories.user(Role.PREFECTURE, country.d59)
        self.neighbour = factories.user(Role.PREFECTURE, country.d62)
        self.stranger = factories.user(Role.REGION, country.east)
        self.bearer = factories.user(Role.ASSOCIATION, country.bearer)
        self.auditor = factories.user(Role.AUDITOR)

    @staticmethod
    def as_(person: User) -> Client:
        client = Client()
        factories.strong(client, person)
        return client


def form_of(answer: Any, **typed: Any) -> dict[str, Any]:
    """Give what a browser would send back of the page's form: its first values, then what was typed."""
    form = answer.context["form"]
    values = {bound.html_name: bound.value() for bound in form if bound.value() is not None}
    return {**values, **typed}
