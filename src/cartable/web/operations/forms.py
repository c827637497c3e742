"""Forms of an operation: they parse, `operations.actions` decides."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.operations.enums import Good, Mode
from cartable.pupils.enums import Criterion
from cartable.territories.enums import SchoolKind
from cartable.web.forms import DateField, Form, ToggleField


SERVED = [(kind.value, kind.label) for kind in (SchoolKind.COLLEGE, SchoolKind.ECOLE, SchoolKind.LYCEE)]


class OperationForm(Form):
    """What an operation is, and by when schools answer."""

    name = forms.CharField(
        label=_("Nom de l'opération"), max_length=120, help_text=_("Par exemple : Cartes SIM, avril 2020")
    )
    opens_on = DateField(label=_("Ouverture"))
    answers_due_on = DateField(label=_("Réponses attendues le"))
    answers_due_hour = forms.TimeField(
        label=_("Heure limite"),
        required=False,
        help_text=_("Sans heure, la journée compte jusqu'à minuit."),
        widget=forms.TimeInput(attrs={"type": "time"}),
    )
    one_per_household = ToggleField(
        label=_("Un seul appareil et une seule connexion par foyer"), initial=True
    )
    data_contact = forms.CharField(
        label=_("Contact pour les données personnelles"),
        max_length=200,
        required=False,
        help_text=_("Imprimé sur chaque document remis aux familles."),
    )


class PoolForm(Form):
    """A part of an operation: so many of a good, for one sort of school."""

    good = forms.ChoiceField(label=_("Article"), choices=Good.choices)
    mode = forms.ChoiceField(label=_("Donné ou prêté"), choices=Mode.choices, widget=forms.RadioSelect)
    serves = forms.ChoiceField(label=_("Pour"), choices=SERVED)
    quantity = forms.IntegerField(label=_("Quantité annoncée"), min_value=1, max_value=10_000_000)
    through_circonscription = ToggleField(
        label=_("Livrer par la circonscription"), help_text=_("Elle fait le relais vers ses écoles.")
    )


class QuantityForm(Form):
    """Another quantity for a part, and why."""

    quantity = forms.IntegerField(label=_("Nouvelle quantité"), min_value=1, max_value=10_000_000)
    reason = forms.CharField(label=_("Motif"), max_length=300)


class CriteriaForm(Form):
    """What puts a family before another, the first criterion first."""

    first = forms.ChoiceField(label=_("D'abord"), required=False)
    second = forms.ChoiceField(label=_("Ensuite"), required=False)
    third = forms.ChoiceField(label=_("Enfin"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.choices = [("", _("rien")), *Criterion.choices]

    @property
    def criteria(self) -> list[str]:
        """Give the chosen criteria in order."""
        return [value for value in self.cleaned_data.values() if value]


class ReasonForm(Form):
    """A reason, in one sentence."""

    reason = forms.CharField(
        label=_("Motif"),
        max_length=300,
        help_text=_("En une phrase, sans nom d'élève : il sera lu par l'établissement."),
    )
