"""Forms of loans: what comes back, until when, what was lost, the owner's text."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.bodies.models import Body
from cartable.equipment.enums import Condition, IncidentKind
from cartable.web.forms import DateField, Form, ToggleField


CONDITIONS = [choice for choice in Condition.choices if choice[0] != Condition.NEW]
MOST_NUMBERS = 2_000


class ReturnForm(Form):
    """Lent things that come back: one number a line, as a scanner types them."""

    numbers = forms.CharField(
        label=_("Numéros"),
        max_length=100_000,
        help_text=_("Un numéro par ligne : scannez, ou collez une colonne de tableur."),
        widget=forms.Textarea(
            attrs={"rows": 8, "autofocus": True, "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    condition = forms.ChoiceField(
        label=_("État de ces articles"), choices=CONDITIONS, initial=Condition.GOOD, widget=forms.RadioSelect
    )
    signed = ToggleField(label=_("Les restitutions sont signées"), initial=True)
    on = DateField(label=_("Rendus le"), required=False)

    def clean_numbers(self) -> list[str]:
        """Give the numbers that are not empty, each once, in their order."""
        lines = ("".join(line.split()) for line in self.cleaned_data["numbers"].splitlines())
        numbers = list(dict.fromkeys(filter(None, lines)))
        if not numbers:
            raise forms.ValidationError(_("Scannez ou tapez au moins un numéro."))
        if len(numbers) > MOST_NUMBERS:
            raise forms.ValidationError(
                _("Faites-le en plusieurs fois : %(most)d numéros au plus."), params={"most": MOST_NUMBERS}
            )
        return numbers


class ProlongForm(Form):
    """Until when."""

    due_on = DateField(
        label=_("Nouvelle date de retour"),
        help_text=_("Les prêts qui finissent plus tard gardent leur date."),
    )


class LostForm(Form):
    """What became of a lent thing."""

    kind = forms.ChoiceField(
        label=_("Que s'est-il passé ?"),
        choices=[(kind.value, kind.label) for kind in (IncidentKind.LOST, IncidentKind.STOLEN)],
        widget=forms.RadioSelect,
    )
    police_report = ToggleField(label=_("Une plainte a été déposée"))


class AgreementForm(Form):
    """The owner's text, as it was voted."""

    body = forms.ChoiceField(label=_("Organisme"))
    title = forms.CharField(label=_("Titre"), max_length=200)
    deliberated_on = DateField(label=_("Délibération du"))
    deliberation_number = forms.CharField(
        label=_("Numéro de la délibération"), max_length=40, required=False, help_text=_("S'il y en a un.")
    )
    text = forms.CharField(
        label=_("Texte voté"),
        max_length=200_000,
        help_text=_(
            "Collez le texte en entier : une ligne par titre d'article, une ligne vide entre alinéas."
        ),
        widget=forms.Textarea(attrs={"rows": 18}),
    )

    def __init__(self, *args: Any, bodies: Sequence[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["body"]
        field.choices = [(str(body.public_id), body.name) for body in bodies]
        if len(bodies) == 1:
            field.widget = forms.HiddenInput()
            field.initial = str(bodies[0].public_id)
