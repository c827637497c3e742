"""Where the plan plays: six invented départements in four official régions, and who decides there."""

from dataclasses import dataclass, field
from datetime import datetime

from cartable.accounts.enums import Role, ScopeKind
from cartable.accounts.models import User
from cartable.funding.models import Envelope
from cartable.scenarios.money import Desk, official
from cartable.scenarios.plan_2020.documents import HAUTS_DE_FRANCE, Lines
from cartable.scenarios.week import paris
from cartable.territories.actions import add_invented_department


@dataclass(frozen=True, slots=True)
class Place:
    """An invented département: its official région and académie, its counted needs, when its letters arrive."""

    code: str
    name: str
    of_name: str
    region: str
    academy: str
    needs: int = 0
    reached: datetime | None = None


NORTH = (
    Place("994", "Val-de-Lys (inventé)", "du Val-de-Lys (inventé)", HAUTS_DE_FRANCE, "09", 410),
    Place("995", "Haute-Deûle (inventé)", "de la Haute-Deûle (inventé)", HAUTS_DE_FRANCE, "09", 265),
    Place("996", "Plaine-d'Opale (inventé)", "de la Plaine-d'Opale (inventé)", HAUTS_DE_FRANCE, "09", 180),
)
OTHERS = (
    Place(
        "990",
        "Boucles-de-Marne (inventé)",
        "des Boucles-de-Marne (inventé)",
        "11",
        "24",
        reached=paris(12, 9, month=5),
    ),
    Place(
        "992",
        "Trois-Vallées (inventé)",
        "des Trois-Vallées (inventé)",
        "44",
        "12",
        reached=paris(25, 9, month=5),
    ),
    Place(
        "997",
        "Calanques-du-Levant (inventé)",
        "des Calanques-du-Levant (inventé)",
        "93",
        "02",
        reached=paris(16, 9, month=6),
    ),
)


@dataclass(slots=True)
class Story:
    """The plan under way: who decides, and the envelopes by (line, territory); "" is the nation."""

    plan: Lines
    ministry: Desk
    region: User
    envelopes: dict[tuple[str, str], Envelope] = field(default_factory=dict)

    def of(self, line: str, territory: str = "") -> Envelope:
        """Give the envelope of a line on a territory, as openings and splits have made it."""
        if (line, territory) not in self.envelopes:
            rows = Envelope.objects.filter(line=self.plan.lines[line])
            for row in rows.select_related("line", "region", "department"):
                place = row.region or row.department
                self.envelopes[line, place.code if place else ""] = row
        return self.envelopes[line, territory]


def add_departments() -> None:
    """Make the invented départements."""
    for place in (*NORTH, *OTHERS):
        add_invented_department(
            code=place.code,
            name=place.name,
            of_name=place.of_name,
            region=place.region,
            academy=place.academy,
        )


def ministry_desk() -> Desk:
    """Give the two people of the ministry."""
    return Desk(
        *(
            official(f"plan2020-ministere-{n}", f"Ministère, bureau {n}", Role.NATIONAL, ScopeKind.EVERYWHERE)
            for n in (1, 2)
        )
    )


def region_of_the_north() -> User:
    """Give the person of the préfecture de région who splits and redeploys."""
    name = "Préfecture de région, budget"
    return official("plan2020-region-32", name, Role.REGION, ScopeKind.REGION, HAUTS_DE_FRANCE)


def prefecture_desk(place: Place) -> Desk:
    """Give the two people of a préfecture."""
    return Desk(
        *(
            official(
                f"plan2020-prefecture-{place.code}-{n}",
                f"Préfecture {place.of_name}, bureau {n}",
                Role.PREFECTURE,
                ScopeKind.DEPARTMENT,
                place.code,
            )
            for n in (1, 2)
        )
    )
