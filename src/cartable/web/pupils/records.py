"""One pupil: homes, adults, what lacks, and the few things that happen to him."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.foundation import clock
from cartable.pupils.actions import (
    come_back,
    correct_pupil,
    export_child,
    leave,
    mark,
    remove_home,
    set_home,
)
from cartable.pupils.models import Home, Pupil
from cartable.pupils.perms import may_export, may_mark
from cartable.pupils.queries import add_needs, homes_visible_to, pupils_visible_to, with_homes
from cartable.web.pupils.forms import HomeForm, LeftForm, PupilForm
from cartable.web.pupils.marks import line_of, needs_from
from cartable.web.pupils.reach import fetch_pupil, pupil_crumbs, school_crumbs
from cartable.web.show import show, show_form


def pupil(request: HttpRequest, pupil_id: UUID) -> HttpResponse:
    """Show a pupil, his homes and what lacks."""
    known = fetch_pupil(request, pupil_id)
    (found,) = add_needs(list(with_homes(pupils_visible_to(request.user)).filter(pk=known.pk)))
    others = _together(request, found)
    return show(
        request,
        "pupils/pupil.html",
        title=found.shown_name,
        crumbs=school_crumbs(found.school),
        pupil=found,
        line=line_of(found),
        links=found.in_homes.all(),
        born=date.fromisoformat(found.birth_date) if found.birth_date else None,
        together=others,
        sharing=_sharing(found),
        marks=may_mark(request.user, found.school) and found.left_on is None,
        heads=may_export(request.user, found.school),
    )


def _sharing(pupil: Pupil) -> set[int]:
    """Give who shares one of his open needs."""
    return {row.pupil_id for own in pupil.open_needs for row in own.need.of_pupils.all() if row.open}


def _together(request: HttpRequest, pupil: Pupil, home: Home | None = None) -> list[Pupil]:
    """Give the present pupils who live in one of his homes, or in `home`."""
    homes = [home] if home else [link.home for link in pupil.in_homes.all()]
    others = pupils_visible_to(request.user).filter(in_homes__home__in=homes, left_on=None)
    return list(others.exclude(pk=pupil.pk).distinct().order_by("id"))


def needs(request: HttpRequest, pupil_id: UUID) -> HttpResponse:
    """Keep what is ticked for one pupil, alone or together with those of his home."""
    found = fetch_pupil(request, pupil_id, may_mark)
    others = {str(other.public_id): other.public_id for other in _together(request, found)}
    mark(
        actor=request.user,
        pupil_id=found.public_id,
        lacks=needs_from(request.POST),
        shared_with=[others[text] for text in request.POST.getlist("shared_with") if text in others],
        exact=True,
    )
    messages.success(request, _("C'est enregistré."))
    return redirect("pupil", found.public_id)


def correct(request: HttpRequest, pupil_id: UUID) -> HttpResponse:
    """Correct who a pupil is."""
    found = fetch_pupil(request, pupil_id, may_mark)
    form = PupilForm(request.POST or None, pupil=found)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(correct_pupil, actor=request.user, pupil_id=found.public_id, pupil=form.pupil()):
            messages.success(request, _("La fiche est corrigée."))
            return redirect("pupil", found.public_id)
    return _form(request, found, form, _("Corriger la fiche"), _("Enregistrer"))


def new_home(request: HttpRequest, pupil_id: UUID) -> HttpResponse:
    """Add a home."""
    found = fetch_pupil(request, pupil_id)
    form = HomeForm(request.POST or None)
    return _home(request, found, form, _("Ajouter un domicile"))


def home(request: HttpRequest, pupil_id: UUID, home_id: UUID) -> HttpResponse:
    """Correct a home."""
    found = fetch_pupil(request, pupil_id)
    place = homes_visible_to(request.user).filter(public_id=home_id, of_pupils__pupil=found).first()
    if place is None:
        raise Http404
    names = [other.shown_name for other in _together(request, found, place)]
    form = HomeForm(request.POST or None, home=place, shared=names)
    return _home(request, found, form, _("Corriger le domicile"), place)


def _home(request: HttpRequest, pupil: Pupil, form: HomeForm, title: str, place: Any = None) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        if form.carries_out(
            set_home,
            actor=request.user,
            pupil_id=pupil.public_id,
            home=form.home(),
            home_id=place and place.public_id,
            only_this_pupil=form.cleaned_data.get("only_this_pupil", False),
        ):
            messages.success(request, _("Le domicile est enregistré."))
            return redirect("pupil", pupil.public_id)
    return show(
        request,
        "pupils/home.html",
        title=title,
        crumbs=pupil_crumbs(pupil),
        pupil=pupil,
        form=form,
        place=place,
    )


def remove(request: HttpRequest, pupil_id: UUID, home_id: UUID) -> HttpResponse:
    """Take a pupil out of a home."""
    found = fetch_pupil(request, pupil_id)
    remove_home(actor=request.user, pupil_id=found.public_id, home_id=home_id)
    messages.success(request, _("Le domicile est retiré."))
    return redirect("pupil", found.public_id)


def left(request: HttpRequest, pupil_id: UUID) -> HttpResponse:
    """Note that a pupil left the school."""
    found = fetch_pupil(request, pupil_id)
    today = clock.today(found.school.department.time_zone)
    form = LeftForm(request.POST or None, initial={"on": today})
    if request.method == "POST" and form.is_valid():
        if form.carries_out(leave, actor=request.user, pupil_id=found.public_id, on=form.cleaned_data["on"]):
            messages.success(request, _("Le départ est noté. Ce qui lui a été prêté reste à rendre."))
            return redirect("pupil", found.public_id)
    intro = _("Ses besoins sont clos. Sa fiche sera effacée dès qu'il n'a plus rien à rendre.")
    return _form(request, found, form, _("Noter un départ"), _("Noter le départ"), intro=intro)


def back(request: HttpRequest, pupil_id: UUID) -> HttpResponse:
    """Enrol again a pupil who was noted as gone."""
    found = fetch_pupil(request, pupil_id)
    come_back(actor=request.user, pupil_id=found.public_id)
    messages.success(request, _("L'élève est réinscrit."))
    return redirect("pupil", found.public_id)


def export(request: HttpRequest, pupil_id: UUID) -> HttpResponse:
    """Give the family everything that is held about their child, as a file; the reading is journalled."""
    found = fetch_pupil(request, pupil_id, may_export)
    held = export_child(found.public_id, actor=request.user)
    return HttpResponse(
        json.dumps(held, ensure_ascii=False, indent=2, default=str),
        content_type="application/json; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="eleve-{found.public_id}.json"'},
    )


def _form(
    request: HttpRequest, pupil: Pupil, form: Any, title: str, submit: str, **more: Any
) -> HttpResponse:
    return show_form(
        request,
        form,
        title=title,
        submit=submit,
        crumbs=pupil_crumbs(pupil),
        back=reverse("pupil", args=[pupil.public_id]),
        **more,
    )
