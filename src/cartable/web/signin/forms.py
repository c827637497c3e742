from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.web.forms import CodeField, Form, PasswordField


NEW_PASSWORD = _("Douze caractères au moins. Une phrase courte que vous seul connaissez convient très bien.")


def _identifier(help_text: Any, **more: Any) -> forms.CharField:
    attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false", **more}
    return forms.CharField(
        label=_("Identifiant"), help_text=help_text, max_length=254, widget=forms.TextInput(attrs=attrs)
    )


class SignInForm(Form):
    username = _identifier(
        _("Votre adresse électronique professionnelle, ou le code (UAI) de votre établissement."),
        autofocus=True,
    )
    password = PasswordField(label=_("Mot de passe"))

    def clean_username(self) -> str:
        """Give the identifier as it is kept: another case must not count as another account that failed."""
        return self.cleaned_data["username"].strip().lower()


class CodeForm(Form):
    identifier = _identifier(_("Il est écrit sur votre courrier."))
    code = forms.CharField(
        label=_("Code reçu par courrier"),
        help_text=_("Dix caractères. Majuscules, espaces et tirets n'ont pas d'importance."),
        max_length=40,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )
    password = PasswordField(label=_("Choisissez votre mot de passe"), help_text=NEW_PASSWORD, new=True)


class ForgottenForm(Form):
    identifier = _identifier(_("Celui avec lequel vous vous connectez."))


class FirstPasswordForm(Form):
    password = PasswordField(label=_("Choisissez votre mot de passe"), help_text=NEW_PASSWORD, new=True)


class ChangePasswordForm(Form):
    old = PasswordField(label=_("Mot de passe actuel"))
    new = PasswordField(label=_("Nouveau mot de passe"), help_text=NEW_PASSWORD, new=True)


class SecondStepForm(Form):
    code = CodeField(
        label=_("Code de votre application"),
        help_text=_("Les six chiffres affichés en ce moment."),
        awaited=True,
    )


class RecoveryForm(Form):
    code = CodeField(
        label=_("Code de secours"),
        help_text=_("Un des dix codes que vous avez imprimés. Il ne sert qu'une fois."),
        awaited=True,
    )


class EnrolForm(Form):
    code = CodeField(label=_("Code affiché par l'application"), help_text=_("Six chiffres."))
    password = PasswordField(label=_("Votre mot de passe"))


class ProofForm(Form):
    """Password and code together, for what weakens an account."""

    password = PasswordField(label=_("Votre mot de passe"))
    code = CodeField(
        label=_("Code de votre application"), help_text=_("Six chiffres, ou un code de secours.")
    )
