"""Forms of shipments; the receipt has a row for each line of the slip."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.equipment.actions.receipts import Count
from cartable.equipment.enums import RejectionReason
from cartable.equipment.models import ShipmentLine
from cartable.web.forms import Form, ToggleField
from cartable.web.gate.forms import key_field


REASONS = [("", _("— rien ne manque —")), *RejectionReason.choices]


class ReceiptForm(Form):
    """What arrived, line by line: accepted, and why the rest is not."""

    def __init__(self, *args: object, lines: Sequence[ShipmentLine], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.lines = lines
        for line in lines:
            where = f"{line.lot.product.name} · {line.school.name}"
            self.fields[f"accepted_{line.public_id}"] = forms.IntegerField(
                label=_("%(where)s : %(n)d annoncés. Combien en avez-vous reçu en bon état ?")
                % {"where": where, "n": line.quantity},
                min_value=0,
                max_value=line.quantity,
                initial=line.quantity,
            )
            self.fields[f"reason_{line.public_id}"] = forms.ChoiceField(
                label=_("Motif, s'il en manque"), choices=REASONS, required=False
            )
        self.fields["name"] = forms.CharField(
            label=_("Votre nom"),
            max_length=120,
            help_text=_("La personne qui a compté et qui signe le bordereau."),
        )

    def counts(self) -> dict[UUID, Count]:
        """Give the counts by line."""
        found = {}
        for line in self.lines:
            accepted = self.cleaned_data[f"accepted_{line.public_id}"]
            rejected = line.quantity - accepted
            reason = self.cleaned_data[f"reason_{line.public_id}"] if rejected else ""
            found[line.public_id] = Count(accepted, rejected, reason)
        return found


class CodeForm(Form):
    """The code of a slip, typed where the QR cannot be read."""

    code = forms.CharField(
        label=_("Code du bordereau"),
        max_length=40,
        help_text=_("C'est la fin de l'adresse imprimée sur le bordereau, après « /reception/ »."),
    )


class FoundForm(Form):
    """What turned up of a gap: how many, which, and where."""

    key = key_field()
    quantity = forms.IntegerField(label=_("Combien sont retrouvés ?"), min_value=1)
    numbers = forms.CharField(
        label=_("Leurs numéros, un par ligne"),
        required=False,
        max_length=20_000,
        help_text=_("Si les articles ont un numéro et qu'une partie seulement est retrouvée."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    in_depot = ToggleField(label=_("Retrouvés au dépôt, et non dans l'établissement"))

    def __init__(self, *args: Any, in_depot: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not in_depot:
            del self.fields["in_depot"]

    def clean_numbers(self) -> list[str]:
        """Give the numbers, one of each line."""
        return self.cleaned_data["numbers"].split()
