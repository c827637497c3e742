"""What the crawl walks on: the same objects three times, who the visitors are, and how far each may see.

`own` is the school and département of the visitors, `sibling` another school of the same département, `foreign`
another département. A page family appends a builder to `BUILDERS` that puts its objects in `side.things` under the
names of the URL arguments, a line to `SEEDED_LEAKS` for each of its lists, and the arguments that schools of one
département share to `SHARED`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cartable.accounts.actions import delegate, invite_all
from cartable.accounts.actions.invitations import invite
from cartable.accounts.enums import Right, Role
from cartable.accounts.models import User
from cartable.bodies.enums import BodyKind
from cartable.equipment.models import Asset
from cartable.foundation import clock
from cartable.ledger.models import Account
from cartable.messages.models import OutgoingMessage
from cartable.territories.enums import SchoolKind
from tests import crawl_gate, crawl_money, crawl_scenarios, crawl_splits, crawl_works, factories


OWN, SIBLING, FOREIGN = "own", "sibling", "foreign"


@dataclass
class Side:
    """One school with its surroundings. `things` maps the name of a URL argument to its value here."""

    name: str
    department: Any
    circonscription: Any
    college: Any
    ecole: Any
    service: Any
    giver: Any
    head: User
    things: dict[str, Any] = field(default_factory=dict)

    def canary(self, what: str) -> str:
        """Give a word that stands in a protected column of this side and nowhere else."""
        return f"Canari{self.name.capitalize()}{what.capitalize()}"

    @property
    def mark(self) -> str:
        """The beginning of every canary of this side."""
        return f"Canari{self.name.capitalize()}"


def accounts(side: Side) -> None:
    """Put an account, a right, a lent right and a link of this side."""
    (lent,) = delegate(
        actor=side.head,
        school_id=side.college.public_id,
        identifier=f"cpe-{side.name}@example.test",
        display_name=f"Collègue {side.name}",
        rights=[Right.MARK],
        until=clock.today() + timedelta(days=30),
    )
    guest = factories.user(email=f"{side.name}@example.test", display_name=f"Invité {side.name}")
    link = OutgoingMessage.objects.get(
        dedup_key=f"invitation:{invite(actor=None, user=guest).public_id}"
    ).body
    side.things |= {
        "account_id": side.head.public_id,
        "right_id": side.head.assignments.get().public_id,
        "delegation_id": lent.public_id,
        "department_id": side.department.public_id,
        "circonscription_id": side.circonscription.public_id,
        "school_id": side.college.public_id,
        "token": link.split("/acces/")[1].split()[0],
    }


def names(side: Side) -> None:
    """Plant a family whose every sealed column is a canary."""
    pupil = factories.pupil(side.college, first_name=side.canary("prenom"), last_name=side.canary("nom"))
    home = factories.home(pupil, address=side.canary("adresse"), city=side.canary("ville"))
    home.guardians.create(
        last_name=side.canary("responsable"), first_name=side.canary("parent"), phone="", email=""
    )
    side.things |= {"pupil_id": pupil.public_id, "home_id": home.public_id}


def control(side: Side) -> None:
    """Put what an auditor follows: the tablet that the family borrowed, its lot, an account of its article."""
    asset = Asset.objects.get(handovers__public_id=side.things["handover_id"])
    account = Account.objects.get(resource__code=asset.product.code, code=f"on_loan:{side.college.uai}")
    side.things |= {
        "asset_id": asset.public_id,
        "lot_id": asset.lot.public_id,
        "ledger_account_id": account.public_id,
    }


BUILDERS: list[Callable[[Side], None]] = [
    accounts,
    names,
    crawl_works.works,
    crawl_gate.at_school,
    control,
    crawl_splits.splits,
    crawl_money.money,
]
# What can only be made once every side is there.
FINISHERS: list[Callable[[dict[str, Side]], None]] = [crawl_works.plans, crawl_scenarios.scenarios]

# URL arguments that the schools of one département share: a sibling's is one's own.
SHARED = {"department_id"}.union(
    *(room.SHARED for room in (crawl_works, crawl_gate, crawl_splits, crawl_money, crawl_scenarios))
)


@dataclass(frozen=True)
class Visitor:
    """Somebody who walks the pages: as whom, how far counts reach, and of which side names may be seen.

    `instead` gives other objects than the side's: an inspector asks for an école, not for a collège.
    """

    make: Callable[[dict[str, Side]], User]
    reach: frozenset[str]
    names: frozenset[str] = frozenset()
    instead: Callable[[Side], dict[str, Any]] = field(default=lambda side: {})


def _as(role: Role, place: Callable[[Side], Any], *reach: str, **more: Any) -> Visitor:
    return Visitor(lambda sides: factories.user(role, place(sides[OWN])), frozenset(reach), **more)


def _ecole(side: Side) -> dict[str, Any]:
    return {"school_id": side.ecole.public_id}


def _colleague(sides: dict[str, Side]) -> User:
    return User.objects.get(rights_received__public_id=sides[OWN].things["delegation_id"])


def _nowhere(side: Side) -> None:
    return None


VISITORS: dict[str, Visitor] = {
    "national": _as(Role.NATIONAL, _nowhere, OWN, SIBLING, FOREIGN),
    "region": _as(Role.REGION, lambda side: side.department.region, OWN, SIBLING),
    "prefecture": _as(Role.PREFECTURE, lambda side: side.department, OWN, SIBLING),
    "academy": _as(Role.ACADEMY, lambda side: side.department.academy, OWN, SIBLING),
    "circonscription": _as(Role.CIRCONSCRIPTION, lambda side: side.circonscription, OWN, instead=_ecole),
    "head": Visitor(lambda sides: sides[OWN].head, frozenset({OWN}), frozenset({OWN})),
    "director": _as(Role.HEAD, lambda side: side.ecole, OWN, instead=_ecole),
    "staff": Visitor(_colleague, frozenset({OWN}), frozenset({OWN})),
    "equipment": _as(Role.EQUIPMENT, lambda side: side.service, OWN, SIBLING),
    "association": _as(Role.ASSOCIATION, lambda side: factories.body(BodyKind.ASSOCIATION), OWN),
    "giver": _as(Role.GIVER, lambda side: side.giver, OWN),
    "auditor": _as(Role.AUDITOR, _nowhere, OWN, SIBLING, FOREIGN),
    "auditor of one place": _as(Role.AUDITOR, lambda side: side.department, OWN, SIBLING),
    "administrator": _as(Role.ADMINISTRATOR, _nowhere, OWN, SIBLING, FOREIGN),
    "administrator of one place": _as(Role.ADMINISTRATOR, lambda side: side.department, OWN, SIBLING),
    "nobody": Visitor(lambda sides: factories.user(), frozenset()),
}


@dataclass(frozen=True)
class Leak:
    """A scope taken away on purpose: `attribute` of a page's module gives everything to everybody."""

    page: str
    attribute: str
    everything: Callable[..., Any]


def _all(model: str) -> Callable[..., Any]:
    def everything(*_args: Any, **_more: Any) -> Any:
        from django.apps import apps

        return apps.get_model(model).objects.all()

    return everything


def _any_of(model: str) -> Callable[..., Any]:
    def anything(_request: Any, public_id: Any, *_more: Any) -> Any:
        from django.apps import apps

        return apps.get_model(model).objects.get(public_id=public_id)

    return anything


def _all_gaps(_user: Any) -> Any:
    from django.db.models import F

    from cartable.equipment.models import ReceiptLine

    return ReceiptLine.objects.filter(rejected__gt=0).annotate(missing=F("rejected"))


# One line for each place where a page asks for what may be seen: without it the crawl must turn red.
SEEDED_LEAKS: list[Leak] = [
    Leak("account", "cartable.web.accounts.views.visible_to", _all("accounts.User")),
    Leak("account-right-new", "cartable.web.accounts.views.visible_to", _all("accounts.User")),
    Leak(
        "account-right-end", "cartable.web.accounts.views.assignments_visible_to", _all("accounts.Assignment")
    ),
    Leak(
        "delegation-end",
        "cartable.web.accounts.delegations.delegations_visible_to",
        _all("accounts.RightDelegation"),
    ),
    Leak("pupils", "cartable.web.pupils.views.fetch_school", _any_of("territories.School")),
    Leak("pupils-import", "cartable.web.pupils.lists.fetch_school", _any_of("territories.School")),
    Leak("needs-order", "cartable.web.pupils.order.fetch_school", _any_of("territories.School")),
    Leak("pupil-correct", "cartable.web.pupils.records.fetch_pupil", _any_of("pupils.Pupil")),
    Leak("handover", "cartable.web.gate.handovers.fetch_handover", crawl_gate.any_handover),
    Leak("handover-paper", "cartable.web.gate.handovers.fetch_handover", crawl_gate.any_handover),
    Leak("loans", "cartable.web.loans.views.open_loans_of", _all("equipment.Loan")),
    Leak(
        "invite-department",
        "cartable.web.accounts.invitations.departments_to_invite",
        _all("territories.Department"),
    ),
    Leak("operation", "cartable.web.operations.views.operations_visible_to", _all("operations.Operation")),
    Leak("census", "cartable.web.operations.views.operations_visible_to", _all("operations.Operation")),
    Leak("return", "cartable.web.census.views.returns_visible_to", _all("census.Return")),
    Leak("plan", "cartable.web.plans.views.plans_visible_to", _all("planning.Plan")),
    Leak("plan-csv", "cartable.web.plans.views.plans_visible_to", _all("planning.Plan")),
    Leak("plan-communes", "cartable.web.plans.views.plans_led_by", _all("planning.Plan")),
    Leak("splits", "cartable.web.splits.views.envelopes_split_by", _all("funding.Envelope")),
    Leak("scenario", "cartable.web.scenarios.views.scenarios_visible_to", _all("planning.Scenario")),
    Leak("scenario-lines", "cartable.web.scenarios.views.scenarios_led_by", _all("planning.Scenario")),
    Leak("scenario-plan", "cartable.web.scenarios.files.scenarios_led_by", _all("planning.Scenario")),
    Leak("scenario-edit", "cartable.web.scenarios.editing.scenarios_led_by", _all("planning.Scenario")),
    Leak("scenario-decision", "cartable.web.decisions.views.scenarios_visible_to", _all("planning.Scenario")),
    Leak(
        "fund-agreement",
        "cartable.web.decisions.views.agreements_answered_by",
        _all("planning.FundAgreement"),
    ),
    Leak("contest-answer", "cartable.web.decisions.views.contests_led_by", _all("planning.Contest")),
    Leak("split", "cartable.web.splits.views.splits_led_by", _all("planning.Split")),
    Leak("split-csv", "cartable.web.splits.views.splits_led_by", _all("planning.Split")),
    Leak("split-share", "cartable.web.splits.views.split_shares_led_by", _all("planning.SplitShare")),
    Leak("gap-found", "cartable.web.shipments.views.gaps_open_to", _all_gaps),
    Leak("repair-end", "cartable.web.stock.repairs.repairs_led_by", _all("equipment.Repair")),
    Leak("repair-send", "cartable.web.stock.repairs.assets_visible_to", _all("equipment.Asset")),
    Leak("envelope", "cartable.web.funding.reach.envelopes_visible_to", _all("funding.Envelope")),
    Leak("envelope-delegate", "cartable.web.funding.reach.envelopes_run_by", _all("funding.Envelope")),
    Leak("notification", "cartable.web.funding.reach.delegations_visible_to", _all("funding.Delegation")),
    Leak("money-line", "cartable.web.funding.reach.lines_visible_to", _all("funding.Line")),
    Leak("commitment", "cartable.web.funding.reach.commitments_visible_to", _all("funding.Commitment")),
    Leak("bill", "cartable.web.funding.reach.commitments_visible_to", _all("funding.Commitment")),
    Leak("shipment", "cartable.web.shipments.views.shipments_visible_to", _all("equipment.Shipment")),
    Leak("shipment-slip", "cartable.web.shipments.views.shipments_led_by", _all("equipment.Shipment")),
    Leak("figures", "cartable.web.figures.views.operations_seen_by", _all("operations.Operation")),
    Leak("audit-operation", "cartable.web.audit.views.operations_audited_by", _all("operations.Operation")),
    Leak("audit-asset", "cartable.web.audit.views.assets_audited_by", _all("equipment.Asset")),
    Leak("audit-account-csv", "cartable.web.audit.ledger.accounts_audited_by", _all("ledger.Account")),
    Leak("school", "cartable.web.geography.views.schools_visible_to", _all("territories.School")),
    Leak(
        "circonscription",
        "cartable.web.geography.views.circonscriptions_visible_to",
        _all("territories.Circonscription"),
    ),
]


def build() -> dict[str, Side]:
    """Make the three sides, each with everything that the families put there."""
    far = factories.department(
        "13",
        "Bouches-du-Rhône",
        region=factories.region("93", "Provence"),
        academy=factories.academy("02", "Aix-Marseille"),
    )
    sides = {name: _side(name, place) for name, place in ((OWN, None), (SIBLING, None), (FOREIGN, far))}
    for side in sides.values():
        for builder in BUILDERS:
            builder(side)
    for finisher in FINISHERS:
        finisher(sides)
    for service in {side.service.pk: side for side in sides.values()}.values():
        factories.school(department=service.department, name="Collège sans adresse")
        invite_all(actor=None, department_id=service.department.public_id)
    return sides


def _side(name: str, department: Any) -> Side:
    department = department or factories.department()
    circonscription = factories.circonscription(department=department)
    college = factories.school(department=department, name=f"Collège {name}")
    service = (
        factories.body(department=department, name=f"Service {name}") if name == FOREIGN else factories.body()
    )
    head = factories.user(Role.HEAD, college, display_name=f"Direction {name}")
    return Side(
        name=name,
        department=department,
        circonscription=circonscription,
        college=college,
        ecole=factories.school(SchoolKind.ECOLE, department=department, circonscription=circonscription),
        service=service,
        giver=factories.body(BodyKind.FOUNDATION),
        head=head,
    )
