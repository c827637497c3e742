"""Forms about families: they parse, the actions decide."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.pupils.actions.families import PLACE
from cartable.pupils.enums import ASKED_NOW, LEVELS, OTHER_LEVEL, Capacity, HomeKind, NeedKind
from cartable.pupils.inputs import FamilyInput, GuardianInput, HomeInput, NeedInput, PupilInput
from cartable.pupils.models import Guardian, Home, Pupil
from cartable.territories.enums import SchoolKind
from cartable.territories.models import School
from cartable.web.forms import DateField, Form, UploadField
from cartable.web.pupils.marks import CONNECTIONS, SIM


MEGABYTE = 1024 * 1024
TITLES = (_("L'enfant"), _("Deuxième enfant"), _("Troisième enfant"), _("Quatrième enfant"))
CHILDREN = len(TITLES)
FEWEST_ADULTS = 2
LISTS = (".xml", ".zip", ".csv", ".gz", ".xlsx", ".ods", ".txt")
IN_AREA = (("unknown", _("pas su")), ("true", _("oui")), ("false", _("non")))
CAPACITIES = [choice for choice in Capacity.choices if choice[0] != Capacity.SELF]
TICKED = [(kind.value, kind.label) for kind in ASKED_NOW if kind != NeedKind.CONNECTION]
_LEVELS_OF = {
    SchoolKind.ECOLE: LEVELS[:11],
    SchoolKind.COLLEGE: ("6E", "5E", "4E", "3E", "SEGPA", "ULIS", "UPE2A"),
    SchoolKind.LYCEE: ("2NDE", "1RE", "TLE", "CAP", "BTS", "3E", "ULIS", "UPE2A"),
}


def level_choices(school: School) -> list[tuple[str, Any]]:
    """Give the levels that the school may have."""
    levels = _LEVELS_OF.get(SchoolKind(school.kind), LEVELS)
    return [("", "—"), *((level, level) for level in levels), (OTHER_LEVEL, _("autre"))]


def _text(label: Any, *, longest: int = 80, required: bool = False, **attrs: str) -> forms.CharField:
    widget = forms.TextInput(attrs={"autocomplete": "off", **attrs})
    return forms.CharField(label=label, max_length=longest, required=required, widget=widget)


def _phone() -> forms.CharField:
    return _text(_("Téléphone"), longest=30, inputmode="tel")


def _priority_area() -> forms.NullBooleanField:
    field = forms.NullBooleanField(
        label=_("En quartier prioritaire (QPV)"),
        help_text=_("Sans réponse, le foyer est compté hors QPV."),
    )
    field.widget.choices = IN_AREA
    return field


class ListsForm(Form):
    """One or two lists of a school."""

    first = UploadField(
        label=_("Liste des élèves, ou des responsables"), suffixes=LISTS, max_bytes=20 * MEGABYTE
    )
    second = UploadField(
        label=_("L'autre liste, si vous l'avez"), suffixes=LISTS, max_bytes=20 * MEGABYTE, required=False
    )


class FamilyForm(Form):
    """A family in one short form: up to four children, one telephone, and the rest only where it is known."""

    last_name = _text(_("Nom de famille"), required=True, autofocus="", autocapitalize="words")
    phone = _phone()
    adult_name = _text(_("Nom du responsable, s'il est différent"), autocapitalize="words")
    adult_first_name = _text(_("Prénom du responsable"), autocapitalize="words")
    email = _text(_("Adresse électronique"), longest=254, inputmode="email")
    kind = forms.ChoiceField(label=_("Type de domicile"), choices=HomeKind.choices, required=False)
    address = _text(_("Adresse"), longest=200)
    postcode = _text(_("Code postal"), longest=10, inputmode="numeric")
    city = _text(_("Commune"))
    undisclosed = forms.BooleanField(label=_("Adresse à ne pas communiquer"), required=False)
    in_priority_area = _priority_area()
    second_phone = _phone()
    second_name = _text(_("Nom du responsable"), autocapitalize="words")
    second_address = _text(_("Adresse"), longest=200)
    second_postcode = _text(_("Code postal"), longest=10, inputmode="numeric")
    second_city = _text(_("Commune"))
    second_undisclosed = forms.BooleanField(label=_("Adresse à ne pas communiquer"), required=False)

    FIRST = ("phone", "adult_name", "adult_first_name", "email")
    SECOND = (
        "second_phone",
        "second_name",
        "second_address",
        "second_postcode",
        "second_city",
        "second_undisclosed",
    )

    def __init__(self, *args: Any, school: School, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, CHILDREN + 1):
            self.fields |= child_fields(number, school)

    def children(self) -> Iterator[tuple[Any, list[Any]]]:
        """Give the title and the fields of each child."""
        for number, title in enumerate(TITLES, 1):
            yield title, [self[f"{name}_{number}"] for name in CHILD]

    def clean(self) -> dict[str, Any]:
        """Ask for the first name and level of each child about whom something is said."""
        given = self.cleaned_data
        for number in range(1, CHILDREN + 1):
            said = any(given.get(f"{name}_{number}") for name in CHILD)
            if number > 1 and not said:
                continue
            for name, sentence in MISSING.items():
                if not given.get(f"{name}_{number}") and f"{name}_{number}" not in self.errors:
                    self.add_error(f"{name}_{number}", sentence)
        return given

    def family(self) -> FamilyInput:
        """Give the family as the action takes it."""
        given = self.cleaned_data
        numbers = [n for n in range(1, CHILDREN + 1) if given.get(f"first_name_{n}")]
        return FamilyInput(tuple(self._pupil(n) for n in numbers), tuple(self._homes()))

    def _pupil(self, number: int) -> PupilInput:
        given = self.cleaned_data
        return PupilInput(
            last_name=given[f"other_name_{number}"] or given["last_name"],
            first_name=given[f"first_name_{number}"],
            level=given[f"level_{number}"],
            birth_date=given[f"birth_date_{number}"],
            lacks=tuple(needs_of(given[f"lacks_{number}"], given[f"connection_{number}"])),
        )

    def _homes(self) -> Iterator[HomeInput]:
        given = self.cleaned_data
        adult = GuardianInput(
            last_name=given["adult_name"] or given["last_name"],
            first_name=given["adult_first_name"],
            phone=given["phone"],
            email=given["email"],
        )
        known = any(given[name] for name in self.FIRST)
        placed = given["in_priority_area"] is not None
        if known or placed or given["address"] or given["kind"] != HomeKind.FAMILY:
            place = {name: given[name] for name in PLACE}
            yield HomeInput(**place, guardians=(adult,) if known else ())
        if any(given[name] for name in self.SECOND):
            second = GuardianInput(last_name=given["second_name"], phone=given["second_phone"])
            yield HomeInput(
                address=given["second_address"],
                postcode=given["second_postcode"],
                city=given["second_city"],
                undisclosed=given["second_undisclosed"],
                guardians=(second,) if second.last_name or second.phone else (),
            )


MISSING = {"first_name": _("Indiquez le prénom."), "level": _("Choisissez le niveau.")}
CHILD = ("first_name", "level", "lacks", "connection", "birth_date", "other_name")


def child_fields(number: int, school: School) -> dict[str, forms.Field]:
    """Give the fields of one child."""
    fields: dict[str, forms.Field] = {
        "first_name": _text(_("Prénom"), autocapitalize="words"),
        "level": forms.ChoiceField(label=_("Niveau"), choices=level_choices(school), required=False),
        **need_fields(),
        "birth_date": DateField(label=_("Date de naissance, si vous l'avez"), required=False),
        "other_name": _text(_("Son nom de famille, s'il est différent"), autocapitalize="words"),
    }
    for name, sentence in MISSING.items():
        fields[name].required = number == 1
        fields[name].error_messages["required"] = sentence
    return {f"{name}_{number}": fields[name] for name in CHILD}


def need_fields() -> dict[str, forms.Field]:
    """Give the two fields that say what lacks."""
    return {
        "lacks": forms.MultipleChoiceField(
            label=_("Ce qui manque"), choices=TICKED, required=False, widget=forms.CheckboxSelectMultiple
        ),
        "connection": forms.ChoiceField(
            label=_("Connexion"),
            choices=CONNECTIONS,
            required=False,
            help_text=_("Carte SIM si un appareil du foyer l'accepte, sinon clé 4G."),
        ),
    }


def needs_of(lacks: Iterable[str], connection: str) -> Iterator[NeedInput]:
    """Give what the two fields say."""
    if connection:
        yield NeedInput(NeedKind.CONNECTION.value, connection == SIM)
    yield from (NeedInput(kind) for kind in lacks)


class PupilForm(Form):
    """Who a pupil is."""

    last_name = _text(_("Nom de famille"), required=True)
    usage_name = _text(_("Nom d'usage"))
    first_name = _text(_("Prénom"), required=True)
    birth_date = DateField(label=_("Date de naissance"), required=False)
    level = forms.ChoiceField(label=_("Niveau"))
    class_label = _text(_("Classe"), longest=40)

    def __init__(self, *args: Any, pupil: Pupil, **kwargs: Any) -> None:
        known = {name: getattr(pupil, name) for name in self.base_fields}
        super().__init__(*args, initial=known, **kwargs)
        choices = level_choices(pupil.school)[1:]
        if pupil.level not in dict(choices):
            choices.insert(0, (pupil.level, pupil.level))
        self.fields["level"].choices = choices

    def pupil(self) -> PupilInput:
        """Give the pupil as the action takes it."""
        return PupilInput(**self.cleaned_data)


class HomeForm(Form):
    """A home and its adults, with room for one more. Brothers and sisters share it, and so they do its correction."""

    kind = forms.ChoiceField(label=_("Type de domicile"), choices=HomeKind.choices)
    address = _text(_("Adresse"), longest=200)
    postcode = _text(_("Code postal"), longest=10, inputmode="numeric")
    city = _text(_("Commune"))
    undisclosed = forms.BooleanField(
        label=_("Adresse à ne pas communiquer"),
        required=False,
        help_text=_("Elle ne sera imprimée sur aucun papier."),
    )
    in_priority_area = _priority_area()
    only_this_pupil = forms.BooleanField(label=_("Seulement pour cet élève"), required=False)

    ADULT = ("capacity", "last_name", "first_name", "phone", "email")

    def __init__(
        self, *args: Any, home: Home | None = None, shared: Iterable[str] = (), **kwargs: Any
    ) -> None:
        self.adults: list[Guardian] = list(home.guardians.order_by("rank", "id")) if home else []
        super().__init__(*args, initial=_known(home, self.adults) if home else {}, **kwargs)
        names = ", ".join(shared)
        if names:
            said = _("Sinon le changement vaut aussi pour %(names)s.") % {"names": names}
            self.fields["only_this_pupil"].help_text = said
        else:
            del self.fields["only_this_pupil"]
        self.numbers = range(max(FEWEST_ADULTS, len(self.adults) + 1))
        for number in self.numbers:
            self.fields |= adult_fields(number)

    def parts(self) -> Iterator[tuple[Any, list[Any]]]:
        """Give the fields by fieldset: the place, then each adult."""
        adults = {f"{name}_{n}" for name in self.ADULT for n in self.numbers}
        yield _("Domicile"), [self[name] for name in self.fields if name not in adults]
        for number in self.numbers:
            title = _("Responsable %(number)s") % {"number": number + 1}
            yield title, [self[f"{name}_{number}"] for name in self.ADULT]

    def home(self) -> HomeInput:
        """Give the home as the action takes it."""
        given = self.cleaned_data
        adults = [
            GuardianInput(**{name: given[f"{name}_{n}"] for name in self.ADULT}, id=self._id(n))
            for n in self.numbers
        ]
        place = {name: given[name] for name in PLACE}
        return HomeInput(**place, guardians=tuple(each for each in adults if each.id or not each.empty))

    def _id(self, number: int) -> UUID | None:
        return self.adults[number].public_id if number < len(self.adults) else None


def adult_fields(number: int) -> dict[str, forms.Field]:
    """Give the fields of one adult of a home."""
    fields = {
        "capacity": forms.ChoiceField(label=_("Qualité"), choices=CAPACITIES),
        "last_name": _text(_("Nom")),
        "first_name": _text(_("Prénom")),
        "phone": _phone(),
        "email": _text(_("Adresse électronique"), longest=254, inputmode="email"),
    }
    return {f"{name}_{number}": field for name, field in fields.items()}


def _known(home: Home, adults: list[Guardian]) -> dict[str, Any]:
    known = {name: getattr(home, name) for name in PLACE}
    for number, adult in enumerate(adults):
        known |= {f"{name}_{number}": getattr(adult, name) for name in HomeForm.ADULT}
    return known


class LeftForm(Form):
    """The day a pupil left."""

    on = DateField(label=_("Parti le"))
