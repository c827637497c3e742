"""Forms of the bills that a bearer declares."""

from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.foundation import clock
from cartable.funding.actions import Bought
from cartable.funding.models import CommitmentPart
from cartable.web.forms import DateField, Form, key_field
from cartable.web.funding.commitment_forms import rate_field
from cartable.web.funding.fields import EurosField


ROWS = range(1, 7)


class BillForm(Form):
    """A bill: whose, of which day, and what was bought."""

    also_called: ClassVar[dict[str, str]] = {
        "supplier": "supplier_name",
        "lines": "good_1",
        "amount": "unit_1",
    }
    key = key_field()
    supplier_name = forms.CharField(label=_("Fournisseur"), max_length=160)
    number = forms.CharField(label=_("Numéro de la facture"), max_length=60)
    dated = DateField(label=_("Date de la facture"))
    vat_rate = rate_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for n in ROWS:
            first = n == 1
            self.fields[f"good_{n}"] = forms.CharField(
                label=_("Bien ou service"), max_length=160, required=first
            )
            self.fields[f"quantity_{n}"] = forms.IntegerField(
                label=_("Nombre"), min_value=1, max_value=10_000_000, required=first
            )
            self.fields[f"unit_{n}"] = EurosField(
                label=_("Prix unitaire hors taxes"), required=first, help_text=""
            )

    def _label(self, name: str) -> Any:
        """Say which line, for the summary of errors."""
        rank = name.rpartition("_")[2]
        label = super()._label(name)
        return _("Ligne %(n)s, %(field)s") % {"n": rank, "field": label} if rank.isdigit() else label

    def clean(self) -> dict[str, Any]:
        """Refuse a line that is written by half."""
        data = super().clean() or {}
        for n in ROWS:
            cells = {name: data.get(f"{name}_{n}") for name in ("good", "quantity", "unit")}
            empty = [name for name, value in cells.items() if value in (None, "")]
            if 0 < len(empty) < len(cells):
                for name in empty:
                    if f"{name}_{n}" not in self.errors:
                        self.add_error(f"{name}_{n}", _("Complétez cette ligne, ou laissez-la vide."))
        return data

    @property
    def plain(self) -> list[Any]:
        """Give the fields of the bill as a whole."""
        return [self[name] for name in ("supplier_name", "number", "dated", "vat_rate")]

    @property
    def rows(self) -> list[list[Any]]:
        """Give the fields of each line."""
        return [[self[f"{name}_{n}"] for name in ("good", "quantity", "unit")] for n in ROWS]

    @property
    def asked(self) -> dict[str, Any]:
        """Give what `funding.actions.declare` takes, but for the commitment."""
        data = self.cleaned_data
        lines = [
            Bought(data[f"good_{n}"], data[f"quantity_{n}"], data[f"unit_{n}"])
            for n in ROWS
            if data[f"good_{n}"]
        ]
        same = ("supplier_name", "number", "dated", "vat_rate", "key")
        return {**{name: data[name] for name in same}, "lines": lines}


class AcceptForm(Form):
    """A bill that is accepted: for the whole, or for an amount on each part."""

    on = DateField(label=_("Date"), initial=clock.today)

    def __init__(self, *args: Any, parts: list[CommitmentPart], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts
        for part in parts:
            self.fields[part.public_id.hex] = EurosField(
                label=_("Montant retenu : %(holder)s, %(share)s")
                % {"holder": part.envelope.holder.name, "share": part.get_share_display()},
                required=False,
                help_text=_("Vide partout : toute la facture."),
            )

    @property
    def asked(self) -> dict[str, Any]:
        """Give the day, and the amounts where some were written."""
        written = {part.public_id: self.cleaned_data[part.public_id.hex] for part in self.parts}
        amounts = {key: cents for key, cents in written.items() if cents is not None}
        return {"on": self.cleaned_data["on"], "amounts": amounts or None}
