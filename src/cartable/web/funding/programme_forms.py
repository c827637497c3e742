"""Forms by which a ministry opens a programme, its documents, its lines and their ceilings."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.funding.actions import Ceiling
from cartable.funding.enums import CeilingKind, Serves
from cartable.funding.models import SourceDocument
from cartable.funding.models.programmes import SECOND_PERSON_FROM
from cartable.web.forms import DateField, Form, ToggleField
from cartable.web.funding.fields import EurosField


def _code(length: int) -> forms.CharField:
    return forms.CharField(label=_("Code"), max_length=length, help_text=_("Court, sans espace : plan-2020."))


class ProgrammeForm(Form):
    """What a government decided, from a day until a day."""

    code = _code(40)
    name = forms.CharField(label=_("Nom"), max_length=160)
    starts_on = DateField(label=_("Du"))
    ends_on = DateField(label=_("Au"))


class DocumentForm(Form):
    """A text that figures come from."""

    code = _code(20)
    title = forms.CharField(label=_("Titre"), max_length=300)
    dated = DateField(label=_("Date"), required=False)
    where = forms.CharField(label=_("Où le lire"), max_length=300, required=False)


class CeilingForm(Form):
    """What a document says of the size of something: "up to", "more than", exactly, a share, or nothing yet."""

    kind = forms.ChoiceField(label=_("Ce que dit le document"), choices=CeilingKind.choices)
    cents = EurosField(label=_("Montant"), required=False)
    percent = forms.DecimalField(
        label=_("Part, en %"), required=False, min_value=0, max_value=100, decimal_places=2, localize=True
    )
    base_cents = EurosField(
        label=_("Montant dont c'est une part"),
        required=False,
        help_text=_(
            "Pour une part : le plafond est calculé. Sans ce montant ni plafond, elle ne borne rien."
        ),
    )
    basis = forms.CharField(
        label=_("Les mots du document"),
        max_length=300,
        required=False,
        help_text=_("Par exemple : « jusqu'à 5 M€ »."),
    )
    document = forms.ChoiceField(label=_("Document"), required=False)

    def __init__(self, *args: Any, documents: Sequence[SourceDocument], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.documents = {str(one.public_id): one for one in documents}
        self.fields["document"].choices = [
            ("", _("aucun")),
            *((key, one.title) for key, one in self.documents.items()),
        ]

    @property
    def said(self) -> dict[str, Any]:
        """Give the ceiling, its words and its document, as every action takes them."""
        data = self.cleaned_data
        return {
            "ceiling": Ceiling(data["kind"], data["cents"], data["percent"], data["base_cents"]),
            "basis": data["basis"],
            "document": self.documents.get(data["document"]),
        }


class LineForm(CeilingForm):
    """A line of a programme: what it is for, its ceiling, whom it serves, from how much two people decide."""

    field_order = ("code", "name")
    code = _code(40)
    name = forms.CharField(label=_("Nom"), max_length=160)
    document_place = forms.CharField(label=_("Endroit du document"), max_length=80, required=False)
    budget_programme = forms.CharField(label=_("Programme budgétaire"), max_length=20, required=False)
    serves = forms.ChoiceField(label=_("Public"), choices=Serves.choices)
    running_costs = ToggleField(label=_("Frais de fonctionnement admis"))
    second_person_from_cents = EurosField(label=_("Deux personnes à partir de"), initial=SECOND_PERSON_FROM)

    @property
    def asked(self) -> dict[str, Any]:
        """Give what the action is asked."""
        names = (
            *("code", "name", "document_place", "budget_programme"),
            *("serves", "running_costs", "second_person_from_cents"),
        )
        return {**{name: self.cleaned_data[name] for name in names}, **self.said}


class BoundForm(CeilingForm):
    """The ceiling of a line on one région or département."""

    field_order = ("territory",)
    territory = forms.ChoiceField(label=_("Territoire"))

    def __init__(self, *args: Any, territories: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["territory"].choices = [("", _("Choisissez")), *territories]
