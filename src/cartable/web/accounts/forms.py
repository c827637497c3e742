from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.accounts.enums import DELEGABLE, Audience, Right, Role, ScopeKind
from cartable.web.forms import DateField, Form


class RightForm(Form):
    """A role on a place, from a day until a day."""

    role = forms.ChoiceField(label=_("Rôle"))
    scope_kind = forms.ChoiceField(label=_("Périmètre"), choices=ScopeKind.choices)
    place = forms.CharField(
        label=_("Code du périmètre"),
        help_text=_("Code du territoire (93), UAI de l'établissement (0930001A), SIRET de l'organisme."),
        max_length=60,
        required=False,
    )
    valid_from = DateField(label=_("Depuis le"), required=False)
    valid_until = DateField(label=_("Jusqu'au"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        given = [role for role in Role if role != Role.SCHOOL_STAFF]
        self.fields["role"].choices = [(role.value, role.label) for role in given]

    def clean_role(self) -> Role:
        return Role(self.cleaned_data["role"])

    def clean_scope_kind(self) -> ScopeKind:
        return ScopeKind(self.cleaned_data["scope_kind"])


class AccountForm(RightForm):
    """A new account with its first right."""

    identifier = forms.CharField(
        label=_("Identifiant"),
        help_text=_("Une adresse électronique, ou un code comme 0930001A."),
        max_length=254,
    )
    display_name = forms.CharField(label=_("Nom affiché"), max_length=120)
    email = forms.EmailField(label=_("Adresse électronique"), required=False)
    field_order = ["identifier", "display_name", "email"]


class DelegationForm(Form):
    """Rights of a head lent to a colleague until a day."""

    school_id = forms.ChoiceField(label=_("Établissement"))
    display_name = forms.CharField(label=_("Nom de votre collègue"), max_length=120)
    identifier = forms.EmailField(
        label=_("Son adresse électronique professionnelle"),
        help_text=_(
            "Si votre collègue n'a pas encore de compte, un lien d'accès lui est envoyé à cette adresse."
        ),
    )
    rights = forms.MultipleChoiceField(
        label=_("Ce que vous lui confiez"),
        choices=[(right.value, right.label) for right in DELEGABLE],
        widget=forms.CheckboxSelectMultiple,
    )
    until = DateField(
        label=_("Jusqu'au"), help_text=_("Ce jour compris. Vous pouvez reprendre ces droits à tout moment.")
    )

    def __init__(self, *args: Any, schools: list, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["school_id"].choices = [(str(school.public_id), str(school)) for school in schools]
        if len(schools) == 1:
            self.fields["school_id"].widget = forms.HiddenInput()
            self.fields["school_id"].initial = str(schools[0].public_id)

    def clean_rights(self) -> list[Right]:
        return [Right(right) for right in self.cleaned_data["rights"]]


class InviteForm(Form):
    """Whom to let in, in one step."""

    audiences = forms.MultipleChoiceField(
        label=_("Qui inviter"),
        choices=Audience.choices,
        initial=[Audience.COLLEGES, Audience.CIRCONSCRIPTIONS],
        widget=forms.CheckboxSelectMultiple,
    )

    def clean_audiences(self) -> list[Audience]:
        return [Audience(audience) for audience in self.cleaned_data["audiences"]]


class NameForm(Form):
    display_name = forms.CharField(
        label=_("Nom affiché"),
        max_length=120,
        help_text=_("Vos collègues voient ce nom à côté de vos actions."),
    )


class NothingForm(Form):
    """A form that only asks to confirm."""
