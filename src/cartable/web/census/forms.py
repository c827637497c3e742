"""The form of a circonscription that enters for an école that phoned."""

from collections.abc import Iterator

from django import forms
from django.utils.translation import gettext_lazy as _

from cartable.census.actions import Line
from cartable.operations.enums import SERVES, Good
from cartable.pupils.enums import ASKED_NOW, NeedKind
from cartable.web.forms import Form, ToggleField


# A phone call gives totals, not levels: the line says so.
ANY_LEVEL = "TOUS"


class EnteredForm(Form):
    """Counts given on the telephone, for the whole école."""

    nobody = ToggleField(label=_("Personne n'en a besoin dans cette école"))

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        for name, label, _kind, _good in self.rows():
            self.fields[name] = forms.IntegerField(label=label, min_value=0, max_value=3000, required=False)

    @staticmethod
    def rows() -> Iterator[tuple[str, str, str, str]]:
        """Give (field, label, kind, good) of each count asked."""
        for good in (Good.SIM, Good.KEY):
            yield (
                f"connection_{good.value}",
                _("Foyers sans connexion : %(good)s") % {"good": good.label},
                "connection",
                good,
            )
        yield "device", _("Foyers sans appareil"), NeedKind.DEVICE.value, ""
        for kind in ASKED_NOW:
            if kind not in SERVES.values():
                yield kind.value, _("Élèves : %(kind)s") % {"kind": kind.label}, kind.value, ""

    def lines(self) -> list[Line]:
        """Give the lines that were filled in."""
        found = []
        for name, _label, kind, good in self.rows():
            if count := self.cleaned_data.get(name):
                found.append(Line(level=ANY_LEVEL, kind=kind, good=good, pupils=count, units=count))
        return found
