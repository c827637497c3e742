"""Compute a scenario, from the answers of schools or from three files, and keep what it gave and from what."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.documents.actions import store
from cartable.documents.enums import Kind
from cartable.engines.allocation import AllocationRefused
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.journal.actions import record
from cartable.planning.actions.scenarios import create_scenario, draft, in_draft
from cartable.planning.enums import Rule
from cartable.planning.models import Scenario, ScenarioRun


if TYPE_CHECKING:
    from cartable.planning.archives import Files
    from cartable.planning.inputs import Planned


def compute(*, actor: Any, scenario_id: UUID) -> ScenarioRun:
    """Plan a scenario from what is known now and keep the result; nothing is reserved.

    It plans before it locks: a country takes seconds, and nobody else could write meanwhile. Where the scenario is
    changed at the same moment, the run says what it was made from, and `choose` refuses it as stale.
    """
    from cartable.planning.inputs import planned

    scenario = in_draft(actor, scenario_id)
    if not scenario.archive_id and not scenario.operations.exists():
        raise Refused(
            "operations",
            _("Choisissez au moins une opération : ses réponses disent les besoins."),
            "operations",
        )
    with _told():
        plan = planned(scenario)
    made = _Made(plan)
    with transaction.atomic():
        return made.kept(actor, draft(actor, scenario_id))


class _Made:
    """What a computation gave, worked out before anything is locked."""

    def __init__(self, plan: "Planned") -> None:
        from cartable.planning.archives import pack

        self.plan, self.content, self.figures = plan, pack(plan.files), plan.figures

    def kept(self, actor: Any, scenario: Scenario) -> ScenarioRun:
        """Keep it as a run of a locked scenario."""
        reference = f"scenario:{scenario.public_id}"
        archive = store(actor=actor, kind=Kind.SCENARIO_RUN, content=self.content, reference=reference)
        run = ScenarioRun.objects.create(
            scenario=scenario,
            made_at=clock.now(),
            made_by=actor,
            input_hash=self.plan.outcome.input_hash,
            archive=archive,
            figures=self.figures,
            answered=self.plan.answered,
            asked=self.plan.asked,
        )
        record(
            actor=actor,
            verb="planning.scenario_computed",
            target=str(scenario.public_id),
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
    from cartable.planning.inputs import brought, planned_files

    if rule not in Rule.values:
        raise Refused("rule", _("Choisissez une des trois règles proposées."), "rule")
    with _told():
        files = brought({"needs": needs, "sources": sources, "funds": funds})
        made = _Made(planned_files(files, rule, deadline))
    return _keep_files(actor, body_id, name, files, made, rule, deadline)


@transaction.atomic
def _keep_files(
    actor: Any, body_id: UUID, name: str, files: "Files", made: _Made, rule: str, deadline: date | None
) -> Scenario:
    """Keep a scenario with the files that it was brought in, and its run."""
    from cartable.planning.archives import pack

    scenario = create_scenario(actor=actor, body_id=body_id, name=name)
    scenario.archive = store(
        actor=actor, kind=Kind.SCENARIO_RUN, content=pack(files), reference=f"scenario:{scenario.public_id}"
    )
    scenario.rule, scenario.deadline = rule, deadline
    scenario.save(update_fields=["archive", "rule", "deadline"])
    made.kept(actor, scenario)
    return scenario
