"""`cartable scenario …`: real programmes played through the same actions as the pages."""

from argparse import Namespace

from cartable.cli.output import answer, progress
from cartable.foundation.refused import Refused


def list_all(options: Namespace) -> int:
    """List the scenarios."""
    from cartable.scenarios.catalogue import SCENARIOS

    answer(
        {name: scenario.summary for name, scenario in SCENARIOS.items()},
        as_json=options.json,
        sentences=[f"{name} : {scenario.summary}" for name, scenario in SCENARIOS.items()],
    )
    return 0


def run(options: Namespace) -> int:
    """Play one scenario; a second run changes nothing."""
    from cartable.scenarios.catalogue import SCENARIOS

    scenario = SCENARIOS.get(options.name)
    if scenario is None:
        raise Refused("scenario", f"Scénario inconnu. Il y a : {', '.join(SCENARIOS)}.")
    result = scenario.play(progress=progress)
    answer(result, as_json=options.json, sentences=scenario.sentences(result))
    return 0
