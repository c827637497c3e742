"""The tables of accounts, rights and delegations."""

from typing import Any

from django.core.paginator import Page
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.accounts.access import AccessCount
from cartable.accounts.models import Assignment, RightDelegation, User
from cartable.foundation import clock
from cartable.web.parts import Badge
from cartable.web.table import Column, Table, link


def _day(day: Any) -> str:
    return date_format(day) if day else _("sans fin")


def account_state(user: User) -> Badge:
    """Tell in a word where an account stands."""
    if not user.is_active:
        return Badge(_("fermé"), "error")
    return (
        Badge(_("en service"), "success") if user.has_usable_password() else Badge(_("jamais ouvert"), "info")
    )


def accounts_table(accounts: Page) -> Table:
    """List accounts with their state."""
    return Table(
        caption=_("Comptes"),
        columns=[
            Column(
                _("Nom"), lambda u: link(u.display_name, reverse("account", args=[u.public_id])), heads=True
            ),
            Column(_("Identifiant"), lambda u: u.identifier),
            Column(_("Droits"), lambda u: ", ".join(str(a) for a in u.assignments.all()[:3]) or _("aucun")),
            Column(_("État"), account_state),
        ],
        rows=accounts,
        empty=_("Aucun compte ne correspond à cette recherche."),
    )


def rights_table(assignments: list[Assignment], may_end: bool) -> Table:
    """List the rights of one account; those that hold can be ended."""
    columns = [
        Column(_("Rôle"), lambda a: a.get_role_display(), heads=True),
        Column(_("Périmètre"), lambda a: a.place or a.get_scope_kind_display()),
        Column(_("Depuis le"), lambda a: date_format(a.valid_from)),
        Column(_("Jusqu'au"), lambda a: _day(a.valid_until)),
    ]
    if may_end:
        columns.append(Column(_("Action"), _end_link, acts=True))
    return Table(
        caption=_("Droits"), columns=columns, rows=assignments, empty=_("Aucun droit pour l'instant.")
    )


def _end_link(assignment: Assignment) -> Any:
    if assignment.valid_until is not None and assignment.valid_until < clock.today():
        return Badge(_("terminé"))
    url = reverse("account-right-end", args=[assignment.public_id])
    return link(_("Mettre fin"), url, assignment.get_role_display())


def delegations_table(delegations: list[RightDelegation], may_take_back: bool) -> Table:
    """List lent rights, the open ones first."""
    columns = [
        Column(_("Collègue"), lambda d: d.given_to.display_name, heads=True),
        Column(_("Droit"), lambda d: d.get_right_display()),
        Column(_("Établissement"), lambda d: d.school.name),
        Column(_("Jusqu'au"), lambda d: date_format(d.valid_until)),
        Column(_("État"), delegation_state),
    ]
    if may_take_back:
        columns.append(Column(_("Action"), _take_back_link, acts=True))
    return Table(
        caption=_("Droits confiés"),
        columns=columns,
        rows=delegations,
        empty=_(
            "Vous n'avez confié aucun droit. Un collègue peut repérer les élèves ou remettre le matériel pour vous."
        ),
    )


def delegation_state(delegation: RightDelegation) -> Badge:
    """Tell whether a lent right still holds."""
    if delegation.revoked_at is not None:
        return Badge(_("repris"))
    return Badge(_("en cours"), "success") if delegation.valid_until >= clock.today() else Badge(_("terminé"))


def _take_back_link(delegation: RightDelegation) -> Any:
    if delegation.revoked_at is not None or delegation.valid_until < clock.today():
        return "–"
    url = reverse("delegation-end", args=[delegation.public_id])
    return link(_("Reprendre"), url, f"{delegation.given_to.display_name}, {delegation.get_right_display()}")


def access_table(counts: list[AccessCount]) -> Table:
    """Show who has a way in, audience by audience."""
    return Table(
        caption=_("Qui a un accès"),
        columns=[
            Column(_("Destinataires"), lambda c: c.audience.label, heads=True),
            Column(_("Dans l'annuaire"), lambda c: c.places, numeric=True),
            Column(_("Accès ouvert"), lambda c: c.in_use, numeric=True),
            Column(_("Invités, pas encore venus"), lambda c: c.waiting, numeric=True),
            Column(_("À inviter"), lambda c: c.without, numeric=True),
        ],
        rows=counts,
    )
