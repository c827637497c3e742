"""What waits for a school: goods at the door, families that come today, credit that ends."""

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cartable.accounts.enums import Right
from cartable.accounts.models import User
from cartable.equipment.enums import AppointmentState, HandoverState, ShipmentState
from cartable.equipment.models import Handover, Shipment
from cartable.equipment.queries import (
    appointments_visible_to,
    handovers_visible_to,
    school_stock,
    shipments_visible_to,
)
from cartable.foundation import clock
from cartable.web.gate.reach import Place, hands_over_in, places
from cartable.web.home.tiles import Tile


WARNED_BEFORE = timedelta(days=7)
ON_THE_WAY = (ShipmentState.PREPARED, ShipmentState.SENT)


def tiles(user: User) -> Iterable[Tile]:
    """Give the shipments to receive, the gates with families or stock, the credits that end."""
    yield from _to_receive(user)
    for place in places(user):
        yield from _gate(user, place)
    yield from _credits(user)


def to_receive(user: User) -> QuerySet[Shipment]:
    """Give the shipments whose count the user may confirm."""
    scope = user.scope
    receives = scope.schools_with.get(Right.RECEIVE.value, frozenset())
    rows = shipments_visible_to(user).filter(state__in=ON_THE_WAY).order_by("planned_on", "number")
    return rows.filter(to_school__in=receives) | rows.filter(to_circonscription__in=scope.circonscription_ids)


def _to_receive(user: User) -> Iterable[Tile]:
    found = list(to_receive(user)[:20])
    if found:
        yield Tile(
            title=ngettext("livraison à confirmer", "livraisons à confirmer", len(found)),
            text=_("Comptez ce qui arrive, puis confirmez : %(number)s.") % {"number": found[0].number},
            url=reverse("shipment-receive", args=[found[0].public_id]),
            weight=5,
            number=len(found),
            action=_("Confirmer la réception"),
        )


def _gate(user: User, place: Place) -> Iterable[Tile]:
    today = _appointments_today(user, place)
    stock = sum(row.quantity for row in school_stock(place.school, place.operation))
    if today:
        yield Tile(
            title=ngettext("rendez-vous aujourd'hui", "rendez-vous aujourd'hui", today),
            text=_("%(operation)s : les familles viennent chercher leur article.")
            % {"operation": place.operation.name},
            url=place.url(),
            weight=8,
            number=today,
            action=_("Ouvrir la page de remise"),
        )
    elif stock:
        yield Tile(
            title=ngettext("article à remettre", "articles à remettre", stock),
            text=_("%(operation)s : planifiez les rendez-vous, ou remettez dès maintenant.")
            % {"operation": place.operation.name},
            url=place.url(),
            weight=16,
            number=stock,
            action=_("Ouvrir la page de remise"),
        )


def _appointments_today(user: User, place: Place) -> int:
    zone = ZoneInfo(place.school.department.time_zone)
    begins = datetime.combine(clock.today(zone.key), time.min, zone)
    rows = appointments_visible_to(user).filter(
        school=place.school,
        operation=place.operation,
        state=AppointmentState.PLANNED,
        starts_at__gte=begins,
        starts_at__lt=begins + timedelta(days=1),
    )
    return rows.count()


def ending_credits(user: User) -> QuerySet[Handover]:
    """Give the cards in hands whose credit ends within a week, the first to end at the head."""
    today = clock.today()
    rows = handovers_visible_to(user).filter(school__in=hands_over_in(user), state=HandoverState.DONE)
    rows = rows.filter(asset__data_line__credit_valid_until__range=(today, today + WARNED_BEFORE))
    rows = rows.exclude(pupil=None).select_related("asset__data_line")
    return rows.order_by("asset__data_line__credit_valid_until", "id")


def _credits(user: User) -> Iterable[Tile]:
    count = ending_credits(user).count() if hands_over_in(user) else 0
    if count:
        yield Tile(
            title=ngettext("crédit finit dans 7 jours", "crédits finissent dans 7 jours", count),
            text=_("Prévenez les familles : après cette date, la carte ne donne plus accès à Internet."),
            url=reverse("credits"),
            weight=9,
            number=count,
            action=_("Voir les familles à prévenir"),
        )
