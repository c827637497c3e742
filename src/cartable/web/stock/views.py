"""Pages of stock: what came in, from whom, and where it stands."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cartable.accounts.enums import Right
from cartable.bodies.actions import ensure_body
from cartable.bodies.enums import BodyKind
from cartable.equipment import places
from cartable.equipment.actions.declared import declare_held
from cartable.equipment.actions.lots import receive_lot
from cartable.equipment.counts_file import read_counts
from cartable.equipment.imports import import_stock
from cartable.equipment.models import AssetPlace, Lot, Product
from cartable.equipment.queries import find_number, lots_visible_to, school_stock, totals_by_place
from cartable.equipment.queries.control import names_of_places
from cartable.equipment.queries.stock import stock_read_by
from cartable.foundation.refused import Refused
from cartable.intake.contracts import WEB
from cartable.operations.enums import Good, Mode
from cartable.operations.models import Operation
from cartable.operations.perms import may_lead
from cartable.operations.queries import lent_goods, operations_visible_to
from cartable.territories.queries import schools_visible_to
from cartable.web.audit.words import place_word
from cartable.web.forms import Form
from cartable.web.operations.views import fetch_led, operation_crumbs
from cartable.web.parts import crumb
from cartable.web.show import paged, show, show_form
from cartable.web.stock.forms import CountsForm, LotForm, OwnCountForm, ThingsForm, givers_in
from cartable.web.table import Column, Table, link


PLACES = (
    ("depot", gettext_lazy("Au dépôt")),
    ("reserved", gettext_lazy("Réservé par un plan")),
    ("transit", gettext_lazy("En route")),
    ("school", gettext_lazy("Dans les établissements")),
    ("on_loan", gettext_lazy("Prêté")),
    ("given", gettext_lazy("Donné")),
    ("repair", gettext_lazy("En réparation")),
    ("outside:dead", gettext_lazy("Hors service")),
    ("outside:lost", gettext_lazy("Perdu")),
    ("outside:missing", gettext_lazy("Manquant à l'arrivée")),
)


def stock(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Show the articles of an operation by place, and its lots."""
    operation = get_object_or_404(stock_read_by(request.user), public_id=operation_id)
    leads = may_lead(request.user, operation)
    return show(
        request,
        "stock/stock.html",
        title=_("Stock et réceptions"),
        crumbs=operation_crumbs(operation),
        operation=operation,
        leads=leads,
        places=_places_table(operation),
        lots=_lots_table(request, operation, leads),
    )


def _places_table(operation: Operation) -> Table:
    rows = list(totals_by_place(operation).items())
    used = [(sort, label) for sort, label in PLACES if any(sort in counts for _product, counts in rows)]
    return Table(
        caption=_("Où sont les articles"),
        columns=[
            Column(_("Article"), lambda row: _article(row[0]), heads=True),
            *(
                Column(label, lambda row, sort=sort: row[1].get(sort, 0), numeric=True)
                for sort, label in used
            ),
        ],
        rows=rows,
        empty=_("Rien n'est encore entré en stock."),
    )


def _article(product: Product) -> str:
    return f"{product.name} ({product.get_mode_display()})"


def _lots_table(request: HttpRequest, operation: Operation, leads: bool) -> Table:
    columns = [
        Column(_("Article"), lambda lot: _article(lot.product), heads=True),
        Column(_("Nombre"), lambda lot: lot.quantity, numeric=True),
        Column(_("Reçu le"), lambda lot: date_format(lot.received_on, "j F Y")),
        Column(_("Provenance"), _origin),
        Column(_("Numéros"), _numbers),
        Column(_("Crédit jusqu'au"), _credit),
    ]
    if leads:
        columns.append(Column(_("Payé par"), _paid_by))
    return Table(
        caption=_("Lots"),
        columns=columns,
        rows=paged(request, lots_visible_to(request.user).filter(operation=operation)),
        empty=_("Aucun lot."),
    )


def _paid_by(lot: Lot) -> str:
    words = _("engagement : changer") if lot.paid_by_id else _("Indiquer l'engagement")
    return link(words, reverse("lot-paid-by", args=[lot.public_id]))


def _origin(lot: Lot) -> str:
    if lot.donation:
        return " → ".join(
            link.body.name for link in sorted(lot.donation.chain.all(), key=lambda link: link.rank)
        )
    return _("déclaré par %(school)s") % {"school": lot.held_by.name} if lot.held_by else _("achat")


def _numbers(lot: Lot) -> str:
    spans = [f"{span.first} – {span.last}" for span in lot.ranges.all()]
    return ", ".join(spans) or "—"


def _credit(lot: Lot) -> str:
    return date_format(lot.credit_valid_until, "j F Y") if lot.credit_valid_until else "—"


def receive(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Receive a lot in the depot."""
    operation = fetch_led(request, operation_id)
    form = LotForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carries_out(_receive, request=request, form=form, operation=operation)
    ):
        messages.success(request, _("Le lot est enregistré."))
        for warning in form.result.warnings:
            messages.warning(request, warning)
        return redirect("stock", operation_id=operation_id)
    return show_form(
        request,
        form,
        title=_("Réceptionner un lot"),
        intro=_("Les numéros sont facultatifs : un nombre suffit, les cartes seront lues à la remise."),
        submit=_("Enregistrer la réception"),
        back=reverse("stock", args=[operation_id]),
        crumbs=_crumbs(operation),
    )


def _receive(*, request: HttpRequest, form: LotForm, operation: Operation) -> Any:
    """Receive what the form says."""
    data = form.cleaned_data
    plain = (
        "good",
        "mode",
        "quantity",
        "name",
        "operator",
        "sim_format",
        "credit_valid_until",
        "received_on",
    )
    return receive_lot(
        actor=request.user,
        operation_id=operation.public_id,
        giver_ids=_givers(request, form),
        ranges=form.ranges(),
        **{name: data[name] for name in plain},
    )


def _givers(request: HttpRequest, form: Form) -> list[UUID]:
    """Give the bodies that the form names; a giver is made at his first gift."""
    return [
        ensure_body(actor=request.user, kind=BodyKind(kind), name=name).public_id
        for name, kind in givers_in(form.cleaned_data)
    ]


def _crumbs(operation: Operation) -> list[dict[str, Any]]:
    return [*operation_crumbs(operation), crumb(_("Stock"), reverse("stock", args=[operation.public_id]))]


def import_file(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Receive things with numbers from a file."""
    operation = fetch_led(request, operation_id)
    form = ThingsForm(request.POST or None, request.FILES or None)
    report = None
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carries_out(_import, request=request, form=form, operation=operation)
    ):
        report = form.result
        form = ThingsForm()
    return show(
        request,
        "stock/import.html",
        title=_("Importer du matériel numéroté"),
        crumbs=_crumbs(operation),
        operation=operation,
        form=form,
        report=report,
        rejects=_rejects_table(report) if report else None,
    )


def _import(*, request: HttpRequest, form: ThingsForm, operation: Operation) -> Any:
    return import_stock(
        actor=request.user,
        operation_id=operation.public_id,
        path=form.path(),
        mode=form.cleaned_data["mode"],
        giver_ids=_givers(request, form),
        limits=WEB,
    )


def _rejects_table(report: Any) -> Table:
    return Table(
        caption=_("Lignes refusées"),
        columns=[
            Column(_("Ligne"), lambda reject: reject.line, numeric=True, heads=True),
            Column(_("Colonne"), lambda reject: reject.column or "—"),
            Column(_("Valeur"), lambda reject: reject.value or "—"),
            Column(_("Motif"), lambda reject: reject.reason),
        ],
        rows=report.rejects[:200],
        empty=_("Aucune ligne refusée."),
    )


def declare(request: HttpRequest, operation_id: UUID) -> HttpResponse:
    """Declare from a file what the schools hold already."""
    operation = fetch_led(request, operation_id)
    form = CountsForm(request.POST or None, request.FILES or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.carries_out(_declare, request=request, form=form, operation=operation)
    ):
        done = form.result
        messages.success(
            request,
            _("Total déclaré : %(total)d. Établissements ajoutés : %(created)d, changés : %(changed)d.")
            % {"total": done.total, "created": done.created, "changed": done.changed},
        )
        return redirect("stock", operation_id=operation_id)
    return show_form(
        request,
        form,
        title=_("Déclarer ce que les établissements ont déjà"),
        intro=_("Un fichier de deux colonnes : UAI, nombre. Les numéros de série viendront à la remise."),
        submit=_("Déclarer"),
        back=reverse("stock", args=[operation_id]),
        crumbs=_crumbs(operation),
    )


def _declare(*, request: HttpRequest, form: CountsForm, operation: Operation) -> Any:
    data = form.cleaned_data
    return declare_held(
        actor=request.user,
        operation_id=operation.public_id,
        good=data["good"],
        mode=data["mode"],
        name=data["name"],
        counts=read_counts(request.user, form.path()),
    )


def own_stock(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Show what stands in a school, and let its head say what it held already."""
    operation = get_object_or_404(operations_visible_to(request.user), public_id=operation_id)
    school = get_object_or_404(
        schools_visible_to(request.user).filter(request.user.scope.served_schools()), public_id=school_id
    )
    form = OwnCountForm(request.POST or None, goods=lent_goods(operation, school.kind))
    is_head = request.user.scope.may(Right.HEAD.value, school.id)
    if request.method == "POST" and not is_head:
        raise Refused("not_head", _("Seul le chef d'établissement déclare ce que l'établissement a déjà."))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        arguments = {"good": data["good"], "mode": Mode.LENT, "counts": {school_id: data["count"]}}
        if form.carries_out(declare_held, actor=request.user, operation_id=operation_id, **arguments):
            messages.success(request, _("C'est noté."))
            return redirect("own-stock", operation_id=operation_id, school_id=school_id)
    table = Table(
        caption=_("Stock de l'établissement"),
        columns=[
            Column(_("Article"), lambda row: row.name, heads=True),
            Column(_("En stock"), lambda row: row.quantity, numeric=True),
        ],
        rows=school_stock(school, operation),
        empty=_("Rien en stock dans l'établissement."),
    )
    return show(
        request,
        "stock/own.html",
        title=_("Stock : %(school)s") % {"school": school.name},
        crumbs=operation_crumbs(operation),
        form=form if is_head and form.goods else None,
        table=table,
    )


def find(request: HttpRequest) -> HttpResponse:
    """Find a thing by its number."""
    number = request.GET.get("numero", "").strip()
    found = find_number(request.user, number) if number else None
    return show(
        request,
        "stock/find.html",
        title=_("Retrouver un numéro"),
        number=number,
        found=found,
        place=_place_words(found.account.code) if found else "",
        may_repair=found is not None and _may_repair(found),
    )


def _may_repair(found: AssetPlace) -> bool:
    return found.asset.product.good != Good.SIM and places.may_go_to_repair(found.account.code)


def _place_words(code: str) -> str:
    return place_word(code, names_of_places([code])[code])
