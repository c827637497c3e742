"""Which schools and pupils a person may open here: by name only where he serves, and marks or hands over."""

from uuid import UUID

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.enums import Right
from cartable.accounts.models import User
from cartable.pupils.actions.shared import Permission
from cartable.pupils.models import Pupil
from cartable.pupils.perms import may_follow, may_mark
from cartable.pupils.queries import pupils_visible_to, schools_served_by
from cartable.territories.models import School
from cartable.web.parts import crumb


def schools_followed(user: User) -> list[School]:
    """Give the schools whose pupils the user may open."""
    held = user.scope.schools_with
    ids = held.get(Right.MARK.value, frozenset()) | held.get(Right.HAND_OVER.value, frozenset())
    return list(schools_served_by(user).filter(id__in=ids).order_by("name")) if ids else []


def fetch_school(request: HttpRequest, school_id: UUID, may: Permission = may_mark) -> School:
    """Fetch a school where the user may do that, or 404."""
    school = get_object_or_404(schools_served_by(request.user), public_id=school_id)
    if not may(request.user, school):
        raise Http404
    return school


def fetch_pupil(request: HttpRequest, pupil_id: UUID, may: Permission = may_follow) -> Pupil:
    """Fetch a pupil of such a school, or 404."""
    pupil = get_object_or_404(pupils_visible_to(request.user), public_id=pupil_id)
    if not may(request.user, pupil.school):
        raise Http404
    return pupil


def school_crumbs(school: School) -> list[dict]:
    """Give the breadcrumb down to the pupils of a school."""
    return [
        crumb(_("Élèves"), reverse("pupils-schools")),
        crumb(school.name, reverse("pupils", args=[school.public_id])),
    ]


def pupil_crumbs(pupil: Pupil) -> list[dict]:
    """Give the breadcrumb down to a pupil."""
    here = crumb(pupil.shown_name, reverse("pupil", args=[pupil.public_id]))
    return [*school_crumbs(pupil.school), here]
