"""The money of the plan of 20 April 2020, from the announcement to the end of the year (documents a, b and c).

The lines, their ceilings and the 695,294 € of the Hauts-de-France are those of the documents. Everything else is
invented: the shares of the other régions, the départements (in official régions), the bearers, what they bought and
when. One transaction: a run that is killed leaves nothing, a second run finds everything done.
"""

from typing import Any

from django.db import transaction

from cartable.foundation import clock
from cartable.funding.models import Programme
from cartable.scenarios.money import in_order
from cartable.scenarios.plan_2020.coming_down import (
    among_departments,
    announced_to_the_north,
    equipment_elsewhere,
    open_story,
    other_lines,
)
from cartable.scenarios.plan_2020.documents import CODE
from cartable.scenarios.plan_2020.elsewhere import mentoring, spend_elsewhere
from cartable.scenarios.plan_2020.figures import figures, sentences
from cartable.scenarios.plan_2020.north import threads_of_the_north
from cartable.scenarios.plan_2020.stage import add_departments
from cartable.scenarios.week import Progress, paris


__all__ = ["play", "sentences"]


def play(*, progress: Progress) -> dict[str, Any]:
    """Play the whole story and give its figures; where it was played already, give the figures alone."""
    played = Programme.objects.filter(code=CODE).first()
    if played is None:
        with transaction.atomic():
            played = _play(progress)
    else:
        progress("Déjà joué : rien ne change.")
    return figures(played)


def _play(progress: Progress) -> Programme:
    with clock.at(paris(20, 10)):
        progress("Lundi 20 avril 2020 : le plan est annoncé, ses cinq lignes sont ouvertes")
        add_departments()
        story = open_story()
        north = threads_of_the_north(story)
    in_order(
        [
            announced_to_the_north(story, progress),
            equipment_elsewhere(story, progress),
            other_lines(story, progress),
            among_departments(story, progress),
            *north,
            spend_elsewhere(story),
            mentoring(story),
        ]
    )
    progress("31/12 : l'exercice est clos")
    return story.plan.programme
