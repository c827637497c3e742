"""Forms of decisions: choose, agree, contest, answer, correct."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.planning.enums import ContestReason
from cartable.web.forms import DateField, Form


class ChooseForm(Form):
    """Why this one, until when schools may contest, by which run."""

    run_id = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Pourquoi celle-ci"),
        max_length=300,
        help_text=_("Une phrase, que liront les établissements."),
    )
    contest_until = DateField(
        label=_("Les établissements peuvent contester jusqu'au"), help_text=_("Ce jour compris.")
    )


class AgreementForm(Form):
    """Yes, or no and why."""

    agreed = forms.TypedChoiceField(
        label=_("Votre réponse"),
        choices=[("1", _("D'accord")), ("0", _("Pas d'accord"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(label=_("Motif (obligatoire pour un refus)"), max_length=300, required=False)


class ContestForm(Form):
    """What is wrong with a share."""

    cause = forms.ChoiceField(label=_("Motif"), choices=ContestReason.choices, widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Précisions"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Sans nom d'élève ni renseignement sur une famille."),
    )


class AnswerForm(Form):
    """What a contest is answered."""

    accepted = forms.TypedChoiceField(
        label=_("Décision"),
        choices=[("1", _("Acceptée : un nouveau plan corrigera")), ("0", _("Rejetée"))],
        coerce=lambda value: value == "1",
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("Réponse"), max_length=500, widget=forms.Textarea(attrs={"rows": 4}))


class CorrectForm(Form):
    """The name of the simulation that will replace a chosen one."""

    name = forms.CharField(label=_("Nom de la simulation corrigée"), max_length=80)
