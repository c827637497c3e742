"""Several people choose at once on one stock, in a process of its own: each thread has its own connection."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

from django.db import connection

from cartable.accounts.models import User
from cartable.cli.checks import all_damages
from cartable.foundation.refused import Refused
from cartable.planning import actions
from cartable.planning.models import Plan, Scenario
from cartable.planning.queries import latest_run
from tests.planning.deciding import Office


AT_ONCE = 6


def crowd() -> dict[str, Any]:
    """Let everybody choose a scenario of his own that would take all of one stock."""
    office = Office(stock=20)
    office.school(90)
    office.stock(20)
    names = ["Premier", *(f"Copie {at}" for at in range(1, AT_ONCE))]
    for name in names[1:]:
        actions.copy_scenario(actor=office.lead, scenario_id=office.scenario.public_id, name=name)
    for scenario in Scenario.objects.all():
        office.compute(scenario)
    start = Barrier(AT_ONCE, timeout=60)
    lead = office.lead.pk

    def choose(name: str) -> str:
        try:
            scenario = Scenario.objects.get(name=name)
            start.wait()
            actions.choose(
                actor=User.objects.get(pk=lead),
                scenario_id=scenario.public_id,
                run_id=latest_run(scenario).public_id,
                reason="Le plus juste",
                contest_until=date(2030, 1, 1),
            )
            return "chosen"
        except Refused as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        said = list(pool.map(choose, names))
    return {
        "said": sorted(said),
        "plans": Plan.objects.count(),
        "damages": [damage.code for damage in all_damages()],
    }
