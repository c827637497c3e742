"""What waits for a person about accounts."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cartable.accounts.access import access_counts, departments_to_invite
from cartable.accounts.enums import Audience, Right, Role
from cartable.accounts.models import User
from cartable.accounts.queries import letters_to_print
from cartable.web.home.tiles import Tile


def tiles(user: User) -> Iterator[Tile]:
    """Give the letters to print, the schools to let in, and the way to lend rights."""
    roles = user.scope.roles
    if roles & {Role.EQUIPMENT, Role.CIRCONSCRIPTION, Role.ADMINISTRATOR}:
        yield from _letters(user)
    if Role.EQUIPMENT in roles:
        yield from _to_invite(user)
    if user.scope.schools_with.get(Right.HEAD):
        yield Tile(
            _("Confier des droits à un collègue"),
            _(
                "Un CPE, un secrétaire ou un enseignant peut repérer les élèves ou remettre le matériel à votre place."
            ),
            reverse("delegations"),
            weight=70,
        )
    if Role.ADMINISTRATOR in roles:
        yield Tile(
            _("Comptes"),
            _("Ouvrir un compte, donner un droit, y mettre fin."),
            reverse("accounts"),
            weight=60,
        )


def _letters(user: User) -> Iterator[Tile]:
    if count := letters_to_print(user).count():
        yield Tile(
            ngettext("lettre d'accès à imprimer", "lettres d'accès à imprimer", count),
            _("Elles contiennent le code de ceux qui n'ont pas d'adresse électronique."),
            reverse("invitations"),
            weight=25,
            number=count,
            action=_("Voir les lettres"),
        )


def _to_invite(user: User) -> Iterator[Tile]:
    asked = {Audience.COLLEGES, Audience.CIRCONSCRIPTIONS}
    counts = [c for place in departments_to_invite(user) for c in access_counts(place) if c.audience in asked]
    if without := sum(c.without for c in counts):
        yield Tile(
            ngettext(
                "établissement ou circonscription sans accès",
                "établissements et circonscriptions sans accès",
                without,
            ),
            _("Un lien ou une lettre leur ouvre Cartable, en une seule fois pour tout le département."),
            reverse("invitations"),
            weight=30,
            number=without,
            action=_("Ouvrir les accès"),
        )
