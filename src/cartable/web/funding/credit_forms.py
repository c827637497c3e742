"""Forms by which credits come down, go back up and are moved: they parse, `funding.actions` decides."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.foundation import clock
from cartable.funding.actions import Amount
from cartable.funding.models import Envelope, Line
from cartable.web.forms import DateField, Form, ToggleField, key_field
from cartable.web.funding.fields import EurosField


Choices = Sequence[tuple[Any, Any]]


def reason_field(**more: Any) -> forms.CharField:
    """Give the field of a reason, in one sentence."""
    hint = _("En une phrase ; il figure sur la lettre et reste au dossier.")
    return forms.CharField(**{"label": _("Motif"), "max_length": 300, "help_text": hint, **more})


def choices_of(envelopes: Iterable[Envelope]) -> Choices:
    """Give envelopes as the choices of a list, by who holds them."""
    return [("", _("Choisissez")), *((str(one.public_id), one.holder.name) for one in envelopes)]


class AmountForm(Form):
    """So much commitment authority, so much payment credit, on a day, for a reason."""

    key = key_field()
    ae = EurosField(label=_("Autorisations d'engagement (AE)"), required=False)
    cp = EurosField(label=_("Crédits de paiement (CP)"), required=False)
    on = DateField(
        label=_("Date"),
        initial=clock.today,
        help_text=_("Dans l'exercice ; plus tard, seuls des CP viennent, pour payer ce qui a été engagé."),
    )
    reason = reason_field()

    @property
    def asked(self) -> dict[str, Any]:
        """Give what every action takes."""
        data = self.cleaned_data
        amounts = {"ae_cents": data["ae"] or 0, "cp_cents": data["cp"] or 0}
        return {**amounts, "on": data["on"], "reason": data["reason"], "key": data["key"]}


class OpeningForm(AmountForm):
    """Credits opened at the top: no letter leaves."""

    reason = reason_field(label=_("Motif ou texte"), required=False, help_text="")


class EnvelopeForm(OpeningForm):
    """The envelope of a year, with its first credits."""

    field_order = ("key", "year")
    year = forms.TypedChoiceField(label=_("Exercice"), coerce=int)

    def __init__(self, *args: Any, line: Line, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = range(line.programme.starts_on.year, line.programme.ends_on.year + 1)
        self.fields["year"].choices = [(year, str(year)) for year in years]


class TargetForm(AmountForm):
    """An amount for one of the envelopes below."""

    field_order = ("key", "target")
    target = forms.ChoiceField(label=_("Pour"))

    def __init__(self, *args: Any, targets: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["target"].choices = targets


class DelegateForm(TargetForm):
    """An amount that comes down; announced first, or notified at once."""

    announced_on = DateField(
        label=_("Annoncée le"),
        required=False,
        help_text=_("Si elle l'a été avant ce jour : le délai de l'annonce à la notification est compté."),
    )
    only_announce = ToggleField(
        label=_("Annoncer seulement"),
        help_text=_("L'argent ne bouge qu'à la notification, que vous ferez plus tard."),
    )
    reason = reason_field(required=False)


class WithdrawForm(TargetForm):
    """An amount that goes back up."""

    target = forms.ChoiceField(label=_("Reprendre à"))


class MoveForm(TargetForm):
    """An amount that goes from one envelope to its neighbour."""

    field_order = ("key", "source", "target")
    source = forms.ChoiceField(label=_("Prendre à"))
    target = forms.ChoiceField(label=_("Donner à"))

    def __init__(self, *args: Any, targets: Choices, **kwargs: Any) -> None:
        super().__init__(*args, targets=targets, **kwargs)
        self.fields["source"].choices = targets


class NotifyForm(Form):
    """The day when an announced delegation is notified."""

    on = DateField(label=_("Notifiée le"), initial=clock.today)


class CancelForm(Form):
    """Why an announced delegation is given up."""

    reason = reason_field()


SIDES = {"take": _("Reprendre"), "give": _("Donner")}
CREDITS = ("ae", "cp")


class RedeployForm(Form):
    """What is taken from each envelope below and what is given to each, in one decision."""

    key = key_field()
    on = DateField(label=_("Date"), initial=clock.today)
    reason = reason_field()

    def __init__(self, *args: Any, envelopes: Sequence[Envelope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.holders: dict[str, str] = {}
        self.envelopes = envelopes
        for one in envelopes:
            for name, label in self._names(one):
                self.fields[name] = EurosField(label=label, required=False, help_text="")
                self.holders[name] = one.holder.name

    @staticmethod
    def _names(envelope: Envelope) -> list[tuple[str, str]]:
        return [
            (f"{side}_{credit}_{envelope.public_id.hex}", f"{words} ({credit.upper()})")
            for side, words in SIDES.items()
            for credit in CREDITS
        ]

    def _label(self, name: str) -> Any:
        """Name the envelope too, for the summary of errors."""
        label = super()._label(name)
        return f"{self.holders[name]}, {label}" if name in self.holders else label

    @property
    def plain(self) -> list[Any]:
        """Give the fields that are of no envelope."""
        return [self["on"], self["reason"]]

    def fields_of(self, envelope: Envelope) -> list[Any]:
        """Give the fields of one envelope."""
        return [self[name] for name, _label in self._names(envelope)]

    def amounts(self, side: str) -> list[Amount]:
        """Give what was written on one side, without the envelopes that it leaves alone."""
        asked = [Amount(one.public_id, *self._written(side, one)) for one in self.envelopes]
        return [one for one in asked if one.ae_cents or one.cp_cents]

    def _written(self, side: str, envelope: Envelope) -> list[int]:
        return [self.cleaned_data[f"{side}_{credit}_{envelope.public_id.hex}"] or 0 for credit in CREDITS]
