"""Forms of a plan."""

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.planning.enums import Rule
from cartable.web.forms import DateField, Form, ToggleField


def _weight(label: str, initial: str = "1") -> forms.DecimalField:
    return forms.DecimalField(
        label=label,
        min_value=Decimal("0.1"),
        max_value=Decimal(10),
        decimal_places=2,
        localize=True,
        initial=Decimal(initial),
        help_text=_("1 : comme ailleurs. 1,5 : un besoin y compte moitié plus."),
    )


class ProposeForm(Form):
    """By which rule, with which weights and minimum, and whether something is kept for the silent."""

    rule = forms.ChoiceField(
        label=_("Règle"),
        choices=Rule.choices,
        initial=Rule.LEXIMIN,
        help_text=_(
            "Le niveau le plus bas d'abord : on sert toujours l'établissement le moins bien couvert."
        ),
    )
    rep = _weight(_("Poids d'un besoin en REP"))
    rep_plus = _weight(_("Poids d'un besoin en REP+"))
    floor = forms.IntegerField(
        label=_("Minimum pour chaque établissement qui a un besoin"), min_value=0, max_value=1000, initial=0
    )
    keep_reserve = ToggleField(
        label=_("Garder une réserve pour ceux qui n'ont pas répondu"),
        initial=True,
        help_text=_("Estimée d'après les établissements qui leur ressemblent, et montrée comme telle."),
    )


class ShareForm(Form):
    """Another share for a school, and why."""

    quantity = forms.IntegerField(label=_("Part"), min_value=0, max_value=1_000_000)
    reason = forms.CharField(
        label=_("Motif"),
        max_length=300,
        required=False,
        help_text=_("Lu par l'établissement. Sans nom d'élève."),
    )


class ReleaseForm(Form):
    """The day of the round."""

    planned_on = DateField(label=_("Tournée du"))
