"""What other funders await from the person's own body: on her home page and above her lists of money."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from cartable.accounts.models import User
from cartable.funding.models import AwaitedPart
from cartable.funding.queries import parts_awaited_from
from cartable.funding.rules import show as euros
from cartable.funding.words import awaited
from cartable.web.funding.reach import commitment_url
from cartable.web.funding.words import day
from cartable.web.home.tiles import Tile
from cartable.web.table import Column, Table, link


def awaited_table(user: User) -> Table | None:
    """List the proposals that await a part from the bodies that the person decides for; None where none does."""
    rows = list(parts_awaited_from(user))
    if not rows:
        return None
    return Table(
        caption=_("On attend votre part"),
        columns=[
            Column(_("Objet"), _subject, heads=True),
            Column(_("Organisme attendu"), lambda one: one.body.name),
            Column(_("Porteur"), lambda one: one.commitment.bearer.name),
            Column(_("Proposé le"), lambda one: day(one.commitment.decided_on)),
            Column(_("Part"), lambda one: one.get_share_display()),
            Column(_("Montant attendu"), lambda one: euros(one.amount_cents), numeric=True),
        ],
        rows=rows,
    )


def _subject(one: AwaitedPart) -> Any:
    return link(one.commitment.subject, commitment_url(one.commitment))


def awaited_tiles(user: User) -> Iterable[Tile]:
    """Give the first parts that are awaited, as things to do."""
    for one in parts_awaited_from(user)[:3]:
        yield Tile(
            title=_("On attend votre part : %(subject)s") % {"subject": one.commitment.subject},
            text=_("Attendu de %(awaited)s") % {"awaited": awaited([one])},
            url=commitment_url(one.commitment),
            weight=13,
            action=_("Voir l'engagement"),
        )
