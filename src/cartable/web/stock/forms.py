"""Forms of stock: a lot that comes in, things with numbers, counts held already."""

from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cartable.bodies.enums import BodyKind
from cartable.operations.enums import Good, Mode
from cartable.web.forms import DateField, Form, UploadField


GIVER_KINDS = [
    (kind.value, kind.label) for kind in (BodyKind.FOUNDATION, BodyKind.ASSOCIATION, BodyKind.COMPANY)
]
GIVERS = (1, 2, 3)
RANGES = (1, 2, 3)


def giver_fields() -> dict[str, forms.Field]:
    """Give the fields that name who gave, first giver first."""
    fields: dict[str, forms.Field] = {}
    for rank in GIVERS:
        fields[f"giver_{rank}"] = forms.CharField(
            label=_("Donateur %(n)d, dans l'ordre du don") % {"n": rank}, max_length=200, required=False
        )
        fields[f"kind_{rank}"] = forms.ChoiceField(
            label=_("Le donateur %(n)d est une") % {"n": rank}, choices=GIVER_KINDS, required=False
        )
    return fields


def givers_in(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Give (name, kind) of the givers that were written, first giver first."""
    pairs = [(given[f"giver_{n}"].strip(), given[f"kind_{n}"]) for n in GIVERS]
    return [(name, kind) for name, kind in pairs if name]


class LotForm(Form):
    """Boxes that came in: so many, from whom, with which numbers."""

    good = forms.ChoiceField(label=_("Article"), choices=Good.choices)
    mode = forms.ChoiceField(
        label=_("Donné ou prêté aux familles"), choices=Mode.choices, widget=forms.RadioSelect
    )
    quantity = forms.IntegerField(label=_("Nombre"), min_value=1, max_value=10_000_000)
    name = forms.CharField(label=_("Modèle ou nom de l'article"), max_length=120, required=False)
    received_on = DateField(label=_("Reçu le"), required=False)
    operator = forms.CharField(label=_("Opérateur (cartes SIM, clés)"), max_length=60, required=False)
    sim_format = forms.CharField(label=_("Format (cartes SIM)"), max_length=30, required=False)
    credit_valid_until = DateField(label=_("Crédit valable jusqu'au"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rank in RANGES:
            self.fields[f"first_{rank}"] = forms.CharField(
                label=_("Boîte %(n)d : premier numéro") % {"n": rank}, max_length=24, required=False
            )
            self.fields[f"last_{rank}"] = forms.CharField(
                label=_("Boîte %(n)d : dernier numéro") % {"n": rank}, max_length=24, required=False
            )
        self.fields |= giver_fields()

    def ranges(self) -> list[tuple[str, str]]:
        """Give the first and last numbers that were written."""
        pairs = [(self.cleaned_data[f"first_{n}"], self.cleaned_data[f"last_{n}"]) for n in RANGES]
        return [(first, last or first) for first, last in pairs if first]


class FileForm(Form):
    """A file from outside; it is read by a limited child process."""

    file = UploadField(
        label=_("Fichier"), suffixes=(".csv", ".gz", ".xlsx", ".ods"), max_bytes=settings.UPLOAD_MAX_BYTES
    )

    def path(self) -> Path:
        """Give where the upload stands for the time of the request."""
        return Path(self.cleaned_data["file"].temporary_file_path())


class ThingsForm(FileForm):
    """A file of things with numbers: lent or given, and by whom."""

    mode = forms.ChoiceField(
        label=_("Donné ou prêté aux familles"),
        choices=Mode.choices,
        initial=Mode.LENT,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= giver_fields()


class CountsForm(FileForm):
    """How many of an article each school holds already."""

    good = forms.ChoiceField(label=_("Article"), choices=Good.choices, initial=Good.TABLET)
    mode = forms.ChoiceField(label=_("Donné ou prêté"), choices=Mode.choices, initial=Mode.LENT)
    name = forms.CharField(label=_("Modèle ou nom de l'article"), max_length=120, required=False)


class OwnCountForm(Form):
    """How many of an article that the operation lends my school holds already."""

    good = forms.ChoiceField(label=_("Article"))
    count = forms.IntegerField(label=_("Nombre déjà dans l'établissement"), min_value=0, max_value=10_000)

    def __init__(self, *args: Any, goods: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.goods = goods
        self.fields["good"].choices = [(good, Good(good).label) for good in goods]
