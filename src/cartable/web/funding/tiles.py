"""What waits for a person about money, and the way to it."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from cartable.accounts.models import User
from cartable.foundation import clock
from cartable.funding.enums import CommitmentState
from cartable.funding.models import Commitment
from cartable.funding.queries import envelopes_run_by, envelopes_visible_to, proposals_waiting
from cartable.funding.queries.pieces import announced_from
from cartable.web.funding.awaited import awaited_tiles
from cartable.web.funding.borne import borne_by, totals_of
from cartable.web.funding.reach import commitment_url, notification_url
from cartable.web.funding.words import day
from cartable.web.home.tiles import TO_READ, Tile
from cartable.web.register import may_open


def tiles(user: User) -> Iterable[Tile]:
    """Give what to confirm and to notify, what to justify, and a way to the money in reach."""
    if may_open(user, "money") and envelopes_visible_to(user).exists():
        yield from _to_decide(user)
        yield Tile(
            title=_("Où est l'argent"),
            text=_("Plafonds, délégué, engagé, payé, justifié, reste : à toute date."),
            url=reverse("money"),
            weight=TO_READ,
        )
    if may_open(user, "commitment-join"):
        yield from awaited_tiles(user)
    if may_open(user, "borne"):
        yield from _borne(user)


def _to_decide(user: User) -> Iterable[Tile]:
    """Give what waits for this person's decision: what she proposed herself waits for another."""
    mine = envelopes_run_by(user)
    for one in proposals_waiting(mine).exclude(proposed_by=user)[:3]:
        yield Tile(
            title=_("Confirmer : %(subject)s") % {"subject": one.subject},
            text=_("Engagement proposé pour %(bearer)s, en attente d'une seconde personne.")
            % {"bearer": one.bearer.name},
            url=commitment_url(one),
            weight=12,
            action=_("Voir l'engagement"),
        )
    for one in announced_from(mine)[:3]:
        yield Tile(
            title=_("Notifier des crédits à %(holder)s") % {"holder": one.target.holder.name},
            text=_("Annoncés le %(day)s ; l'argent ne bouge qu'à la notification.")
            % {"day": day(one.announced_on)},
            url=notification_url(one),
            weight=18,
        )


def _borne(user: User) -> Iterable[Tile]:
    running = list(borne_by(user).filter(state=CommitmentState.COMMITTED)[:50])
    stages = totals_of(running)
    to_justify = [one for one in running if stages[one.pk].settled]
    if to_justify:
        yield _to_justify(to_justify)
    elif borne_by(user).exists():
        yield Tile(
            title=_("Vos financements"),
            text=_("Ce qui vous est accordé, ce qui est payé, vos factures."),
            url=reverse("borne"),
            weight=TO_READ,
        )


def _to_justify(found: list[Commitment]) -> Tile:
    days = [one.justify_by for one in found if one.justify_by]
    first = min(days) if days else None
    late = first is not None and first < clock.today()
    return Tile(
        title=_("Financements à justifier"),
        text=_("Déclarez vos factures avant le %(day)s.") % {"day": day(first)}
        if first
        else _("Déclarez vos factures : ce qui est payé doit être justifié."),
        url=reverse("borne"),
        number=len(found),
        weight=10 if late else 25,
        action=_("Voir ce qui est à justifier"),
    )
