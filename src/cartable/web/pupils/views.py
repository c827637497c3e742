"""The pupils of a school: found, and ticked for what they lack."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.foundation.refused import Refused
from cartable.pupils.actions import mark_many
from cartable.pupils.enums import ASKED_NOW, NeedKind
from cartable.pupils.models import Pupil
from cartable.pupils.perms import may_follow, may_mark
from cartable.pupils.queries import add_needs, classes_of, find
from cartable.territories.models import School
from cartable.web.census.tiles import waiting
from cartable.web.forms import words_asked
from cartable.web.parts import crumb
from cartable.web.pupils.marks import lacks_from, line_of
from cartable.web.pupils.reach import fetch_school, schools_followed
from cartable.web.show import paged, show


PER_PAGE = 40
MOST_FOUND = 100


def schools(request: HttpRequest) -> HttpResponse:
    """Choose a school, or go straight to the only one."""
    found = schools_followed(request.user)
    if len(found) == 1:
        return redirect("pupils", found[0].public_id)
    return show(request, "pupils/schools.html", title=_("Élèves"), schools=found)


def pupils(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Show the pupils, by class; a name is never put in an address, so a search is sent."""
    school = fetch_school(request, school_id, may_follow)
    shown = _shown(request, school)
    if request.htmx:
        return show(request, "pupils/lines.html", **shown)
    return show(
        request,
        "pupils/pupils.html",
        title=_("Élèves"),
        crumbs=[crumb(_("Élèves"), reverse("pupils-schools"))]
        if len(schools_followed(request.user)) > 1
        else [],
        classes=classes_of(request.user, school),
        answers=_answers(request, school) if shown["marked"] else [],
        wishes=_wishes(),
        **shown,
    )


def _answers(request: HttpRequest, school: School) -> list[tuple[str, str]]:
    """Give the questions that are still to be answered with these pupils: what to do once they are ticked."""
    return [
        (operation.name, reverse("answer", args=[operation.public_id, school.public_id]))
        for operation, asked, _found in waiting(request.user)
        if asked.pk == school.pk
    ]


def _shown(request: HttpRequest, school: School) -> dict[str, Any]:
    """Give the lines to show: all that a search finds, else one page of the class and wish in the address."""
    words = words_asked(request.POST)
    chosen = request.GET.get("classe", "")[:40]
    wish = request.GET.get("manque", "")
    lacking = wish if wish in ("any", "none", *NeedKind.values) else ""
    if words:
        found = find(request.user, school, words=words)
    else:
        found = find(request.user, school, class_label=chosen, lacking=lacking)
    page = paged(request, found[:MOST_FOUND] if words else found, MOST_FOUND if words else PER_PAGE)
    return {
        "school": school,
        "lines": [line_of(pupil) for pupil in add_needs(list(page))],
        "page": page,
        "words": words,
        "chosen": chosen,
        "lacking": lacking,
        "number": len(found),
        "marked": sum(pupil.lacks for pupil in found),
        "kinds": [kind.label for kind in ASKED_NOW],
        "marks": may_mark(request.user, school),
    }


def _wishes() -> list[tuple[str, Any]]:
    kinds = [(kind.value, kind.label) for kind in ASKED_NOW]
    return [("", _("tous")), ("any", _("il manque quelque chose")), ("none", _("rien de signalé")), *kinds]


def mark(request: HttpRequest, school_id: UUID) -> HttpResponse:
    """Keep what is ticked for the pupils that were on the screen; one line as soon as it changes, or all at once."""
    school = fetch_school(request, school_id)
    try:
        lacks = lacks_from(request.POST)
        done = mark_many(actor=request.user, school_id=school.public_id, lacks=lacks, exact=True)
    except Refused as refused:
        if not request.htmx:
            raise
        return HttpResponse(escape(refused.sentence), status=422)
    if request.htmx:
        return HttpResponse(escape(_("enregistré")))
    changed = done.opened + done.corrected + done.withdrawn
    said = ngettext("%(n)d changement enregistré.", "%(n)d changements enregistrés.", changed)
    messages.success(request, said % {"n": changed} if changed else _("Rien n'a changé."))
    return redirect(_back(request, school))


def _back(request: HttpRequest, school: School) -> str:
    """Give the page of the list that the person was on."""
    query = request.GET.urlencode()
    return reverse("pupils", args=[school.public_id]) + (f"?{query}" if query else "")


def names_of(pupils: list[Pupil]) -> str:
    """Name pupils in a sentence, for who serves their school."""
    return ", ".join(pupil.shown_name for pupil in pupils)
