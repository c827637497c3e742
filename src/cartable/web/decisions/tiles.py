"""What waits for a person about simulations: agreements, contests, and for a school its share."""

from collections.abc import Iterable, Iterator

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cartable.accounts.models import User
from cartable.planning.enums import AgreementState, ContestState, ScenarioState
from cartable.planning.queries import deciding_bodies
from cartable.planning.queries.agreements import agreements_answered_by
from cartable.planning.queries.decisions import contests_led_by, schools_served_by, shares_of_schools
from cartable.web.decisions.urls import AGREES, LEADS, SCHOOLS
from cartable.web.home.tiles import Tile


def tiles(user: User) -> Iterable[Tile]:
    """Give what waits for an answer, then the way to the shares or to the simulations."""
    if user.scope.roles & AGREES:
        yield from _to_decide(user)
    if user.scope.roles & SCHOOLS and shares_of_schools(schools_served_by(user)).exists():
        yield Tile(
            title=_("Ce qui vous est attribué"),
            text=_("Vos parts, la raison de chacune, et comment contester."),
            url=reverse("school-shares"),
            weight=30,
        )


def _to_decide(user: User) -> Iterator[Tile]:
    asked = agreements_answered_by(user).filter(
        state=AgreementState.ASKED, fund__scenario__state=ScenarioState.ASKED
    )
    contests = contests_led_by(user).filter(state=ContestState.OPEN)
    for rows, title in ((asked, _("Accords demandés")), (contests, _("Contestations à instruire"))):
        if count := rows.count():
            yield Tile(
                title=title,
                text=_("Une réponse est attendue de vous."),
                url=reverse("decisions"),
                weight=22,
                number=count,
            )
    if user.scope.roles & LEADS and deciding_bodies(user).exists():
        yield Tile(
            title=_("Simulations"),
            text=_("Essayer des répartitions, les comparer, en retenir une."),
            url=reverse("scenarios"),
        )
