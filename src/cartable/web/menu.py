"""The main menu: one list, of which each person sees the pages that open to him."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cartable.web.register import may_open


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the menu: a page of the register, by name."""

    label: str | Promise
    page: str


# A page family appends its lines here, in the order of the work; a page that takes an object has no place in it.
MENU: list[Entry] = [
    Entry(_("Accueil"), "home"),
    Entry(_("Opérations"), "operations"),
    Entry(_("Enquêtes"), "answers"),
    Entry(_("Élèves"), "pupils-schools"),
    Entry(_("Remises"), "gates"),
    Entry(_("Prêts"), "loans-schools"),
    Entry(_("Conventions"), "agreements"),
    Entry(_("Crédits"), "money"),
    Entry(_("Vos financements"), "borne"),
    Entry(_("Partages de crédits"), "splits-index"),
    Entry(_("Simulations"), "scenarios"),
    Entry(_("Délégations"), "delegations"),
    Entry(_("Invitations"), "invitations"),
    Entry(_("Comptes"), "accounts"),
    Entry(_("Contrôle"), "audit"),
    Entry(_("Établissements"), "schools"),
]


def entries(user: Any, current_path: str) -> list[dict[str, Any]]:
    """Give the lines that open to `user`, the one of the current page marked."""
    shown = [(entry.label, reverse(entry.page)) for entry in MENU if may_open(user, entry.page)]
    return [{"label": label, "url": url, "current": _within(current_path, url)} for label, url in shown]


def _within(current_path: str, url: str) -> bool:
    return current_path == url if url == reverse("home") else current_path.startswith(url)
