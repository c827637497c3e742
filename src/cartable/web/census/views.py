"""Pages of the census: the school answers, the circonscription enters for it, the service follows up."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cartable.accounts.enums import Right
from cartable.census.actions import answer_nobody, enter_for, send_back, submit, validate
from cartable.census.enums import ReturnState
from cartable.census.models import Return
from cartable.census.papers import need_form
from cartable.census.queries import (
    SMALL,
    progress_seen_by,
    reach,
    reads_small_counts,
    return_of,
    returns_visible_to,
    schools_to_remind,
    silent_schools,
    totals_by_kind,
)
from cartable.census.telling import remind
from cartable.operations.enums import Mode, OperationState
from cartable.operations.models import Operation
from cartable.operations.perms import may_lead
from cartable.operations.queries import operations_visible_to, schools_asked
from cartable.pupils.enums import NeedKind
from cartable.pupils.queries import not_placed, open_needs_by_level
from cartable.territories.models import School
from cartable.web.answers import pdf
from cartable.web.census.forms import ANY_LEVEL, EnteredForm
from cartable.web.operations.forms import ReasonForm
from cartable.web.operations.views import deadline_text, fetch, operation_crumbs
from cartable.web.parts import Badge, Tone, crumb
from cartable.web.show import moment, paged, show, show_form
from cartable.web.table import Column, Table, link


TONES: dict[str, Tone] = {"draft": "new", "submitted": "info", "validated": "success", "sent_back": "warning"}
LEVEL_NAMES = {ANY_LEVEL: gettext_lazy("toute l'école")}


def state_badge(answer: Return | None) -> Badge:
    """Give the state of a return; none begun is "not answered", never zero."""
    if answer is None:
        return Badge(_("pas encore répondu"), "new")
    return Badge(answer.get_state_display(), TONES[answer.state])


def census(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Show how far the answers are, what they say, and each return."""
    operation = fetch(request, operation_id)
    schools = reach(request.user).schools("of_return__school__")
    counts, open_counts = totals_by_kind(operation, schools), reads_small_counts(request.user, operation)
    answers = returns_visible_to(request.user).filter(campaign__operation=operation)
    return show(
        request,
        "census/census.html",
        title=_("Réponses des établissements"),
        crumbs=operation_crumbs(operation),
        operation=operation,
        progress=progress_seen_by(request.user, operation),
        deadline=deadline_text(operation),
        leads=may_lead(request.user, operation),
        waiting=answers.filter(state=ReturnState.SUBMITTED).count(),
        totals=_totals_table(counts, open_counts),
        answers=_answers_table(request, answers) if open_counts else None,
    )


def _totals_table(counts: dict[str, dict[str, int]], open_counts: bool) -> Table:
    def shown(count: int) -> int | str:
        return count if open_counts or count >= SMALL else _("moins de 11 : non affiché")

    return Table(
        caption=_("Ce qui manque, dans les réponses reçues"),
        columns=[
            Column(_("Besoin"), lambda row: NeedKind(row[0]).label, heads=True),
            Column(_("Élèves"), lambda row: shown(row[1]["pupils"]), numeric=True),
            Column(_("Articles à prévoir"), lambda row: shown(row[1]["units"]), numeric=True),
        ],
        rows=[row for row in counts.items() if row[1]["pupils"]],
        empty=_("Aucun besoin dans les réponses reçues."),
    )


def _answers_table(request: HttpRequest, answers: object) -> Table:
    return Table(
        caption=_("Établissements"),
        columns=[
            Column(
                _("Établissement"),
                lambda a: link(a.school.name, reverse("return", args=[a.public_id])),
                heads=True,
            ),
            Column(_("Commune"), lambda a: a.school.commune.name if a.school.commune else "—"),
            Column(_("Envoyée le"), lambda a: _sent_at(a) or "—"),
            Column(_("Réponse"), lambda a: _("personne n'en a besoin") if a.nobody else _("des besoins")),
            Column(_("État"), state_badge),
        ],
        rows=paged(request, answers),
        empty=_("Aucune réponse pour l'instant."),
    )


def silent(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """List the schools that have not answered, with their telephone."""
    operation = fetch(request, operation_id)
    table = Table(
        caption=_("Établissements sans réponse"),
        columns=[
            Column(_("Établissement"), lambda s: s.name, heads=True),
            Column(_("Commune"), lambda s: s.commune.name if s.commune else "—"),
            Column(_("Téléphone"), lambda s: s.phone or _("non connu")),
            Column(_("Courriel"), lambda s: s.email or _("non connu")),
            Column(_("Circonscription"), lambda s: s.circonscription.name if s.circonscription else "—"),
        ],
        rows=paged(request, silent_schools(operation, request.user), per_page=100),
        empty=_("Tous les établissements interrogés ont répondu."),
    )
    return show(
        request,
        "census/silent.html",
        title=_("Qui n'a pas répondu"),
        crumbs=operation_crumbs(operation),
        operation=operation,
        progress=progress_seen_by(request.user, operation),
        to_remind=schools_to_remind(operation, request.user).exclude(email="").count()
        if operation.state == OperationState.OPEN
        else 0,
        table=table,
    )


def remind_silent(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Write to the schools that have not answered."""
    fetch(request, operation_id)
    done = remind(actor=request.user, operation_id=operation_id)
    written = ngettext("%(n)d message part.", "%(n)d messages partent.", done.written) % {"n": done.written}
    if done.before:
        written += " " + _("Déjà écrit aujourd'hui : %(n)d.") % {"n": done.before}
    if done.to_call:
        written += " " + _("Sans adresse, à appeler : %(n)d.") % {"n": done.to_call}
    messages.success(request, written)
    return redirect("census-silent", operation_id=operation_id)


def one_return(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Show a return: its lines, counts only."""
    answer = get_object_or_404(returns_visible_to(request.user), public_id=return_id)
    operation = answer.campaign.operation
    return show(
        request,
        "census/return.html",
        title=answer.school.name,
        crumbs=[*operation_crumbs(operation), _census_crumb(operation)],
        answer=answer,
        operation=operation,
        badge=state_badge(answer),
        sent_at=_sent_at(answer),
        leads=may_lead(request.user, operation),
        table=_lines_table(answer.lines.order_by("level", "kind", "good")),
        totals=answer.level_totals.order_by("level"),
    )


def _sent_at(answer: Return) -> str:
    zone = answer.campaign.operation.department.time_zone
    return moment(answer.submitted_at, zone) if answer.submitted_at else ""


def _census_crumb(operation: Operation) -> dict:
    return crumb(_("Réponses"), reverse("census", args=[operation.public_id]))


def _lines_table(lines: object) -> Table:
    return Table(
        caption=_("Besoins, par niveau"),
        columns=[
            Column(_("Niveau"), lambda li: LEVEL_NAMES.get(li.level, li.level), heads=True),
            Column(_("Besoin"), _need_label),
            Column(_("Élèves"), lambda li: li.pupils, numeric=True),
            Column(_("dont en QPV"), lambda li: li.qpv_pupils, numeric=True),
            Column(_("Articles à prévoir"), lambda li: li.units, numeric=True),
            Column(_("dont pour un QPV"), lambda li: li.qpv_units, numeric=True),
        ],
        rows=lines,
        empty=_("Aucun besoin."),
    )


def _need_label(line: object) -> str:
    kind = NeedKind(line.kind).label
    return (
        f"{kind} ({line.get_good_display()})"
        if getattr(line, "get_good_display", None) and line.good
        else str(kind)
    )


def send_return_back(request: HttpRequest, return_id: UUID) -> HttpResponse:
    """Send a return back with a reason."""
    answer = get_object_or_404(returns_visible_to(request.user), public_id=return_id)
    form = ReasonForm(request.POST or None)
    url = reverse("return", args=[return_id])
    if request.method == "POST" and form.is_valid():
        if form.carries_out(send_back, actor=request.user, return_id=return_id, **form.cleaned_data):
            messages.success(request, _("La remontée est renvoyée à l'établissement, avec votre motif."))
            if not answer.school.email:
                messages.warning(request, _("Il n'a pas d'adresse électronique connue : appelez-le."))
            return redirect(url)
    return show_form(
        request,
        form,
        title=_("Renvoyer la remontée : %(school)s") % {"school": answer.school.name},
        submit=_("Renvoyer pour correction"),
        back=url,
        crumbs=[*operation_crumbs(answer.campaign.operation), crumb(answer.school.name, url)],
    )


def validate_all(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Validate every return that came in."""
    operation = fetch(request, operation_id)
    waiting = returns_visible_to(request.user).filter(
        campaign__operation=operation, state=ReturnState.SUBMITTED
    )
    count = validate(actor=request.user, return_ids=list(waiting.values_list("public_id", flat=True)))
    messages.success(request, _("Remontées validées : %(count)d.") % {"count": count})
    return redirect("census", operation_id=operation_id)


def answers(request: HttpRequest) -> HttpResponse:
    """List what a school or a circonscription is asked, operation by operation."""
    scope = request.user.scope
    operations = operations_visible_to(request.user).filter(state=OperationState.OPEN)
    asked = [(op, school) for op in operations for school in schools_asked(op).filter(scope.served_schools())]
    led = [op for op in operations if scope.circonscription_ids]
    return show(
        request,
        "census/answers.html",
        title=_("Enquêtes"),
        asked=[(op, school, state_badge(return_of(op, school)), deadline_text(op)) for op, school in asked],
        led=[(op, deadline_text(op)) for op in led],
    )


def answer(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Show what the school is about to send, and let the head send it."""
    operation, school = _asked(request, operation_id, school_id)
    found = return_of(operation, school)
    sent = found is not None and found.state in (ReturnState.SUBMITTED, ReturnState.VALIDATED)
    lines = (
        [] if sent else open_needs_by_level(school.public_id, one_per_household=operation.one_per_household)
    )
    table = _lines_table(found.lines.order_by("level", "kind", "good") if sent and found else lines)
    return show(
        request,
        "census/answer.html",
        title=_("Réponse : %(school)s") % {"school": school.name},
        crumbs=[crumb(_("Enquêtes"), reverse("answers"))],
        operation=operation,
        school=school,
        answer=found,
        badge=state_badge(found),
        deadline=deadline_text(operation),
        sent=sent,
        table=table,
        marked=bool(lines),
        not_placed=not_placed(request.user, school) if lines else 0,
        lends=operation.pools.filter(serves=school.kind, mode=Mode.LENT).exists(),
        is_head=request.user.scope.may(Right.HEAD.value, school.id),
    )


def _asked(request: HttpRequest, operation_id: UUID, school_id: UUID) -> tuple[Operation, School]:
    operation = fetch(request, operation_id)
    school = get_object_or_404(
        schools_asked(operation).filter(request.user.scope.served_schools()), public_id=school_id
    )
    return operation, school


def send(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Send the school's return."""
    _asked(request, operation_id, school_id)
    nobody = "nobody" in request.POST
    act = answer_nobody if nobody else submit
    act(actor=request.user, operation_id=operation_id, school_id=school_id)
    messages.success(
        request,
        _("Merci. « Personne n'en a besoin ici » est une réponse : elle est enregistrée.")
        if nobody
        else _("Merci. La remontée est envoyée : des nombres, aucun nom."),
    )
    return redirect("answer", operation_id=operation_id, school_id=school_id)


def paper_form(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Give the blank form that goes round the classes."""
    return pdf(need_form(*_asked(request, operation_id, school_id)), "ce-qui-manque")


def ecoles(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Show the écoles of a circonscription and where each answer is."""
    operation = fetch(request, operation_id)
    schools = (
        schools_asked(operation)
        .filter(circonscription_id__in=request.user.scope.circonscription_ids)
        .select_related("commune")
        .order_by("commune__name", "name", "id")
    )
    answers = returns_visible_to(request.user).filter(campaign__operation=operation, school__in=schools)
    found = {answer.school_id: answer for answer in answers}
    table = Table(
        caption=_("Écoles de la circonscription"),
        columns=[
            Column(_("École"), lambda s: s.name, heads=True),
            Column(_("Commune"), lambda s: s.commune.name if s.commune else "—"),
            Column(_("Téléphone"), lambda s: s.phone or _("non connu")),
            Column(_("Réponse"), lambda s: state_badge(found.get(s.id))),
            Column(_("Saisir pour elle"), lambda s: _enter_link(operation, s, found.get(s.id)), acts=True),
        ],
        rows=paged(request, schools),
        empty=_("Aucune école de votre circonscription n'est interrogée par cette opération."),
    )
    return show(
        request,
        "census/ecoles.html",
        title=_("Écoles de la circonscription"),
        crumbs=operation_crumbs(operation),
        operation=operation,
        progress=progress_seen_by(request.user, operation),
        pools=operation.pools.filter(serves="ecole"),
        table=table,
    )


def _enter_link(operation: Operation, school: School, found: Return | None) -> str:
    if found is not None and found.state in (ReturnState.SUBMITTED, ReturnState.VALIDATED):
        return _("saisie par la circonscription") if found.entered_for_by_id else _("répondu par l'école")
    url = reverse("enter-for", args=[operation.public_id, school.public_id])
    return link(_("Saisir pour elle"), url, school.name)


def enter(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Enter the counts of an école that phoned."""
    operation = fetch(request, operation_id)
    school = get_object_or_404(
        schools_asked(operation).filter(circonscription_id__in=request.user.scope.circonscription_ids),
        public_id=school_id,
    )
    form = EnteredForm(request.POST or None)
    url = reverse("ecoles", args=[operation_id])
    if request.method == "POST" and form.is_valid():
        arguments = {
            "operation_id": operation_id,
            "school_id": school_id,
            "nobody": form.cleaned_data["nobody"],
        }
        if form.carries_out(enter_for, actor=request.user, lines=form.lines(), **arguments):
            messages.success(request, _("La réponse est enregistrée : %(school)s.") % {"school": school.name})
            return redirect(url)
    return show_form(
        request,
        form,
        title=_("Saisir pour : %(school)s") % {"school": school.name},
        intro=_(
            "Des nombres seulement, sans nom d'élève. La réponse dira qu'elle a été saisie par la circonscription."
        ),
        submit=_("Enregistrer la réponse"),
        back=url,
        crumbs=[*operation_crumbs(operation), crumb(_("Écoles"), url)],
    )
