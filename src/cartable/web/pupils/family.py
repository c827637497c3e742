"""One family, typed by hand: what a director without secretary has time for."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from cartable.pupils.actions import add_family
from cartable.web.pupils.forms import FamilyForm
from cartable.web.pupils.reach import fetch_school, school_crumbs
from cartable.web.pupils.views import names_of
from cartable.web.show import show


def new(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Enter a family; the next empty form follows at once."""
    school = fetch_school(request, school_id)
    form = FamilyForm(request.POST or None, school=school)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(add_family, actor=request.user, school_id=school.public_id, family=form.family()):
            messages.success(request, _("C'est enregistré : %(names)s.") % {"names": names_of(form.result)})
            return redirect("family-new" if "next" in request.POST else "pupils", school.public_id)
    return show(
        request,
        "pupils/family.html",
        title=_("Saisir une famille"),
        crumbs=school_crumbs(school),
        form=form,
        school=school,
    )
