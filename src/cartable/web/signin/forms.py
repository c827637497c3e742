from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.web.forms import Form


class SignInForm(Form):
    username = forms.CharField(
        label=_("Identifiant"),
        help_text=_("Votre adresse électronique professionnelle, ou le code (UAI) de votre établissement."),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
