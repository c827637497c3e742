"""Forms at the gate: a number, who receives, what was signed. They parse, the actions decide."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cartable.equipment.copies import adults_of, homes_of, name_of
from cartable.equipment.enums import Condition, IncidentKind, Proof, Receiver
from cartable.operations.enums import Good, Mode
from cartable.pupils.enums import Capacity
from cartable.pupils.models import Guardian, Home, Pupil
from cartable.web.forms import DateField, Form, ToggleField, key_field


RECEIVERS = {
    Capacity.LEGAL_GUARDIAN: Receiver.LEGAL_GUARDIAN,
    Capacity.PLACEMENT_SERVICE: Receiver.PLACEMENT,
    Capacity.OTHER: Receiver.AUTHORISED_ADULT,
}
OF_ADULTS = [
    (Receiver.ADULT_PUPIL.value, _("L'élève, majeur")),
    (Receiver.AUTHORISED_ADULT.value, _("Un adulte que l'élève a désigné")),
]
OF_CHILDREN = [
    (Receiver.LEGAL_GUARDIAN.value, _("Un autre responsable légal")),
    (Receiver.AUTHORISED_ADULT.value, _("Un autre adulte, autorisé par la famille (tante, voisin…)")),
    (Receiver.PLACEMENT.value, _("Le service ou la famille d'accueil")),
]


@dataclass(frozen=True, slots=True)
class Option:
    """A sort of thing with what is signed for it."""

    good: str
    proof: str

    @property
    def value(self) -> str:
        return f"{self.good}:{self.proof}"

    @property
    def label(self) -> str:
        mode = Mode.LENT if self.proof == Proof.AGREEMENT else Mode.GIVEN
        return f"{sort_label(self.good, mode)} : {Proof(self.proof).label}"


def sort_label(good: str, mode: str) -> str:
    """Name a sort of thing with its mode: "Tablette (prêt)"; a noun agrees with every article."""
    return f"{capfirst(Good(good).label)} ({_('prêt') if mode == Mode.LENT else _('don')})"


def number_field() -> forms.CharField:
    """Give the field that a scanner types into: digits, then Enter."""
    marks = {"autofocus": True, "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
    return forms.CharField(
        label=_("Numéro de l'article"),
        max_length=60,
        help_text=_("Scannez le code-barres, ou tapez le numéro imprimé sur la carte ou l'appareil."),
        widget=forms.TextInput(attrs=marks),
    )


class _ScannedForm(Form):
    """A form that a scanner fills: a refused number leaves its field empty and ready, and the sentence quotes it."""

    scanned = "number"

    @property
    def keeps_focus(self) -> bool:
        return self.scanned in self.errors

    def add_error(self, field: str | None, error: Any) -> None:
        super().add_error(field, error)
        if field == self.scanned:
            self.data = {name: self.data.get(name) for name in self.data} | {self.scanned: ""}


class HandForm(_ScannedForm):
    """One thing for one need."""

    number = number_field()
    receiver = forms.ChoiceField(label=_("Qui reçoit et signe ?"), widget=forms.RadioSelect)
    receiver_name = forms.CharField(
        label=_("Nom de cette personne, si elle n'est pas dans la liste"), max_length=120, required=False
    )
    home = forms.ChoiceField(
        label=_("Pour quel domicile ?"), widget=forms.RadioSelect, required=False, choices=()
    )
    proof = forms.ChoiceField(label=_("Ce qui est remis et signé"), widget=forms.RadioSelect)
    due_on = DateField(label=_("À rendre le (prêt)"), required=False)
    key = key_field()

    def __init__(self, *args: Any, pupil: Pupil, options: Sequence[Option], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.pupil = pupil
        self.options = {option.value: option for option in options}
        self.homes = homes_of(pupil)
        self.people = {} if pupil.adult else people_of(self.homes)
        self._ask_who()
        self._ask_home()
        self._ask_what()

    def _ask_who(self) -> None:
        known = [(key, f"{name_of(one)}, {one.get_capacity_display()}") for key, one in self.people.items()]
        others = OF_ADULTS if self.pupil.adult else OF_CHILDREN
        self.fields["receiver"].choices = [*known, *others]
        if self.pupil.adult or len(known) == 1:
            self.fields["receiver"].initial = self.fields["receiver"].choices[0][0]

    def _ask_home(self) -> None:
        if len(self.homes) < 2 or self.pupil.adult:
            del self.fields["home"]
            return
        choices = [(str(home.public_id), home_label(home, rank)) for rank, home in enumerate(self.homes, 1)]
        self.fields["home"].choices = choices
        self.fields["home"].help_text = _("À dire si la personne n'est pas dans la liste ci-dessus.")

    def _ask_what(self) -> None:
        field = self.fields["proof"]
        field.choices = [(value, option.label) for value, option in self.options.items()]
        last = self.initial.pop("proof", "")
        field.initial = last if last in self.options else next(iter(self.options))
        if len(self.options) == 1:
            field.widget = forms.HiddenInput()
        if not any(option.proof == Proof.AGREEMENT for option in self.options.values()):
            del self.fields["due_on"]

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "home" in self.fields and given.get("receiver") not in (None, *self.people):
            if not given.get("home"):
                self.add_error("home", _("Dites pour quel domicile : la personne n'est pas dans la liste."))
        return given

    def arguments(self) -> dict[str, Any]:
        """Give what the action takes."""
        given = self.cleaned_data
        option = self.options[given["proof"]]
        known = self.people.get(given["receiver"])
        home = known.home.public_id if known else given.get("home") and UUID(given["home"])
        return {
            "key": given["key"],
            "number": given["number"],
            "good": option.good,
            "proof": option.proof,
            "receiver": RECEIVERS[Capacity(known.capacity)] if known else given["receiver"],
            "receiver_name": name_of(known) if known else given["receiver_name"],
            "home_id": home or None,
            "due_on": given.get("due_on") if option.proof == Proof.AGREEMENT else None,
        }


def people_of(homes: Sequence[Home]) -> dict[str, Guardian]:
    """Give the adults with a name who may come for a child, by the value of their choice."""
    return {str(one.public_id): one for home in homes for one in adults_of(home) if name_of(one)}


def home_label(home: Home, rank: int) -> str:
    """Name a home by who lives there: no address is shown at the gate."""
    names = " · ".join(filter(None, (name_of(one) for one in adults_of(home))))
    return f"{home.get_kind_display().capitalize()} {rank}{f' : {names}' if names else ''}"


class SwapForm(_ScannedForm):
    """Another thing in place of one that does not work, or is lost."""

    scanned = "new_number"

    new_number = number_field()
    incident = forms.ChoiceField(
        label=_("Qu'est-il arrivé à l'ancien ?"), choices=IncidentKind.choices, widget=forms.RadioSelect
    )
    key = key_field()


class BackForm(Form):
    """What comes back, and whether the pupil leaves."""

    condition = forms.ChoiceField(
        label=_("État de l'article rendu"),
        choices=[choice for choice in Condition.choices if choice[0] != Condition.NEW],
        initial=Condition.GOOD,
        widget=forms.RadioSelect,
    )
    signed = ToggleField(label=_("La restitution est signée"), initial=True)
    leaves = ToggleField(
        label=_("L'élève quitte l'établissement"),
        help_text=_("Son départ est noté aujourd'hui, ses autres besoins sont clos."),
    )


class CancelForm(Form):
    """Why a hand-over was a mistake."""

    reason = forms.CharField(
        label=_("Motif"), max_length=300, help_text=_("En une phrase, sans nom : numéro mal lu, autre élève…")
    )


class ScheduleForm(Form):
    """When families come, one after the other."""

    good = forms.ChoiceField(label=_("Article"))
    day = DateField(label=_("Jour"))
    begins = forms.TimeField(label=_("Première famille à"), widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(
        label=_("Ne plus recevoir après"),
        widget=forms.TimeInput(attrs={"type": "time"}),
        required=False,
        help_text=_("Les familles qui restent attendent un autre jour."),
    )
    minutes_each = forms.IntegerField(label=_("Minutes par famille"), min_value=1, max_value=120, initial=5)

    def __init__(self, *args: Any, goods: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["good"].choices = [(good, Good(good).label) for good in goods]


class TellForm(Form):
    """What families read in the message."""

    place = forms.CharField(label=_("Lieu"), max_length=150, initial=_("accueil de l'établissement"))
    bring = forms.CharField(
        label=_("À apporter"), max_length=150, required=False, initial=_("une pièce d'identité")
    )
