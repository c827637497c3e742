"""Pages of the ledger: what is counted, where it stands, what moved it, and that nothing is lost."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.equipment.queries.control import (
    SORTS,
    accounts_audited_by,
    names_of_places,
    resources_audited_by,
    transfers_audited_by,
)
from cartable.ledger.models import Account, Resource, Transfer
from cartable.ledger.queries import transfers as transfers_through
from cartable.web.audit import cells, words
from cartable.web.audit.cells import Cell
from cartable.web.audit.forms import AccountsForm, chosen
from cartable.web.audit.views import audit_crumbs
from cartable.web.parts import Badge, crumb
from cartable.web.show import paged, show


Sums = dict[int, dict[str, int]]


def _ledger_crumb() -> dict[str, Any]:
    return crumb(_("Registre"), reverse("audit-ledger"))


def ledger(request: HttpRequest) -> HttpResponse:
    """Show each article by sort of place, and that the sum of all its accounts is zero."""
    page = paged(request, resources_audited_by(request.user))
    sums = _sums(request, page)
    shown = cells.table(
        [*_resource_cells(sums), Cell(_("Équilibre"), lambda row: _balanced(sums[row.pk]))],
        page,
        caption=_("Ce qui est compté, par sorte de lieu"),
        empty=_("Rien n'est encore compté."),
        csv=reverse("audit-ledger-csv"),
    )
    return show(request, "audit/ledger.html", title=_("Registre"), crumbs=audit_crumbs(), table=shown)


def _sums(request: HttpRequest, resources: Any) -> Sums:
    """Give, for each resource, how many stand in each sort of place (one query)."""
    rows = accounts_audited_by(request.user).filter(resource__in=list(resources)).order_by()
    found: Sums = defaultdict(dict)
    for resource, sort, total in rows.values_list("resource_id", "sort").annotate(total=Sum("balance")):
        found[resource][sort] = total
    return found


def _resource_cells(sums: Sums) -> list[Cell]:
    used = [sort for sort in SORTS if any(counts.get(sort) for counts in sums.values())]

    def by_sort(sort: str) -> Cell:
        def amount(row: Resource) -> int | str:
            return cells.amount_word(sums[row.pk].get(sort, 0), row.unit)

        return Cell(words.sort_word(sort), amount, numeric=True)

    return [
        Cell(
            _("Article"),
            lambda row: row.label,
            lambda row: f"{reverse('audit-accounts')}?article={row.code}",
            heads=True,
        ),
        *map(by_sort, used),
        Cell(_("Somme"), lambda row: cells.amount_word(sum(sums[row.pk].values()), row.unit), numeric=True),
    ]


def _balanced(counts: dict[str, int]) -> Badge:
    if sum(counts.values()) == 0:
        return Badge(_("équilibré"), "success")
    return Badge(_("déséquilibré"), "error")


def ledger_csv(request: HttpRequest) -> HttpResponse:
    """Give each article by sort of place."""
    rows = list(resources_audited_by(request.user)[: cells.LONGEST_FILE])
    return cells.file(_resource_cells(_sums(request, rows)), rows, "registre")


def _cut_accounts(request: HttpRequest) -> tuple[AccountsForm, QuerySet[Account]]:
    form = AccountsForm(request.GET)
    asked = chosen(form)
    rows = accounts_audited_by(request.user)
    if article := request.GET.get("article"):
        rows = rows.filter(resource__code=article)
    if asked["sort"]:
        rows = rows.filter(sort=asked["sort"])
    if asked["place"]:
        rows = rows.filter(code__endswith=f":{asked['place'].strip().upper()}")
    return form, rows


def accounts(request: HttpRequest) -> HttpResponse:
    """List the accounts of an article, or of all."""
    form, rows = _cut_accounts(request)
    page = paged(request, rows)
    total = rows.order_by().aggregate(number=Count("id"), total=Sum("balance"))
    shown = cells.table(
        cells.account_cells(names_of_places(row.code for row in page)),
        page,
        caption=_("Comptes"),
        empty=_("Aucun compte de cette sorte."),
        csv=reverse("audit-accounts-csv") + f"?{request.GET.urlencode()}",
    )
    article = resources_audited_by(request.user).filter(code=request.GET.get("article", "")).first()
    return show(
        request,
        "audit/accounts.html",
        title=_("Comptes"),
        crumbs=audit_crumbs(_ledger_crumb()),
        form=form,
        article=article,
        number=total["number"],
        table=shown,
    )


def accounts_csv(request: HttpRequest) -> HttpResponse:
    """Give these accounts as a file."""
    rows = list(_cut_accounts(request)[1][: cells.LONGEST_FILE])
    return cells.file(cells.account_cells(names_of_places(row.code for row in rows)), rows, "comptes")


def _account(request: HttpRequest, ledger_account_id: UUID) -> Account:
    return get_object_or_404(accounts_audited_by(request.user), public_id=ledger_account_id)


def _through(account: Account) -> QuerySet[Transfer]:
    rows = transfers_through(account.resource.code, account.code)
    return rows.select_related("resource", "source", "target", "reverses")


def account(request: HttpRequest, ledger_account_id: UUID) -> HttpResponse:
    """Show what came into one account and what went out."""
    found = _account(request, ledger_account_id)
    page = paged(request, _through(found))
    names = names_of_places({found.code, *cells.page_codes(page)})
    shown = cells.table(
        cells.transfer_cells(names, found),
        page,
        caption=_("Écritures du compte"),
        empty=_("Aucune écriture."),
        csv=reverse("audit-account-csv", args=[ledger_account_id]),
    )
    return show(
        request,
        "audit/account.html",
        title=words.place_word(found.code, names[found.code]),
        crumbs=audit_crumbs(_ledger_crumb(), crumb(_("Comptes"), reverse("audit-accounts"))),
        account=found,
        balance=cells.amount_word(found.balance, found.resource.unit),
        table=shown,
    )


def account_csv(request: HttpRequest, ledger_account_id: UUID) -> HttpResponse:
    """Give the transfers of one account."""
    found = _account(request, ledger_account_id)
    rows = list(_through(found)[: cells.LONGEST_FILE])
    return cells.file(cells.transfer_cells(_names(rows), found), rows, "ecritures")


def _names(rows: Any) -> dict[str, str]:
    return names_of_places(cells.page_codes(rows))


def _cut_transfers(request: HttpRequest) -> QuerySet[Transfer]:
    rows = transfers_audited_by(request.user)
    reference = request.GET.get("reference")
    return rows.filter(reference=reference) if reference else rows


def transfers(request: HttpRequest) -> HttpResponse:
    """List the transfers, of one reference or all."""
    page = paged(request, _cut_transfers(request))
    shown = cells.table(
        cells.transfer_cells(_names(page)),
        page,
        caption=_("Écritures"),
        empty=_("Aucune écriture de cette référence."),
        csv=reverse("audit-transfers-csv") + f"?{request.GET.urlencode()}",
    )
    return show(
        request,
        "audit/transfers.html",
        title=_("Écritures"),
        crumbs=audit_crumbs(_ledger_crumb()),
        reference=request.GET.get("reference", ""),
        table=shown,
    )


def transfers_csv(request: HttpRequest) -> HttpResponse:
    """Give these transfers as a file."""
    rows = list(_cut_transfers(request)[: cells.LONGEST_FILE])
    return cells.file(cells.transfer_cells(_names(rows)), rows, "ecritures")
