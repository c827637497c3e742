"""Compute a scenario, from the answers of schools or from three files, and keep what it gave and from what."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.documents.actions import store
from cartable.documents.enums import Kind
from cartable.engines.allocation import AllocationRefused
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.planning.actions.scenarios import create_scenario, draft
from cartable.planning.enums import Rule
from cartable.planning.models import Scenario, ScenarioRun


@transaction.atomic
def compute(*, actor: Any, scenario_id: UUID) -> ScenarioRun:
    """Plan a scenario from what is known now and keep the result; nothing is reserved."""
    from cartable.planning.archives import pack
    from cartable.planning.inputs import planned

    scenario = draft(actor, scenario_id)
    if not scenario.archive_id and not scenario.operations.exists():
        raise Refused(
            "operations",
            _("Choisissez au moins une opération : ses réponses disent les besoins."),
            "operations",
        )
    with _told():
        plan = planned(scenario)
    archive = store(
        actor=actor, kind=Kind.SCENARIO_RUN, content=pack(plan.files), reference=f"scenario:{scenario_id}"
    )
    run = ScenarioRun.objects.create(
        scenario=scenario,
        made_at=clock.now(),
        made_by=actor,
        input_hash=plan.outcome.input_hash,
        archive=archive,
        summary=plan.outcome.summary,
        figures=plan.figures,
        answered=plan.answered,
        asked=plan.asked,
    )
    record(
        actor=actor,
        verb="planning.scenario_computed",
        target=str(scenario_id),
        data={"run": str(run.public_id), "input": run.input_hash, "archive": archive.sha256},
    )
    return run


@contextmanager
def _told() -> Iterator[None]:
    """Say what the engine refuses as an action does."""
    try:
        yield
    except AllocationRefused as refused:
        raise Refused(
            "scenario_refused", _("Le calcul refuse ces données. %(why)s") % {"why": refused.sentence}
        ) from refused


@transaction.atomic
def scenario_from_files(
    *,
    actor: Any,
    body_id: UUID,
    name: str,
    needs: bytes,
    sources: bytes,
    funds: bytes,
    rule: str = Rule.LEXIMIN,
    deadline: date | None = None,
) -> Scenario:
    """Make a scenario of three files such as `cartable allocate` reads, and compute it: compared, never chosen."""
    from cartable.planning.inputs import archive_of

    scenario = create_scenario(actor=actor, body_id=body_id, name=name)
    if rule not in Rule.values:
        raise Refused("rule", _("Choisissez une des trois règles proposées."), "rule")
    with _told():
        content = archive_of({"needs": needs, "sources": sources, "funds": funds})
    scenario.archive = store(
        actor=actor, kind=Kind.SCENARIO_RUN, content=content, reference=f"scenario:{scenario.public_id}"
    )
    scenario.rule, scenario.deadline = rule, deadline
    scenario.save(update_fields=["archive", "rule", "deadline"])
    compute(actor=actor, scenario_id=scenario.public_id)
    return scenario
