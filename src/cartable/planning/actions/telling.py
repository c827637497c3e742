"""Write to schools what a choice gives them: counts and places, never a child."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings

from cartable.bodies.rules import contact_of
from cartable.messages import texts
from cartable.messages.actions import NewMessage, queue_many
from cartable.operations.models import Pool
from cartable.operations.rules import thing_name
from cartable.planning.models import Scenario
from cartable.planning.queries.parts import Part, Thing, Units, parts_told, schools_concerned
from cartable.territories.models import School


@dataclass(frozen=True, slots=True)
class Told:
    """How many schools are written to, and how many have no address."""

    written: int
    to_call: int


def tell_choice(*, actor: Any, scenario: Scenario, contest_until: date) -> Told:
    """Queue one message for each school whose part the choice gives or changes, in a constant number of reads."""
    parts = parts_told(scenario)
    operations = _operations(scenario)
    told = [school for school in schools_concerned(scenario) if school.pk in parts]
    messages = []
    for school in told:
        names = operations.get((school.department_id, school.kind), scenario.name)
        text = _text(scenario, school, parts[school.pk], names, contest_until)
        key = f"choice:{scenario.public_id}:{school.uai}"
        messages.append(NewMessage(school.email, text.subject, text.body, key))
    written = queue_many(actor=actor, messages=messages)
    return Told(written, sum(not school.email for school in told))


def _operations(scenario: Scenario) -> dict[tuple[int, str], str]:
    """Name the operations that serve each sort of school in each département."""
    pools = Pool.objects.filter(operation__in=scenario.operations.order_by().values("id"))
    names: dict[tuple[int, str], dict[str, None]] = defaultdict(dict)
    rows = pools.order_by("operation_id", "id")
    for department, kind, name in rows.values_list("operation__department", "serves", "operation__name"):
        names[department, kind][name] = None
    return {place: ", ".join(found) for place, found in names.items()}


def _text(scenario: Scenario, school: School, part: Part, operation: str, contest_until: date) -> texts.Text:
    body = scenario.body
    return texts.share(
        school=school.name,
        operation=operation,
        scenario=scenario.name,
        corrects=part.named_before,
        given=_lines(part.given),
        kept=_lines(part.kept),
        silent=part.silent,
        why=part.why_nothing,
        until=contest_until if part.named else None,
        link=f"{settings.PUBLIC_ADDRESS}/simulations/parts",
        issuer=body.name,
        contact=contact_of(body),
    )


def _lines(things: Mapping[Thing, Units]) -> list[texts.Line]:
    return [
        texts.Line(thing_name(*thing), units.now, units.coming, units.before)
        for thing, units in sorted(things.items())
        if units.now or units.before
    ]
