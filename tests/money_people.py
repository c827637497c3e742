"""The people of the small country of `tests/funding/stage.py`, and their clients: who decides, who bears, who reads."""

from datetime import date
from typing import Any

from django.test import Client
from django.urls import reverse

from cartable.accounts.enums import Role
from cartable.accounts.models import User
from cartable.funding import actions
from cartable.funding.models import Commitment, CommitmentPart
from cartable.funding.queries import stages_of
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


def text(answer: Any) -> str:
    """Give what a page says, blanks and apostrophes made plain."""
    return answer.content.decode().replace("\u202f", " ").replace("\xa0", " ").replace("&#x27;", "'")


def send(client: Client, page: str, *things: Any, **typed: Any) -> Any:
    """Open a form and send it back with what is typed."""
    address = reverse(page, args=[thing.public_id for thing in things])
    return client.post(address, form_of(client.get(address), **typed))


def committed(country: Country, cents: int = 20_000_00, **more: Any) -> Commitment:
    """Give what the Nord committed to the country's bearer."""
    given = {
        "kind": "order",
        "subject": "Tablettes",
        "on": date(2020, 6, 15),
        "bearer_id": country.bearer.public_id,
    }
    given["parts"] = [actions.Part(country.nord.public_id, cents)]
    return actions.commit(actor=None, **{**given, **more})


def stages(commitment: Commitment) -> Any:
    """Give where the money of a commitment of one part stands."""
    return stages_of([CommitmentPart.objects.get(commitment=commitment)]).popitem()[1]
