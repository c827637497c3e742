"""Answers: a page, or a page with a form that was refused (422)."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.web.forms import Form


def show(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    """Render `template`; the status is 422 where one of the forms in the context was sent and has errors."""
    forms = [value for value in context.values() if isinstance(value, Form)]
    refused = any(form.is_bound and form.errors for form in forms) and request.method == "POST"
    return render(request, template, {"refused": refused, **context}, status=422 if refused else 200)


def show_form(request: HttpRequest, form: Form, *, title: Any, submit: Any, **context: Any) -> HttpResponse:
    """Render a page that is one form: `title`, `submit` (the button), and if given `intro`, `back`, `crumbs`."""
    return show(request, "components/form_page.html", form=form, title=title, submit=submit, **context)


def paged(request: HttpRequest, rows: QuerySet | list, per_page: int = 50) -> Page:
    """Cut `rows` at the page asked for in the address; a page that does not exist gives the nearest."""
    return Paginator(rows, per_page).get_page(request.GET.get("page"))


def moment(at: datetime, time_zone: str) -> str:
    """Write a moment as the people of `time_zone` read it on their clock."""
    there = at.astimezone(ZoneInfo(time_zone))
    return _("%(day)s à %(hour)s") % {"day": date_format(there, "j F Y"), "hour": date_format(there, "H:i")}
