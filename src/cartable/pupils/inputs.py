"""What a person gives about a family: plain values, checked once here, as the actions take them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.intake import values
from cartable.intake.cleaning import clean
from cartable.pupils.enums import Capacity, HomeKind, NeedKind


LONGEST = {"name": 80, "address": 200, "city": 80, "class_label": 40, "title": 8}


@dataclass(frozen=True, slots=True)
class NeedInput:
    """Something that lacks; `takes_sim` must be said of a connection: does a device of the home take a SIM card?"""

    kind: str
    takes_sim: bool | None = None


@dataclass(frozen=True, slots=True)
class GuardianInput:
    """An adult of a home; a telephone number alone is enough. With `id`, one who is known: empty, he is removed."""

    last_name: str = ""
    first_name: str = ""
    title: str = ""
    phone: str = ""
    email: str = ""
    capacity: str = Capacity.LEGAL_GUARDIAN
    id: UUID | None = None

    @property
    def empty(self) -> bool:
        """Tell whether nothing is said of him."""
        return not (self.last_name or self.phone or self.email)


@dataclass(frozen=True, slots=True)
class HomeInput:
    """A home with its adults. An empty address is one that the school does not know; so is QPV None."""

    kind: str = HomeKind.FAMILY
    address: str = ""
    postcode: str = ""
    city: str = ""
    undisclosed: bool = False
    in_priority_area: bool | None = None
    guardians: tuple[GuardianInput, ...] = ()


@dataclass(frozen=True, slots=True)
class PupilInput:
    """A pupil and what lacks; `level` is one of `LEVELS`, or is read from `class_label`."""

    last_name: str
    first_name: str
    level: str = ""
    class_label: str = ""
    birth_date: date | None = None
    usage_name: str = ""
    lacks: tuple[NeedInput, ...] = ()


@dataclass(frozen=True, slots=True)
class FamilyInput:
    """Pupils who live together, in one home or two."""

    pupils: tuple[PupilInput, ...]
    homes: tuple[HomeInput, ...] = ()


def checked_need(need: NeedInput) -> NeedInput:
    """Give the need, or refuse a kind that does not exist and a connection that does not say what it takes."""
    if need.kind not in NeedKind.values:
        raise Refused("need_kind", "Ce besoin n'existe pas ; rechargez la page.", "kind")
    if need.kind != NeedKind.CONNECTION:
        return NeedInput(need.kind)
    if need.takes_sim is None:
        raise Refused(
            "takes_sim",
            "Pour une connexion, dites si un appareil du foyer accepte une carte SIM ; sinon ce sera une clé 4G.",
            "takes_sim",
        )
    return need


def checked_needs(needs: tuple[NeedInput, ...] | list[NeedInput]) -> dict[str, bool | None]:
    """Give kind → takes_sim, each kind once."""
    return {need.kind: need.takes_sim for need in map(checked_need, needs)}


def checked_pupil(pupil: PupilInput) -> PupilInput:
    """Give the pupil with clean names, or refuse."""
    names: Any = {
        field: _text(getattr(pupil, field), field, LONGEST["name"])
        for field in ("last_name", "first_name", "usage_name")
    }
    sentences = {
        "last_name": _("Indiquez le nom de l'élève."),
        "first_name": _("Indiquez le prénom de l'élève."),
    }
    for field in sentences:
        if not names[field]:
            raise Refused("name_missing", sentences[field], field)
    if pupil.birth_date:
        check_birth_date(pupil.birth_date)
    label = _text(pupil.class_label, "class_label", LONGEST["class_label"])
    return replace(pupil, **names, class_label=label)


def check_birth_date(day: date) -> None:
    """Refuse a birth date that no pupil can have."""
    if not date(1930, 1, 1) <= day <= clock.today():
        raise Refused("birth_date", "Vérifiez la date de naissance : elle est improbable.", "birth_date")


def checked_home(home: HomeInput) -> HomeInput:
    """Give the home with clean values, or refuse; a home without address keeps none."""
    if home.kind not in HomeKind.values:
        raise Refused("home_kind", "Choisissez le type de domicile.", "kind")
    guardians = tuple(checked_guardian(guardian) for guardian in home.guardians)
    if home.kind == HomeKind.WITHOUT_ADDRESS:
        return HomeInput(home.kind, undisclosed=home.undisclosed, guardians=guardians)
    return replace(
        home,
        address=_text(home.address, "address", LONGEST["address"]),
        postcode=_value(values.postcode, home.postcode, "postcode"),
        city=_text(home.city, "city", LONGEST["city"]),
        guardians=guardians,
    )


def checked_guardian(guardian: GuardianInput) -> GuardianInput:
    """Give the guardian with clean values, or refuse one about whom nothing is said."""
    if guardian.capacity not in Capacity.values:
        raise Refused("capacity", "Choisissez la qualité du responsable.", "capacity")
    checked = replace(
        guardian,
        last_name=_text(guardian.last_name, "guardian_last_name", LONGEST["name"]),
        first_name=_text(guardian.first_name, "guardian_first_name", LONGEST["name"]),
        title=_text(guardian.title, "title", LONGEST["title"]),
        phone=_value(values.phone, guardian.phone, "phone"),
        email=_value(values.email, guardian.email, "email"),
    )
    if checked.empty and not checked.id:
        raise Refused("guardian_empty", "Indiquez au moins le nom ou le téléphone du responsable.", "phone")
    return checked


def _text(text: str, field: str, longest: int) -> str:
    cleaned = clean(text or "")
    if len(cleaned) > longest:
        raise Refused(
            "too_long",
            _("Ce texte dépasse %(longest)s caractères : raccourcissez-le.") % {"longest": longest},
            field,
        )
    return cleaned


def _value(read: Callable[[str], str], text: str, field: str) -> str:
    try:
        return read(text or "")
    except values.BadCell as bad:
        raise Refused("value", bad.sentence, field) from bad
