"""The letters with a one-use code, as the printing room takes them."""

from collections.abc import Iterable
from typing import Protocol
from zoneinfo import ZoneInfo

from django.conf import settings

from cartable.accounts.models import Assignment, Invitation
from cartable.documents.data import InvitationLetter, Party, Sheet
from cartable.foundation import clock
from cartable.territories.models import School


class Sender(Protocol):
    """Whose letters they are: a body, or a circonscription."""

    name: str
    phone: str
    email: str


def letters(invitations: Iterable[Invitation], *, issuer: Sender, operation: str) -> list[InvitationLetter]:
    """Give one letter for each invitation, with the postal address of the place that its account leads."""
    invitations = list(invitations)
    held = Assignment.objects.filter(user__in=[way_in.user_id for way_in in invitations])
    held = held.select_related("school__commune", "school__department", "circonscription__department")
    place_of = {right.user_id: right.place for right in held}
    contact = _party(issuer) if issuer.phone or issuer.email else None
    return [_letter(way_in, place_of.get(way_in.user_id), operation, contact) for way_in in invitations]


def sheet(issuer: Sender) -> Sheet:
    """Give what all letters of a body share."""
    return Sheet(
        issuer=_party(issuer),
        made_on=clock.today(),
        source="annuaire de l'éducation",
    )


def _party(body: Sender) -> Party:
    return Party(body.name, phone=body.phone, email=body.email)


def _letter(way_in: Invitation, place: object, operation: str, contact: Party | None) -> InvitationLetter:
    department = getattr(place, "department", None)
    zone = ZoneInfo(department.time_zone if department else "Europe/Paris")
    return InvitationLetter(
        recipient=Party(way_in.user.display_name, _address(place)),
        account=f"{way_in.user.display_name} (identifiant : {_printed(way_in.user.identifier)})",
        operation=operation,
        address_to_type=f"{settings.PUBLIC_ADDRESS}/acces",
        code=way_in.letter_code,
        valid_until=way_in.expires_at.astimezone(zone),
        contact=contact,
    )


def _printed(identifier: str) -> str:
    """Write a school's code as everybody knows it; at the door, capitals do not matter."""
    return identifier if "@" in identifier else identifier.upper()


def _address(place: object) -> tuple[str, ...]:
    """Give the lines of the address of a school; the directory has none for a circonscription."""
    if not isinstance(place, School):
        return ()
    town = f"{place.postcode} {place.commune.name if place.commune else ''}".strip().upper()
    return tuple(line for line in (place.address_1, place.address_2, place.address_3, town) if line)
