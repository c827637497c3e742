"""Does a proposal name the co-funders it awaits, do they see it and no one else, do they join with exactly that?"""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Sum

from cartable.bodies.models import Body
from cartable.foundation.refused import Refused
from cartable.funding import actions, checks
from cartable.funding.models import AwaitedPart, Commitment
from cartable.funding.queries import commitments_visible_to, parts_awaited_from
from tests import factories
from tests.funding import stage
from tests.funding.stage import DAY, commit, left, new
from tests.refusing import refused


pytestmark = [pytest.mark.store, pytest.mark.django_db]
NET, TAX = 22_400_00, 4_480_00


class Cavaillon:
    """80 tablets from a supplier: the State pays the price net of tax, the commune the tax."""

    def __init__(self, country) -> None:
        country.fill(100_000_00)
        self.country = country
        self.commune, self.purse, self.mayor = self.town("Ville inventée")
        self.prefect, self.second = (factories.decider("prefecture", country.d59) for _ in range(2))

    def town(self, name: str):
        body = Body.objects.create(
            kind="local_authority",
            name=name,
            commune=factories.commune(code=f"59{Body.objects.count():03}", department=self.country.d59),
        )
        own = stage.line(f"tva {name}", None, of=self.country.line.programme, own_money=True, funder=body)
        purse, mayor = stage.envelope(own, body), factories.decider("equipment", body)
        actions.open_credits(
            actor=mayor, envelope_id=purse.public_id, ae_cents=6_000_00, cp_cents=6_000_00, on=DAY
        )
        return body, purse, mayor

    def propose(self, *awaited: actions.Awaited, **more) -> Commitment:
        given = {"kind": "purchase", "bearer_id": factories.body("company").public_id, "vat_rate": 2000}
        wanted = awaited or [actions.Awaited(self.commune.public_id, TAX)]
        return commit(self.country, NET, actor=self.prefect, awaited=wanted, **{**given, **more})

    def join(self, made: Commitment, cents: int = TAX, share: str = "vat", **more):
        part = actions.Part(more.pop("purse", self.purse).public_id, cents, share)
        given = {"actor": self.mayor, "commitment_id": made.public_id, "part": part, **more}
        return actions.join(**given)


@pytest.fixture
def cavaillon(country):
    return Cavaillon(country)


def test_a_commune_that_is_awaited_joins_what_the_state_buys_from_a_supplier(cavaillon):
    made = cavaillon.propose()
    assert made.state == "proposed"
    with pytest.raises(Refused) as no:
        actions.confirm(actor=cavaillon.second, commitment_id=made.public_id)
    assert (no.value.code, "Attendu de Ville inventée : 4" in no.value.sentence) == ("parts", True)
    (one,) = parts_awaited_from(cavaillon.mayor)
    assert (one.commitment, one.amount_cents) == (made, TAX)
    key = new()
    parts = [cavaillon.join(made, key=key) for _ in range(2)]
    one.refresh_from_db()
    assert parts[0] == parts[1] == one.part and left(cavaillon.purse) == 6_000_00 - TAX
    assert not parts_awaited_from(cavaillon.mayor).exists()
    made.refresh_from_db()
    assert made.state == "proposed"  # 26 880 €: a second person of the first service still confirms
    assert actions.confirm(actor=cavaillon.second, commitment_id=made.public_id).state == "committed"
    assert made.parts.aggregate(cents=Sum("amount_cents"))["cents"] == NET + TAX
    assert checks.damages() == []


def test_who_is_awaited_sees_it_and_no_other_town_does(cavaillon):
    _body, purse, neighbour = cavaillon.town("Autre ville")
    made = cavaillon.propose()
    assert list(commitments_visible_to(cavaillon.mayor)) == [made]
    assert not commitments_visible_to(neighbour).exists()
    with refused("not_yours"):
        cavaillon.join(made, actor=neighbour, purse=purse)
    actions.refuse(actor=cavaillon.second, commitment_id=made.public_id, reason="Trop cher")
    assert not parts_awaited_from(cavaillon.mayor).exists()


@pytest.mark.parametrize(("cents", "share"), [(TAX - 1, "vat"), (TAX + 1, "vat"), (TAX, "net")])
def test_it_joins_with_exactly_what_is_awaited(cavaillon, cents, share):
    made = cavaillon.propose()
    with pytest.raises(Refused) as no:
        cavaillon.join(made, cents, share)
    assert no.value.code == "not_awaited" and "exactement 4" in no.value.sentence
    assert left(cavaillon.purse) == 6_000_00 and made.parts.count() == 1


def test_the_first_service_joins_no_more_than_nobody_is_awaited_for(cavaillon):
    made = cavaillon.propose()
    part = actions.Part(cavaillon.country.nord.public_id, 1, "vat")
    with refused("parts"):
        actions.join(actor=cavaillon.prefect, commitment_id=made.public_id, part=part)
    assert made.parts.count() == 1 and left(cavaillon.country.nord) == 100_000_00 - NET


def test_two_towns_are_awaited_and_each_brings_its_own(cavaillon):
    body, purse, mayor = cavaillon.town("Autre ville")
    half = TAX // 2
    made = cavaillon.propose(
        actions.Awaited(cavaillon.commune.public_id, half), actions.Awaited(body.public_id, TAX - half)
    )
    cavaillon.join(made, half)
    with pytest.raises(Refused) as no:
        actions.confirm(actor=cavaillon.second, commitment_id=made.public_id)
    assert "Autre ville" in no.value.sentence and "Ville inventée" not in no.value.sentence
    cavaillon.join(made, TAX - half, actor=mayor, purse=purse)
    assert actions.confirm(actor=cavaillon.second, commitment_id=made.public_id).state == "committed"


def test_a_prefecture_may_be_awaited_too(cavaillon):
    country = cavaillon.country
    stage.down(country.region, country.pas, 5_000_00) if left(country.region) else None
    made = cavaillon.propose(actions.Awaited(country.pas.holder.public_id, TAX))
    assert list(parts_awaited_from(factories.decider("prefecture", country.d62)))
    assert not parts_awaited_from(factories.decider("prefecture", country.d59)).exists()
    assert not parts_awaited_from(factories.decider("auditor")).exists()
    assert made.awaited.get().body == country.pas.holder


@pytest.mark.parametrize(
    ("who", "cents", "code"),
    [
        (lambda c: new(), TAX, "cofunder"),
        (lambda c: factories.body("association").public_id, TAX, "cofunder"),
        (lambda c: c.commune.public_id, TAX + 1, "parts"),
        (lambda c: c.commune.public_id, 0, "amount_zero"),
    ],
)
def test_who_cannot_pay_or_too_much_is_not_awaited(cavaillon, who, cents, code):
    with refused(code):
        cavaillon.propose(actions.Awaited(who(cavaillon), cents))
    assert not Commitment.objects.exists() and not AwaitedPart.objects.exists()
    assert left(cavaillon.country.nord) == 100_000_00


def test_the_same_co_funder_is_named_once(cavaillon):
    twice = [actions.Awaited(cavaillon.commune.public_id, 1)] * 2
    with refused("cofunder"):
        cavaillon.propose(*twice)
    assert not Commitment.objects.exists()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"amount_cents": TAX - 1}, "awaited_fixed"),
        ({"share": "net"}, "awaited_fixed"),
        ({"part": "first"}, "awaited_part"),
        (None, "awaited_fixed"),
    ],
)
def test_the_store_keeps_what_is_awaited_and_who_answered_it(cavaillon, change, code):
    """The State's own part answers nothing; what is awaited is neither changed nor taken away."""
    made = cavaillon.propose()
    rows = AwaitedPart.objects.filter(commitment=made)
    with pytest.raises(IntegrityError, match=f"funding:{code}"), transaction.atomic():
        if change is None:
            rows._raw_delete(rows.db)
        else:
            rows.update(**change if "part" not in change else {"part": made.parts.get()})
    cavaillon.join(made)
    with pytest.raises(IntegrityError, match="funding:awaited_fixed"), transaction.atomic():
        rows.update(part=None)


def test_a_share_binds_where_it_is_known_of_what(country):
    from decimal import Decimal

    line = stage.line("cites", None, of=country.line.programme)
    region = stage.envelope(line, country.region.holder, stage.envelope(line, country.nation.holder))
    nation = region.parent
    actions.open_credits(actor=None, envelope_id=nation.public_id, ae_cents=1_000_00, on=date(2020, 5, 4))
    bound = {"actor": None, "line": line, "region": country.north}
    row = actions.set_ceiling(**bound, ceiling=actions.Ceiling("share", None, Decimal(15)))
    assert row.cents is None
    stage.down(nation, region, 400_00, cp_cents=0)
    with refused("below_reached"):
        actions.set_ceiling(**bound, ceiling=actions.Ceiling("share", None, Decimal(15), 2_000_00))
    row = actions.set_ceiling(**bound, ceiling=actions.Ceiling("share", None, Decimal(15), 3_000_03))
    assert row.cents == 450_00  # a ceiling is never rounded up
    with refused("over_ceiling"):
        stage.down(nation, region, 50_01, cp_cents=0)
    stage.down(nation, region, 50_00, cp_cents=0)
    with refused("ceiling"):
        actions.set_ceiling(**bound, ceiling=actions.Ceiling("share", 1, Decimal(15), 3_000_03))
    with refused("ceiling"):
        actions.set_ceiling(**bound, ceiling=actions.Ceiling("up_to", 1_000_00, None, 3_000_03))
