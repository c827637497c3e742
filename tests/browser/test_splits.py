"""Are the pages of a split sound and readable, for the nation's régions and a région's départements?"""

from decimal import Decimal

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from cartable.funding import actions
from cartable.planning.enums import SplitKey
from cartable.planning.keys import children_of, figures
from cartable.planning.split import propose_split
from cartable.territories.actions import load_reference
from cartable.territories.models import Region
from tests import factories as make
from tests.browser.conftest import look
from tests.funding import stage


pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def envelopes():
    """Give the nation's envelope of 5 M€ and that of the Hauts-de-France, 695,294 €, on today's year."""
    from cartable.foundation import clock

    load_reference()
    year = clock.today().year
    programme = stage.programme(
        starts_on=clock.today().replace(month=1, day=1), ends_on=clock.today().replace(month=12, day=31)
    )
    line = stage.line(of=programme, name="Continuité éducative : délégation supplémentaire")
    nation = stage.envelope(line, stage.ministry(), year=year)
    north = Region.objects.get(code="32")
    region = stage.envelope(line, stage.region_prefecture(north), nation, year=year)
    actions.open_credits(
        actor=None, envelope_id=nation.public_id, ae_cents=5_000_000_00, cp_cents=5_000_000_00
    )
    actions.delegate(
        actor=None,
        source_id=nation.public_id,
        target_id=region.public_id,
        ae_cents=695_294_00,
        cp_cents=695_294_00,
    )
    return nation, region


def proposal(envelope, **more):
    known = figures(SplitKey.QPV, envelope, [child for child in children_of(envelope) if child.usual])
    return propose_split(
        actor=None,
        envelope_id=envelope.public_id,
        name="Quartiers, plancher 10 000 €",
        key="qpv",
        ae_cents=690_000_00,
        cp_cents=690_000_00,
        weights={code: Decimal(figure) for code, figure in known.items()},
        floor_cents=10_000_00,
        reason="Le nombre de quartiers, sans oublier personne.",
    )


def prove(page, who):
    """Give the session of a page the second factor that letters take."""
    client = Client()
    make.strong(client, who)
    (cookie,) = (c for c in page.context.cookies() if c["name"] == settings.SESSION_COOKIE_NAME)
    page.context.add_cookies([{**cookie, "value": client.cookies[settings.SESSION_COOKIE_NAME].value}])


def test_the_pages_of_a_split_at_both_widths(visit, envelopes):
    nation, region = envelopes
    for who, envelope in (
        (make.user("national"), nation),
        (make.user("region", Region.objects.get(code="32")), region),
    ):
        split = proposal(envelope)
        page = visit(who)
        prove(page, who)
        for name, address in (
            ("index", reverse("splits-index")),
            ("cles", reverse("splits", args=[envelope.public_id]) + "?reference=equal"),
            ("nouveau", reverse("split-new", args=[envelope.public_id, "qpv_population"])),
            ("partage", reverse("split", args=[split.public_id]) + "?avec=equal"),
            ("part", reverse("split-share", args=[split.shares.order_by("id").first().public_id])),
            ("notifier", reverse("split-notify", args=[split.public_id])),
        ):
            assert page.goto(address).status == 200
            look(page, f"partage-{envelope.level}-{name}")
