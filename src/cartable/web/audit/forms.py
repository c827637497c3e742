"""What a list of control is cut to; nothing here is kept."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.web.audit.words import SORTS, act_word
from cartable.web.forms import Form


class JournalForm(Form):
    """Which acts, and on which thing."""

    verb = forms.ChoiceField(label=_("Acte"), required=False)
    target = forms.CharField(
        label=_("Objet"),
        max_length=120,
        required=False,
        help_text=_("L'identifiant d'une remise, d'un lot, d'une opération, ou un UAI."),
    )

    def __init__(self, *args: Any, verbs: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = sorted((act_word(verb), verb) for verb in verbs)
        self.fields["verb"].choices = [("", _("tous")), *((verb, word) for word, verb in named)]


class AccountsForm(Form):
    """Which accounts."""

    sort = forms.ChoiceField(
        label=_("Sorte de lieu"), required=False, choices=[("", _("toutes")), *SORTS.items()]
    )
    place = forms.CharField(label=_("UAI de l'établissement"), max_length=8, required=False)


def chosen(form: Form) -> dict[str, str]:
    """Give what was chosen; what cannot be read chooses nothing."""
    return form.cleaned_data if form.is_valid() else dict.fromkeys(form.fields, "")
