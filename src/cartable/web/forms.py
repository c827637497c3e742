"""Forms: they parse, actions decide. Each field is shown by one of our own DSFR templates."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from dsfr.widgets import Toggle

from cartable.foundation.refused import Refused


_CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)


class BoundField(forms.BoundField):
    """Picks the template and the DSFR class of a field from its widget."""

    @property
    def template_name(self) -> str:
        widget = self.field.widget
        if self.field.template_name:
            return self.field.template_name
        if isinstance(widget, Toggle):
            return "components/field_toggle.html"
        if isinstance(widget, forms.CheckboxInput):
            return "components/field_checkbox.html"
        return "components/field_choices.html" if isinstance(widget, _CHOICES) else "components/field.html"

    @property
    def group_class(self) -> str:
        widget = self.field.widget
        if isinstance(widget, forms.FileInput):
            return "fr-upload-group"
        return "fr-select-group" if isinstance(widget, forms.Select) else "fr-input-group"

    @property
    def choice_kind(self) -> str:
        return "checkbox" if isinstance(self.field.widget, forms.CheckboxSelectMultiple) else "radio"

    def build_widget_attrs(self, attrs: dict, widget: forms.Widget | None = None) -> dict:
        built = super().build_widget_attrs(attrs, widget)
        if css := self._css_class():
            built["class"] = f"{css} {self.field.widget.attrs.get('class', '')}".strip()
        return built

    def _css_class(self) -> str:
        widget = self.field.widget
        if isinstance(widget, Toggle):
            return "fr-toggle__input"
        if isinstance(widget, (*_CHOICES, forms.CheckboxInput)):
            return ""
        if isinstance(widget, forms.FileInput):
            return "fr-upload"
        return "fr-select" if isinstance(widget, forms.Select) else "fr-input"


class Form(forms.Form):
    """The base of every form: French labels, an error summary with links, and refusals shown in their place."""

    template_name = "components/form.html"
    bound_field_class = BoundField
    use_required_attribute = False
    # Other names under which a refusal may speak of one of the fields.
    also_called: ClassVar[dict[str, str]] = {}
    result: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    def carries_out(self, action: Callable[..., Any], **arguments: Any) -> bool:
        """Call `action` and keep what it gives in `result`; a refusal becomes an error of its field."""
        try:
            self.result = action(**arguments)
        except Refused as refused:
            field = self.also_called.get(refused.field or "", refused.field)
            self.add_error(field if field in self.fields else None, refused.sentence)
            return False
        return True

    @property
    def keeps_focus(self) -> bool:
        """Tell whether a field keeps the focus from the summary of faults: one that a scanner fills again."""
        return False

    @property
    def faults(self) -> list[dict[str, Any]]:
        """List the errors with the label of the field and its id to go to, for the summary."""
        return [
            {"label": self._label(name), "sentence": sentence, "id": self._first_id(name)}
            for name, sentences in self.errors.items()
            for sentence in sentences
        ]

    def _label(self, name: str) -> Any:
        return self.fields[name].label if name in self.fields else ""

    def _first_id(self, name: str) -> str:
        if name not in self.fields:
            return ""
        field = self[name]
        return f"{field.id_for_label}" if field.id_for_label else f"{field.auto_id}_0"

    @property
    def fault_title(self) -> str:
        count = len(self.faults)
        return ngettext("Il y a une erreur à corriger", "Il y a %(count)d erreurs à corriger", count) % {
            "count": count
        }


class DateField(forms.DateField):
    """A day: the browser's own picker, and the French way of writing where there is none."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
        super().__init__(**{"widget": widget, "input_formats": ["%Y-%m-%d", "%d/%m/%Y"], **kwargs})


class ToggleField(forms.BooleanField):
    """Yes or no, shown as a switch: never compulsory."""

    widget = Toggle

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})


def key_field() -> forms.UUIDField:
    """Give the key that makes a second sending of the same form harmless."""
    return forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class PasswordField(forms.CharField):
    """A password, with DSFR's box to see what is typed. `new` asks the browser to propose one."""

    def __init__(self, *, new: bool = False, **kwargs: Any) -> None:
        complete = "new-password" if new else "current-password"
        widget = forms.PasswordInput(attrs={"autocomplete": complete, "class": "fr-password__input"})
        shown_by = "components/field_password.html"
        given = {"widget": widget, "strip": False, "max_length": 200, "template_name": shown_by}
        super().__init__(**{**given, **kwargs})


class CodeField(forms.CharField):
    """A code that serves once; it is never shown again. `awaited`: nothing else is asked, the hand is there."""

    def __init__(self, *, awaited: bool = False, **kwargs: Any) -> None:
        attrs = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}
        attrs |= {"autofocus": True} if awaited else {}
        super().__init__(**{"widget": _Forgetful(attrs=attrs), "max_length": 40, **kwargs})


class _Forgetful(forms.TextInput):
    """Shows no value: a code that was typed is of no use a second time."""

    def format_value(self, value: Any) -> None:
        return None


def _size(max_bytes: int) -> str:
    return _("%(size)d Mo") % {"size": max_bytes // 2**20}


class UploadField(forms.FileField):
    """A file of the kinds in `suffixes` (".csv", …), of at most `max_bytes`. What it holds is not trusted."""

    def __init__(self, *, suffixes: Iterable[str], max_bytes: int, **kwargs: Any) -> None:
        self.suffixes = tuple(suffixes)
        self.max_bytes = max_bytes
        hint = _("Formats acceptés : %(kinds)s. Taille maximale : %(size)s.") % {
            "kinds": ", ".join(suffix.lstrip(".") for suffix in self.suffixes),
            "size": _size(max_bytes),
        }
        widget = forms.FileInput(attrs={"accept": ",".join(self.suffixes)})
        super().__init__(**{"widget": widget, "help_text": hint, **kwargs})

    def to_python(self, data: Any) -> Any:
        file = super().to_python(data)
        if file is None:
            return None
        if not file.name.lower().endswith(self.suffixes):
            raise forms.ValidationError(
                _("Ce format n'est pas accepté. Choisissez un fichier %(kinds)s."),
                params={"kinds": ", ".join(self.suffixes)},
            )
        if file.size > self.max_bytes:
            raise forms.ValidationError(
                _("Ce fichier est trop lourd : %(size)s au plus."),
                params={"size": _size(self.max_bytes)},
            )
        return file


def words_asked(sent: QueryDict) -> str:
    """Give what is looked for (`q`): a store takes no NUL, nor a condition for each word of a long text."""
    return sent.get("q", "").replace("\x00", "").strip()[:80]
