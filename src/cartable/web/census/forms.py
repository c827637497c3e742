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
        for name, label, kind, _good in self.rows():
            self.fields[name] = _count(label)
            if kind in SERVES.values():
                self.fields[f"{name}_qpv"] = _count(_("dont en quartier prioritaire (QPV), si on le sait"))

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
            count, inside = self.cleaned_data.get(name) or 0, self.cleaned_data.get(f"{name}_qpv") or 0
            if count or inside:
                found.append(Line(ANY_LEVEL, kind, count, count, good, inside, inside))
        return found


def _count(label: object) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=0, max_value=3000, required=False)
