"""Forms of a split: how much, by which key, whose figure is what, and why."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.intake.contracts import MEGABYTE
from cartable.planning.compare import COMPARED
from cartable.planning.enums import SplitKey
from cartable.planning.keys import Child
from cartable.web.forms import DateField, Form, ToggleField, UploadField
from cartable.web.funding.fields import EurosField


FIGURE = "figure-"


class AmountForm(Form):
    """How much to try the keys on, and which of them the others are compared with."""

    ae_cents = EurosField(label=_("Montant à comparer"), required=False)
    reference = forms.ChoiceField(
        label=_("Écarts par rapport à"),
        required=False,
        choices=[("", _("aucun écart")), *((key.value, key.label) for key in COMPARED)],
    )


class SplitForm(Form):
    """A split to be proposed: a field for the figure of each territory, filled where a source gives it."""

    name = forms.CharField(
        label=_("Nom de ce partage"), max_length=80, help_text=_("Par exemple : « QPV, plancher 5 000 € ».")
    )
    ae_cents = EurosField(label=_("AE à répartir"))
    cp_cents = EurosField(label=_("CP à répartir"), required=False)
    floor_cents = EurosField(label=_("Plancher par territoire"), required=False)
    cap_cents = EurosField(label=_("Plafond par territoire"), required=False)
    counts_already = ToggleField(
        label=_("Tenir compte de ce qui est déjà délégué"),
        help_text=_("Qui a déjà reçu reçoit moins, pour que les totaux suivent la clé."),
    )
    reason = forms.CharField(
        label=_("Pourquoi cette clé"), max_length=300, help_text=_("Une phrase, reprise dans la lettre.")
    )
    territories = forms.MultipleChoiceField(
        label=_("Territoires qui prennent part"), widget=forms.CheckboxSelectMultiple
    )
    basis = forms.CharField(
        label=_("Source et année des chiffres saisis"),
        max_length=300,
        required=False,
        help_text=_("Obligatoire si vous changez ou complétez un chiffre."),
    )
    file = UploadField(
        label=_("Ou un fichier : code du territoire ; chiffre"),
        suffixes=(".csv", ".xlsx", ".ods"),
        max_bytes=2 * MEGABYTE,
        required=False,
    )

    def __init__(
        self,
        *args: Any,
        key: SplitKey,
        children: Sequence[Child],
        known: dict[str, Decimal | None],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.children = list(children)
        self.fields["territories"].choices = [(child.code, child.name) for child in children]
        self.fields["territories"].initial = [child.code for child in children if child.usual]
        if key == SplitKey.EQUAL:
            del self.fields["basis"], self.fields["file"]
            return
        for child in children:
            self.fields[FIGURE + child.code] = _figure(child, known[child.code], asked=key != SplitKey.OWN)

    def weights(self, known: dict[str, Decimal | None]) -> dict[str, Decimal | None]:
        """Give the figure of each territory that takes part: the one that stands in its field, else what is known."""
        return {
            code: self.cleaned_data.get(FIGURE + code) if FIGURE + code in self.fields else known[code]
            for code in self.cleaned_data["territories"]
        }


def _figure(child: Child, known: Decimal | None, *, asked: bool) -> forms.DecimalField:
    label = _("%(name)s (%(code)s)") % {"name": child.name, "code": child.code}
    return forms.DecimalField(
        label=label,
        required=False,
        initial=known,
        min_value=0,
        max_digits=15,
        decimal_places=4,
        localize=True,
        help_text=_("inconnu : à saisir") if known is None and asked else "",
    )


class ShareForm(Form):
    """Another share for a territory, and why."""

    ae_cents = EurosField(label=_("AE"))
    cp_cents = EurosField(label=_("CP"))
    reason = forms.CharField(
        label=_("Motif"), max_length=300, required=False, help_text=_("Repris dans la lettre.")
    )


class NotifyForm(Form):
    """The day of the letters, and the day when the shares were announced."""

    on = DateField(label=_("Date des lettres"))
    announced_on = DateField(
        label=_("Annoncé le"), required=False, help_text=_("Si les parts étaient connues avant la lettre.")
    )
