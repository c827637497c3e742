"""What waits for a school about its pupils."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cartable.accounts.enums import Right
from cartable.accounts.models import User
from cartable.pupils.queries import pupils_visible_to
from cartable.web.home.tiles import Tile
from cartable.web.pupils.reach import schools_followed


def tiles(user: User) -> Iterable[Tile]:
    """Give, for each school, its pupils, or what to do where there are none yet."""
    marked_in = user.scope.schools_with.get(Right.MARK.value, frozenset())
    for school in schools_followed(user):
        if school.pk not in marked_in:
            continue
        number = pupils_visible_to(user).filter(school=school, left_on=None).count()
        if number:
            yield Tile(
                title=ngettext("élève", "élèves", number),
                text=_("%(school)s : cherchez une fiche, cochez ce qui manque.") % {"school": school.name},
                url=reverse("pupils", args=[school.public_id]),
                weight=52,
                number=number,
                action=_("Voir les élèves"),
            )
        else:
            yield Tile(
                title=_("Vos élèves"),
                text=_("%(school)s : importez votre liste, ou saisissez quelques familles.")
                % {"school": school.name},
                url=reverse("pupils", args=[school.public_id]),
                weight=24,
                action=_("Commencer"),
            )
