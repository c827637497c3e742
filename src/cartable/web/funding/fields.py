"""Fields of money: an amount as people write it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.foundation.refused import Refused
from cartable.funding.rules import euros, show


class EurosField(forms.CharField):
    """An amount in euros as it is written in France; gives cents. `funding.rules.euros` says what is readable."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        hint = _("En euros, par exemple : 1 234,56")
        super().__init__(**{"widget": widget, "help_text": hint, "max_length": 30, **kwargs})

    def clean(self, value: Any) -> int | None:
        """Give cents, or None where nothing was written."""
        text = super().clean(value)
        if not text:
            return None
        try:
            return euros(text)
        except Refused as refused:
            raise forms.ValidationError(refused.sentence) from refused

    def prepare_value(self, value: Any) -> Any:
        return show(value).removesuffix("€").strip() if isinstance(value, int) else value
