"""Who may receive money: bodies of the territory or of none, schools that are legal persons, anybody by number."""

from django.db.models import Q, QuerySet

from cartable.accounts.models import User
from cartable.bodies.models import Body
from cartable.bodies.queries import visible_to
from cartable.funding.enums import LEVEL_OF
from cartable.territories.enums import SchoolKind
from cartable.territories.models import School
from cartable.territories.queries import schools_visible_to
from cartable.territories.rules import fold


MOST = 20
TERRITORIES = ("department", "region", "academy", "commune", "school", "circonscription")
PEOPLE_OF_LAW = (SchoolKind.COLLEGE, SchoolKind.LYCEE)


def bearers_for(user: User, words: str = "") -> QuerySet[Body]:
    """Give the bodies that the user may commit to, those that hold `words`, or whose SIRET or RNA it is."""
    national = Q(**{f"{place}__isnull": True for place in TERRITORIES})
    near = Q(pk__in=visible_to(user).values("pk")) | Q(commune__department__in=user.scope.department_ids)
    schools = Q(school__in=schools_for(user))
    rows = Body.objects.filter(near | national | schools).select_related("department", "commune")
    if not words:
        return rows
    number = "".join(words.split()).upper()
    return (rows.search(words) | rows.filter(Q(siret=number) | Q(rna=number))).order_by("name")[:MOST]


def cofunders_named(user: User, words: str) -> list[Body]:
    """Give who may pay a part and has this SIRET or this name, else those whose names hold these words: two at most."""
    rows = bearers_for(user).filter(kind__in=LEVEL_OF).order_by("name")
    exact = list(rows.filter(Q(siret="".join(words.split())) | Q(search=fold(words)))[:2])
    return exact or list(rows.search(words)[:2])


def schools_for(user: User, words: str = "") -> QuerySet[School]:
    """Give the collèges and lycées in reach, which are legal persons, those that hold `words`."""
    rows = schools_visible_to(user).filter(kind__in=PEOPLE_OF_LAW)
    return rows.search(words).order_by("name")[:MOST] if words else rows
