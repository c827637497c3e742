"""Pages of operations: list, open one, its pools and its steps."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.accounts.enums import Role
from cartable.accounts.queries import bodies_as
from cartable.bodies.models import Body
from cartable.census.actions import open_campaign
from cartable.census.queries import READS_TOTALS, Progress, progress_seen_by
from cartable.operations.actions import (
    NewPool,
    add_pool,
    change_quantity,
    change_state,
    create_operation,
    set_criteria,
)
from cartable.operations.enums import Good, Mode, OperationState
from cartable.operations.models import Operation, Pool
from cartable.operations.perms import may_lead
from cartable.operations.queries import operations_led_by, operations_visible_to, pools_visible_to
from cartable.territories.enums import SchoolKind
from cartable.web.operations.forms import CriteriaForm, OperationForm, PoolForm, QuantityForm, ReasonForm
from cartable.web.parts import Badge, Tone, crumb
from cartable.web.show import paged, show, show_form
from cartable.web.table import Column, Table, link


TONES: dict[str, Tone] = {"draft": "new", "open": "info", "closed": "success"}


def state_badge(operation: Operation) -> Badge:
    """Give the state of an operation as a badge."""
    return Badge(operation.get_state_display(), TONES[operation.state])


def operation_url(operation: Operation) -> str:
    """Give the address of an operation's page."""
    return reverse("operation", args=[operation.public_id])


def operation_crumbs(operation: Operation) -> list[dict]:
    """Give the breadcrumb down to an operation."""
    return [crumb(_("Opérations"), reverse("operations")), crumb(operation.name, operation_url(operation))]


def fetch(request: HttpRequest, operation_id: UUID) -> Operation:
    """Fetch an operation in the user's reach, or 404."""
    return get_object_or_404(operations_visible_to(request.user), public_id=operation_id)


def fetch_led(request: HttpRequest, operation_id: UUID) -> Operation:
    """Fetch an operation that the user leads, or 404."""
    return get_object_or_404(operations_led_by(request.user), public_id=operation_id)


def deadline_text(operation: Operation) -> str:
    """Say until when schools answer, in the département's own time."""
    day = date_format(operation.answers_due_on, "l j F Y")
    if operation.answers_due_hour is None:
        return day
    return _("%(day)s à %(hour)s") % {"day": day, "hour": date_format(operation.answers_due_hour, "H:i")}


def operation_list(request: HttpRequest) -> HttpResponse:
    """List the operations in reach."""
    table = Table(
        caption=_("Opérations"),
        columns=[
            Column(_("Opération"), lambda op: link(op.name, operation_url(op)), heads=True),
            Column(_("Menée par"), lambda op: op.owner.name),
            Column(_("Réponses attendues"), deadline_text),
            Column(_("État"), state_badge),
        ],
        rows=paged(request, operations_visible_to(request.user)),
        empty=_("Aucune opération en cours pour vous."),
    )
    may_create = Role.EQUIPMENT in request.user.scope.roles
    return show(request, "operations/list.html", title=_("Opérations"), table=table, may_create=may_create)


def operation(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Show an operation: where it is, its pools, what can be done next."""
    found = get_object_or_404(
        operations_visible_to(request.user).prefetch_related(
            Prefetch("pools", Pool.objects.order_by("serves", "good", "mode")), "givers__body"
        ),
        public_id=operation_id,
    )
    leads = may_lead(request.user, found)
    reads = bool(request.user.scope.roles & READS_TOTALS)
    return show(
        request,
        "operations/operation.html",
        title=found.name,
        crumbs=operation_crumbs(found)[:1],
        operation=found,
        badge=state_badge(found),
        deadline=deadline_text(found),
        leads=leads,
        progress=_progress(request.user, found) if reads else None,
        pools=_pool_table(found, leads),
    )


def criteria(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Choose in which order schools are proposed to serve families."""
    found = get_object_or_404(operations_led_by(request.user), public_id=operation_id)
    names, chosen = ("first", "second", "third"), found.criteria.split("|")
    form = CriteriaForm(request.POST or None, initial=dict(zip(names, chosen, strict=False)))
    if request.method == "POST" and form.is_valid():
        if form.carries_out(
            set_criteria, actor=request.user, operation_id=operation_id, criteria=form.criteria
        ):
            messages.success(
                request, _("L'ordre proposé est enregistré. Chaque établissement peut le changer.")
            )
            return redirect("operation", operation_id=operation_id)
    return show_form(
        request,
        form,
        title=_("Ordre proposé des élèves"),
        intro=_(
            "S'il n'y a pas assez pour tous, chaque direction reçoit une liste dans cet ordre. Elle reste à l'école."
        ),
        submit=_("Enregistrer"),
        back=operation_url(found),
        crumbs=operation_crumbs(found),
    )


def _progress(user: Any, operation: Operation) -> Progress | None:
    """Give how far the answers are; None before they are asked, and for who reads none of these schools."""
    if operation.state == OperationState.DRAFT:
        return None
    seen = progress_seen_by(user, operation)
    return seen if seen.asked else None


def _pool_table(operation: Operation, leads: bool) -> Table:
    columns = [
        Column(_("Part"), lambda pool: pool.name, heads=True),
        Column(_("Article"), lambda pool: pool.get_good_display()),
        Column(_("Donné ou prêté"), lambda pool: pool.get_mode_display()),
        Column(_("Établissements"), lambda pool: SchoolKind(pool.serves).label),
        Column(_("Quantité"), lambda pool: pool.quantity, numeric=True),
    ]
    if leads:
        columns.append(
            Column(
                _("Modifier"),
                lambda pool: link(_("Modifier"), reverse("pool-quantity", args=[pool.public_id]), pool.name),
                acts=True,
            )
        )
    return Table(
        caption=_("Ce qui est donné ou prêté"),
        columns=columns,
        rows=operation.pools.all(),
        empty=_("Aucune part : ajoutez ce que l'opération donne ou prête."),
    )


def new_operation(request: HttpRequest) -> HttpResponse:
    """Open the file of an operation."""
    form = OperationForm(request.POST or None)
    owner = Body.objects.filter(id__in=bodies_as(request.user, Role.EQUIPMENT)).order_by("id").first()
    if request.method == "POST" and form.is_valid() and owner:
        if form.carries_out(
            create_operation, actor=request.user, owner_id=owner.public_id, **form.cleaned_data
        ):
            messages.success(request, _("L'opération est créée. Ajoutez ce qu'elle donne ou prête."))
            return redirect("operation", operation_id=form.result.public_id)
    return show_form(
        request,
        form,
        title=_("Nouvelle opération"),
        submit=_("Créer l'opération"),
        intro=_(
            "Une opération, c'est ce que vous donnez ou prêtez, à qui, et jusqu'à quand les établissements répondent."
        ),
        back=reverse("operations"),
        crumbs=[crumb(_("Opérations"), reverse("operations"))],
    )


def new_pool(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Add a part to an operation."""
    found = fetch_led(request, operation_id)
    form = PoolForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if form.carries_out(add_pool, actor=request.user, operation_id=operation_id, pool=_pool_of(form)):
            messages.success(request, _("La part est ajoutée."))
            return redirect(operation_url(found))
    return show_form(
        request,
        form,
        title=_("Ajouter une part"),
        submit=_("Ajouter"),
        back=operation_url(found),
        crumbs=operation_crumbs(found),
    )


def _pool_of(form: PoolForm) -> NewPool:
    data = form.cleaned_data
    return NewPool(
        name="",
        good=Good(data["good"]),
        mode=Mode(data["mode"]),
        serves=SchoolKind(data["serves"]),
        quantity=data["quantity"],
        through_circonscription=data["through_circonscription"],
    )


def pool_quantity(request: HttpRequest, pool_id: UUID) -> HttpResponse:
    """Change how many a part announces."""
    pool = get_object_or_404(
        pools_visible_to(request.user).filter(operation__in=operations_led_by(request.user)),
        public_id=pool_id,
    )
    form = QuantityForm(request.POST or None, initial={"quantity": pool.quantity})
    if request.method == "POST" and form.is_valid():
        if form.carries_out(change_quantity, actor=request.user, pool_id=pool_id, **form.cleaned_data):
            messages.success(request, _("La quantité est changée."))
            return redirect(operation_url(pool.operation))
    return show_form(
        request,
        form,
        title=_("Changer la quantité : %(pool)s") % {"pool": pool.name},
        submit=_("Enregistrer"),
        back=operation_url(pool.operation),
        crumbs=operation_crumbs(pool.operation),
    )


def open_operation(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Open an operation and its census."""
    open_campaign(actor=request.user, operation_id=operation_id)
    messages.success(request, _("L'opération est ouverte : les établissements peuvent répondre."))
    return redirect("operation", operation_id=operation_id)


def close_operation(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Close an operation."""
    change_state(actor=request.user, operation_id=operation_id, to=OperationState.CLOSED)
    messages.success(request, _("L'opération est close."))
    return redirect("operation", operation_id=operation_id)


def reopen_operation(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Open again an operation that was closed, with a reason."""
    found = fetch_led(request, operation_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        arguments = {"operation_id": operation_id, "to": OperationState.OPEN, **form.cleaned_data}
        if form.carries_out(change_state, actor=request.user, **arguments):
            messages.success(request, _("L'opération est de nouveau ouverte."))
            return redirect(operation_url(found))
    return show_form(
        request,
        form,
        title=_("Rouvrir l'opération"),
        submit=_("Rouvrir"),
        back=operation_url(found),
        crumbs=operation_crumbs(found),
    )
