"""Forms of a simulation: its needs, its rule and weights, its goods, its funds, its files."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from cartable.bodies.models import Body
from cartable.funding.models import Envelope
from cartable.operations.enums import Good, Mode
from cartable.operations.models import Operation
from cartable.planning import tagging
from cartable.planning.enums import FundKind, Origin, Rule
from cartable.planning.models import Scenario
from cartable.territories.models import CiteEducative, Department
from cartable.web.forms import DateField, Form, ToggleField, UploadField
from cartable.web.funding.fields import EurosField


COEFFICIENTS = ("ips", "qpv", "rep", "rep_plus", "isolated", "exam")
PUBLICS = (
    "ecole",
    "college",
    "lycee",
    tagging.QPV,
    tagging.REP,
    tagging.REP_PLUS,
    tagging.PUBLIC,
    tagging.EXAM,
)
MOST_WEIGHTS = 20_000  # lines pasted


class NewForm(Form):
    """A simulation to begin: for which body, under which name, on which operations."""

    body = forms.ChoiceField(label=_("Organisme"))
    name = forms.CharField(label=_("Nom"), max_length=80, help_text=_("Par exemple : « REP d'abord »."))
    operations = forms.MultipleChoiceField(
        label=_("Opérations dont les réponses disent les besoins"), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, bodies: list[Body], operations: list[Operation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].choices = [(str(one.public_id), one.name) for one in bodies]
        self.fields["operations"].choices = operation_choices(operations)
        if len(bodies) == 1:
            self.fields["body"].initial = str(bodies[0].public_id)
            self.fields["body"].widget = forms.HiddenInput()
        if len(operations) == 1:
            self.fields["operations"].initial = [str(operations[0].public_id)]


def operation_choices(operations: list[Operation]) -> list[tuple[str, str]]:
    """Name operations with their département."""
    return [(str(one.public_id), f"{one.name} ({one.department.code})") for one in operations]


class NameForm(Form):
    """Another name."""

    name = forms.CharField(label=_("Nom"), max_length=80)


def _coefficient(label: Any) -> forms.DecimalField:
    widget = forms.NumberInput(
        attrs={"step": "0.05", "min": "0", "max": "3", "data-slider": "", "inputmode": "decimal"}
    )
    return forms.DecimalField(
        label=label, min_value=0, max_value=Decimal("9.99"), decimal_places=2, initial=0, widget=widget
    )


class SettingsForm(Form):
    """Which needs count, by which rule, with which weights."""

    name = forms.CharField(label=_("Nom"), max_length=80)
    operation_ids = forms.MultipleChoiceField(
        label=_("Opérations"), widget=forms.CheckboxSelectMultiple, required=False
    )
    needs_until = DateField(
        label=_("Réponses reçues jusqu'au"), required=False, help_text=_("Vide : toutes les réponses.")
    )
    validated_only = ToggleField(label=_("Seulement les réponses validées"))
    keep_reserve = ToggleField(
        label=_("Garder une réserve pour ceux qui n'ont pas répondu"),
        help_text=_("Leur besoin est estimé d'après les établissements semblables, et montré comme tel."),
    )
    rule = forms.ChoiceField(label=_("Règle"), choices=Rule.choices, widget=forms.RadioSelect)
    deadline = DateField(
        label=_("Articles livrables avant le"), required=False, help_text=_("Vide : tous les articles.")
    )
    coefficient_ips = _coefficient(_("Indice de position sociale bas"))
    coefficient_qpv = _coefficient(_("Foyer en quartier prioritaire (QPV)"))
    coefficient_rep = _coefficient(_("REP"))
    coefficient_rep_plus = _coefficient(_("REP+"))
    coefficient_isolated = _coefficient(_("Établissement isolé"))
    coefficient_exam = _coefficient(_("Année d'examen"))
    also_called = {"operations": "operation_ids"}

    def __init__(self, *args: Any, scenario: Scenario, operations: list[Operation], **kwargs: Any) -> None:
        names = [name for name in self.base_fields if name != "operation_ids"]
        initial: dict[str, Any] = {name: getattr(scenario, name) for name in names}
        initial["operation_ids"] = [str(one.public_id) for one in scenario.operations.all()]
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["operation_ids"].choices = operation_choices(operations)
        if scenario.archive_id:
            for name in ("operation_ids", "needs_until", "validated_only", "keep_reserve", *self.weights()):
                del self.fields[name]

    @staticmethod
    def weights() -> list[str]:
        """Name the fields of the coefficients."""
        return [f"coefficient_{name}" for name in COEFFICIENTS]


def _only_for() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=_("Réservé à"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=lambda: [(tag, tagging.in_words(tag) or _("secteur public")) for tag in PUBLICS],
        help_text=_("Rien de coché : à tous. Plusieurs : seulement à qui est tout cela à la fois."),
    )


def _place() -> forms.ChoiceField:
    return forms.ChoiceField(
        label=_("Et seulement ce lieu"),
        required=False,
        help_text=_("Une circonscription, une cité éducative."),
    )


def restriction(data: Mapping[str, Any]) -> str:
    """Join the publics and the place that were chosen."""
    return tagging.AND.join([*data["only_for"], *([data["place"]] if data["place"] else [])])


class _Placed(Form):
    """A form that may bound goods or money to one place of the operations' départements."""

    def __init__(self, *args: Any, places: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["place"].choices = [("", _("partout")), *places]


class GoodForm(_Placed):
    """Goods on offer, promised or in the depot."""

    code = forms.CharField(label=_("Code"), max_length=40, help_text=_("Court, par exemple : tab-ugap."))
    label = forms.CharField(label=_("Libellé"), max_length=80)
    origin = forms.ChoiceField(label=_("Origine"), choices=Origin.choices)
    good = forms.ChoiceField(label=_("Article"), choices=Good.choices)
    mode = forms.ChoiceField(label=_("Donné ou prêté"), choices=Mode.choices)
    price_cents = EurosField(label=_("Prix unitaire (offre d'achat)"), required=False)
    stock = forms.IntegerField(
        label=_("Quantité"), min_value=0, required=False, help_text=_("Vide pour une offre sans limite.")
    )
    pack = forms.IntegerField(label=_("Par lot de"), min_value=1, initial=1)
    only_for = _only_for()
    place = _place()
    available_on = DateField(label=_("Livrable le"), required=False)

    @property
    def asked(self) -> dict[str, Any]:
        """Give what the action is asked."""
        data = {**self.cleaned_data, "only_for": restriction(self.cleaned_data)}
        data.pop("place")
        return data | {"price_cents": data["price_cents"] or 0}


class FundForm(_Placed):
    """Money that may be spent: of an envelope, or only supposed."""

    envelope = forms.ChoiceField(
        label=_("Enveloppe"),
        required=False,
        help_text=_("Sans enveloppe, le fonds est supposé : la simulation se compare et ne se retient pas."),
    )
    code = forms.CharField(label=_("Code"), max_length=40)
    label = forms.CharField(label=_("Libellé"), max_length=120)
    kind = forms.ChoiceField(label=_("Niveau"), choices=FundKind.choices, initial=FundKind.DEPARTMENT)
    cite = forms.ChoiceField(label=_("Cité éducative"), required=False)
    departments = forms.MultipleChoiceField(
        label=_("Départements servis"), required=False, widget=forms.CheckboxSelectMultiple
    )
    budget_cents = EurosField(label=_("Montant à dépenser au plus"))
    only_for = _only_for()
    place = _place()
    private_limit_cents = EurosField(
        label=_("Au plus pour les établissements privés"),
        required=False,
    )
    also_called = {"private_limit": "private_limit_cents", "budget": "budget_cents"}

    def __init__(
        self,
        *args: Any,
        envelopes: list[Envelope],
        cites: list[CiteEducative],
        departments: list[Department],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        none = [("", _("aucune : fonds supposé"))]
        self.fields["envelope"].choices = none + [(str(one.public_id), str(one)) for one in envelopes]
        self.fields["cite"].choices = [("", _("aucune")), *((str(one.public_id), one.name) for one in cites)]
        self.fields["departments"].choices = [(one.code, f"{one.name} ({one.code})") for one in departments]
        if len(departments) == 1:
            self.fields["departments"].initial = [departments[0].code]
        self.fields["private_limit_cents"].help_text = _(
            "Vide : pas de limite. Déclarez la limite légale (code de l'éducation, L. 151-4 et L. 442-16)."
        )

    @property
    def asked(self) -> dict[str, Any]:
        """Give what the action is asked."""
        data = {**self.cleaned_data, "only_for": restriction(self.cleaned_data)}
        data.pop("place")
        return data | {
            "envelope_id": data.pop("envelope") or None,
            "cite_id": data.pop("cite") or None,
        }


class WeightsForm(Form):
    """Weights of the body's own: one line for each school."""

    lines = forms.CharField(
        label=_("UAI ; poids, un établissement par ligne"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text=_("Par exemple : 0930001A ; 1,5. Vide : plus aucun poids choisi."),
    )
    also_called = {"weights": "lines"}

    def clean_lines(self) -> dict[str, Decimal]:
        """Give the weight of each UAI."""
        rows = [row for row in self.cleaned_data["lines"].splitlines() if row.strip()]
        if len(rows) > MOST_WEIGHTS:
            raise forms.ValidationError(_("Collez au plus %(most)d lignes."), params={"most": MOST_WEIGHTS})
        return dict(self._read(number, row) for number, row in enumerate(rows, start=1))

    def _read(self, number: int, row: str) -> tuple[str, Decimal]:
        uai, _sign, weight = row.replace("\t", ";").partition(";")
        try:
            return uai.strip().upper(), Decimal(weight.strip().replace(",", "."))
        except InvalidOperation:
            sentence = _("Ligne %(number)d : écrivez l'UAI, un point-virgule, puis le poids.")
            raise forms.ValidationError(sentence, params={"number": number}) from None


class FilesForm(Form):
    """The three files of an instance, such as `cartable simulate` writes."""

    body = forms.ChoiceField(label=_("Organisme"))
    name = forms.CharField(label=_("Nom"), max_length=80)
    needs = UploadField(
        label=_("Besoins (needs.csv)"), suffixes=(".csv",), max_bytes=settings.UPLOAD_MAX_BYTES
    )
    sources = UploadField(label=_("Articles (sources.csv)"), suffixes=(".csv",), max_bytes=2**20)
    funds = UploadField(label=_("Fonds (funds.csv)"), suffixes=(".csv",), max_bytes=2**20)
    rule = forms.ChoiceField(label=_("Règle"), choices=Rule.choices, initial=Rule.LEXIMIN)
    deadline = DateField(label=_("Articles livrables avant le"), required=False)

    def __init__(self, *args: Any, bodies: list[Body], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].choices = [(str(one.public_id), one.name) for one in bodies]


def _factor(label: Any, help_text: Any = "") -> forms.DecimalField:
    widget = forms.NumberInput(
        attrs={"step": "5", "min": "0", "max": "300", "data-slider": "", "inputmode": "decimal"}
    )
    return forms.DecimalField(
        label=label, min_value=0, max_value=1000, decimal_places=1, initial=100, required=False, widget=widget
    )


class WhatIfForm(Form):
    """Other prices, another part of the gifts and of the stock, another budget: in per cent of what was computed."""

    prices = _factor(_("Prix (%)"))
    gifts = _factor(_("Dons qui arrivent (%)"))
    budget = _factor(_("Budget (%)"))
