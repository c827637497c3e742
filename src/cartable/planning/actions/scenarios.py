"""What may be done with a scenario while it is prepared: needs, goods, funds, rule, weights, under a name."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.funding.enums import Serves
from cartable.funding.models import Envelope
from cartable.funding.queries import envelopes_usable_by
from cartable.journal.actions import record
from cartable.operations.enums import Good, Mode
from cartable.planning import tagging
from cartable.planning.enums import SCENARIO_MOVES, FundKind, Origin, Rule, ScenarioState
from cartable.planning.models import OwnWeight, Scenario, ScenarioFund, ScenarioGood
from cartable.planning.queries import deciding_bodies, scenarios_led_by, usable_operations
from cartable.territories.models import CiteEducative, Department, School
from cartable.territories.queries import cites_visible_to


NOT_YOURS = "Cette simulation n'existe pas ou ne relève pas de votre service."
COEFFICIENTS = tuple(f"coefficient_{name}" for name in ("ips", "qpv", "rep", "rep_plus", "isolated", "exam"))
MOST_COEFFICIENT = Decimal("9.99")
MOST_CENTS = 10**15
MOST_PIECES = 2_147_483_647


@transaction.atomic
def create_scenario(*, actor: Any, body_id: UUID, name: str, operation_ids: Sequence[UUID] = ()) -> Scenario:
    """Begin a scenario for a body, on the answers of some operations."""
    body = deciding_bodies(actor).filter(public_id=body_id).first()
    if body is None:
        raise Refused("not_yours", _("Vous ne pouvez simuler que pour votre propre organisme."))
    scenario = Scenario.objects.create(
        body=body, name=_free_name(body.pk, name), made_at=clock.now(), made_by=actor
    )
    _set_operations(actor, scenario, operation_ids)
    _recorded(actor, "planning.scenario_created", scenario, body=str(body_id))
    return scenario


def _free_name(body: int, text: str, but: int | None = None) -> str:
    name = " ".join(text.split())
    if not name or len(name) > 80:
        raise Refused("name", _("Donnez un nom de 80 caractères au plus, par exemple « Règle REP »."), "name")
    others = Scenario.objects.filter(body=body, name=name).exclude(state=ScenarioState.DROPPED)
    if others.exclude(pk=but or 0).exists():
        raise Refused("name_taken", _("Une simulation porte déjà ce nom : choisissez-en un autre."), "name")
    return name


def _set_operations(actor: Any, scenario: Scenario, ids: Sequence[UUID]) -> None:
    found = list(usable_operations(actor).filter(public_id__in=ids))
    if len(found) != len(set(ids)):
        raise Refused("operations", _("Une de ces opérations n'est pas sur votre territoire."), "operations")
    scenario.operations.set(found)


def _recorded(actor: Any, verb: str, scenario: Scenario, **data: Any) -> None:
    record(actor=actor, verb=verb, target=str(scenario.public_id), data=data)


def draft(actor: Any, scenario_id: UUID) -> Scenario:
    """Lock a scenario that the actor leads and that is still prepared; refuse otherwise."""
    return _prepared(locked(actor, scenario_id))


def in_draft(actor: Any, scenario_id: UUID) -> Scenario:
    """Give such a scenario without locking it, to plan before anything is written."""
    return _prepared(_one(scenarios_led_by(actor), scenario_id))


def _prepared(scenario: Scenario) -> Scenario:
    if scenario.state != ScenarioState.DRAFT:
        raise Refused("closed", _("Cette simulation n'est plus en préparation : copiez-la pour la modifier."))
    return scenario


def locked(actor: Any, scenario_id: UUID) -> Scenario:
    """Lock a scenario that the actor leads; refuse otherwise."""
    return _one(scenarios_led_by(actor).select_for_update(of=("self",)), scenario_id)


def _one(rows: QuerySet[Scenario], scenario_id: UUID) -> Scenario:
    scenario = rows.filter(public_id=scenario_id).first()
    if scenario is None:
        raise Refused("not_yours", _(NOT_YOURS))
    return scenario


@transaction.atomic
def change_scenario(*, actor: Any, scenario_id: UUID, **settings: Any) -> Scenario:
    """Change the name, the needs, the rule or the coefficients of a scenario in preparation.

    Known settings: name, operation_ids, needs_until, validated_only, keep_reserve, rule, deadline, and
    coefficient_ips, _qpv, _rep, _rep_plus, _isolated, _exam.
    """
    scenario = draft(actor, scenario_id)
    operations = settings.pop("operation_ids", None)
    if scenario.archive_id and operations:
        raise Refused("from_files", _("Une simulation lue de fichiers n'a pas d'opération."), "operations")
    if operations is not None:
        _set_operations(actor, scenario, operations)
    for name, value in settings.items():
        setattr(scenario, name, _checked(scenario, name, value))
    scenario.save(update_fields=list(settings) or None)
    _recorded(actor, "planning.scenario_changed", scenario, settings=sorted(settings))
    return scenario


def _checked(scenario: Scenario, name: str, value: Any) -> Any:
    """Give a setting as it is stored, or refuse it."""
    if name == "name":
        return _free_name(scenario.body_id, value, scenario.pk)
    if name == "rule" and value not in Rule.values:
        raise Refused("rule", _("Choisissez une des trois règles proposées."), "rule")
    if name in COEFFICIENTS and not 0 <= value <= MOST_COEFFICIENT:
        raise Refused("coefficient", _("Un coefficient va de 0 à 9,99."), name)
    if name not in (*COEFFICIENTS, "rule", "needs_until", "validated_only", "keep_reserve", "deadline"):
        raise TypeError(f"unknown setting {name}")
    return value


@transaction.atomic
def copy_scenario(*, actor: Any, scenario_id: UUID, name: str) -> Scenario:
    """Copy a scenario of the actor's bodies under another name, as a draft without its runs."""
    source = scenarios_led_by(actor).filter(public_id=scenario_id).first()
    if source is None:
        raise Refused("not_yours", _(NOT_YOURS))
    made = copied(actor, source, name)
    _recorded(actor, "planning.scenario_copied", made, source=str(scenario_id))
    return made


def copied(actor: Any, source: Scenario, name: str, corrects: Scenario | None = None) -> Scenario:
    """Write the copy of a scenario, with its goods, funds, weights and operations."""
    same = ("archive_id", "needs_until", "validated_only", "keep_reserve", "rule", "deadline", *COEFFICIENTS)
    made = Scenario.objects.create(
        body_id=source.body_id,
        name=_free_name(source.body_id, name),
        made_at=clock.now(),
        made_by=actor,
        corrects=corrects or source.corrects,
        **{field: getattr(source, field) for field in same},
    )
    made.operations.set(source.operations.all())
    for rows in (source.goods, source.funds, source.own_weights):
        for row in rows.all():
            row.pk, row.scenario = None, made
            row.save(force_insert=True)
    return made


@transaction.atomic
def drop_scenario(*, actor: Any, scenario_id: UUID) -> Scenario:
    """Put a draft away: it keeps nothing reserved, and its name is free again."""
    scenario = draft(actor, scenario_id)
    move(SCENARIO_MOVES, scenario.state, ScenarioState.DROPPED)
    scenario.state = ScenarioState.DROPPED
    scenario.save(update_fields=["state"])
    _recorded(actor, "planning.scenario_dropped", scenario)
    return scenario


@transaction.atomic
def put_good(
    *,
    actor: Any,
    scenario_id: UUID,
    code: str,
    label: str,
    origin: str,
    good: str,
    mode: str,
    price_cents: int = 0,
    stock: int | None = None,
    pack: int = 1,
    only_for: str = "",
    available_on: date | None = None,
) -> ScenarioGood:
    """Put goods into a scenario, in the place of those of the same code."""
    scenario = draft(actor, scenario_id)
    _no_files(scenario)
    _check_good(origin, good, mode, price_cents, stock, pack)
    row, _made = ScenarioGood.objects.update_or_create(
        scenario=scenario,
        code=_code(code),
        defaults={
            "label": _label(label, 80),
            "origin": origin,
            "good": good,
            "mode": mode,
            "price_cents": price_cents,
            "stock": stock,
            "pack": pack,
            "only_for": tagging.restriction(only_for),
            "available_on": available_on,
        },
    )
    _recorded(actor, "planning.scenario_good_put", scenario, code=row.code, stock=stock, price=price_cents)
    return row


def _no_files(scenario: Scenario) -> None:
    if scenario.archive_id:
        raise Refused(
            "from_files", _("Cette simulation vient de fichiers : modifiez-les et déposez-les à nouveau.")
        )


def _check_good(origin: str, good: str, mode: str, price_cents: int, stock: int | None, pack: int) -> None:
    if origin not in Origin.values or good not in Good.values or mode not in Mode.values:
        raise Refused("good", _("Choisissez l'article, son origine et s'il est donné ou prêté."), "good")
    if not 0 <= price_cents <= MOST_CENTS:
        raise Refused("price", _("Le prix unitaire est de zéro ou plus."), "price_cents")
    if origin != Origin.OFFER and price_cents:
        raise Refused("price", _("Seule une offre d'achat a un prix."), "price_cents")
    if origin != Origin.OFFER and stock is None:
        raise Refused("stock", _("Indiquez combien d'articles il y a."), "stock")
    if stock is not None and not 0 <= stock <= MOST_PIECES:
        raise Refused("stock", _("La quantité est un nombre entier, de zéro ou plus."), "stock")
    if not 1 <= pack <= MOST_PIECES:
        raise Refused("pack", _("Un lot contient au moins un article."), "pack")


def _code(text: str) -> str:
    code = text.strip()
    if not code or len(code) > 40 or set(code) & set("|:,;@."):
        raise Refused(
            "code",
            _("Le code va jusqu'à 40 caractères, sans point, virgule, deux-points, « @ » ni « | »."),
            "code",
        )
    return code


def _label(text: str, most: int) -> str:
    label = " ".join(text.split())
    if not label or len(label) > most:
        raise Refused(
            "label", _("Donnez un libellé de %(most)d caractères au plus.") % {"most": most}, "label"
        )
    return label


@transaction.atomic
def remove_good(*, actor: Any, scenario_id: UUID, code: str) -> None:
    """Take goods out of a scenario; those that are not there stay out."""
    scenario = draft(actor, scenario_id)
    scenario.goods.filter(code=code).delete()
    _recorded(actor, "planning.scenario_good_removed", scenario, code=code)


@transaction.atomic
def put_fund(
    *,
    actor: Any,
    scenario_id: UUID,
    code: str,
    label: str,
    kind: str,
    budget_cents: int,
    departments: Sequence[str] = (),
    only_for: str = "",
    cite_id: UUID | None = None,
    envelope_id: UUID | None = None,
    private_limit_cents: int | None = None,
) -> ScenarioFund:
    """Put a fund into a scenario, in the place of the one of the same code; without envelope it is only supposed."""
    scenario = draft(actor, scenario_id)
    _no_files(scenario)
    if not 0 <= budget_cents <= MOST_CENTS:
        raise Refused(
            "budget", _("Le montant est de zéro ou plus, et d'au plus 10 000 milliards d'euros."), "budget"
        )
    if private_limit_cents is not None and private_limit_cents < 0:
        raise Refused("private_limit", _("La limite pour le privé est de zéro ou plus."), "private_limit")
    cite = _cite(actor, kind, cite_id)
    envelope = _envelope(actor, scenario, code, envelope_id)
    row, _made = ScenarioFund.objects.update_or_create(
        scenario=scenario,
        code=_code(code),
        defaults={
            "label": _label(label, 120),
            "kind": kind,
            "departments": "|".join(_places(kind, departments, cite)),
            "budget_cents": budget_cents,
            "only_for": tagging.restriction(_served(envelope, only_for, cite)),
            "cite": cite,
            "envelope": envelope,
            "private_limit_cents": private_limit_cents,
        },
    )
    _recorded(actor, "planning.scenario_fund_put", scenario, code=row.code, cents=budget_cents)
    return row


def _cite(actor: Any, kind: str, cite_id: UUID | None) -> CiteEducative | None:
    if kind not in FundKind.values:
        raise Refused("kind", _("Choisissez le niveau du fonds."), "kind")
    if kind != FundKind.CITE_EDUCATIVE:
        return None
    cite = cites_visible_to(actor).filter(public_id=cite_id).first()
    if cite is None:
        raise Refused("cite", _("Choisissez la cité éducative dont ce fonds sert les élèves."), "cite")
    return cite


def _places(kind: str, departments: Sequence[str], cite: CiteEducative | None) -> list[str]:
    """Give the codes of the départements that a fund serves: one, several or none by its level."""
    if cite:
        return [cite.department.code]
    if kind == FundKind.NATIONAL:
        return []
    found = Department.objects.filter(code__in=departments).order_by("code").values_list("code", flat=True)
    places = list(found)
    if (
        not places
        or len(places) != len(set(departments))
        or (kind == FundKind.DEPARTMENT and len(places) > 1)
    ):
        raise Refused(
            "departments",
            _("Indiquez les départements que ce fonds sert (un seul à ce niveau)."),
            "departments",
        )
    return places


def _envelope(actor: Any, scenario: Scenario, code: str, envelope_id: UUID | None) -> Envelope | None:
    if envelope_id is None:
        return None
    envelope = envelopes_usable_by(actor).filter(public_id=envelope_id).first()
    if envelope is None:
        raise Refused(
            "envelope", _("Cette enveloppe n'existe pas ou n'est pas sur votre territoire."), "envelope"
        )
    if scenario.funds.filter(envelope=envelope).exclude(code=code).exists():
        raise Refused("envelope_twice", _("Cette enveloppe est déjà un fonds de la simulation."), "envelope")
    return envelope


def _served(envelope: Envelope | None, only_for: str, cite: CiteEducative | None) -> str:
    """Give whom a fund may serve: what was asked, and what the line of its envelope says, which nobody can widen."""
    serves = envelope.line.serves if envelope else Serves.ANYONE
    if serves == Serves.CITE_EDUCATIVE and cite is None:
        raise Refused(
            "serves",
            _("Cette ligne ne sert que le territoire d'une cité éducative : choisissez laquelle."),
            "kind",
        )
    return f"{only_for}{tagging.AND}{tagging.QPV}" if serves == Serves.QPV_PUPILS else only_for


@transaction.atomic
def remove_fund(*, actor: Any, scenario_id: UUID, code: str) -> None:
    """Take a fund out of a scenario; one that is not there stays out."""
    scenario = draft(actor, scenario_id)
    scenario.funds.filter(code=code).delete()
    _recorded(actor, "planning.scenario_fund_removed", scenario, code=code)


@transaction.atomic
def set_own_weights(*, actor: Any, scenario_id: UUID, weights: Mapping[str, Decimal]) -> int:
    """Give some schools (by UAI) a weight of the body's own, in the place of all set before; give how many."""
    scenario = draft(actor, scenario_id)
    departments = scenario.operations.values("department")
    schools = {s.uai: s for s in School.objects.filter(department__in=departments, uai__in=weights)}
    for uai, weight in weights.items():
        if uai not in schools:
            raise Refused(
                "school",
                _("L'établissement %(uai)s n'est pas dans ces opérations.") % {"uai": uai},
                "weights",
            )
        if not 0 < weight < 1000 or weight != round(weight, 3):
            raise Refused(
                "weight",
                _("Le poids de %(uai)s doit être entre 0,001 et 999, avec trois décimales au plus.")
                % {"uai": uai},
                "weights",
            )
    scenario.own_weights.all().delete()
    OwnWeight.objects.bulk_create(
        OwnWeight(scenario=scenario, school=schools[uai], weight=weight) for uai, weight in weights.items()
    )
    _recorded(actor, "planning.scenario_weights_set", scenario, schools=len(weights))
    return len(weights)
