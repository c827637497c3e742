"""Forms of a commitment and of what follows it: they parse, `funding.actions` decides."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _

from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.foundation import clock
from cartable.funding.actions import Awaited, Part
from cartable.funding.enums import LEVEL_OF, CommitmentKind, Share
from cartable.funding.models import AwaitedPart, CommitmentPart, Envelope
from cartable.funding.rules import RATES, show, vat
from cartable.funding.words import due
from cartable.web.forms import DateField, Form, ToggleField, key_field
from cartable.web.funding.credit_forms import reason_field
from cartable.web.funding.fields import EurosField


BEARER_KINDS = [
    (kind.value, kind.label)
    for kind in (
        BodyKind.ASSOCIATION,
        BodyKind.LOCAL_AUTHORITY,
        BodyKind.OPERATOR,
        BodyKind.FOUNDATION,
        BodyKind.COMPANY,
    )
]
VAT_PAYERS = [
    ("here", _("Cette enveloppe")),
    ("other", _("Un cofinanceur : il ajoutera sa part sur sa propre enveloppe")),
]


def rate_field() -> forms.TypedChoiceField:
    """Give the field of a rate of the French tax, in hundredths of a percent."""
    choices = [(rate, f"{number_format(rate / 100)} %" if rate else _("sans TVA")) for rate in RATES]
    return forms.TypedChoiceField(label=_("Taux de TVA"), choices=choices, coerce=int, initial=0)


class BearerForm(Form):
    """A bearer that is not known yet."""

    kind = forms.ChoiceField(label=_("Nature"), choices=BEARER_KINDS)
    name = forms.CharField(label=_("Nom"), max_length=200)
    siret = forms.CharField(label="SIRET", max_length=20, required=False, help_text=_("Quatorze chiffres."))
    rna = forms.CharField(
        label="RNA", max_length=14, required=False, help_text=_("Pour une association : W et neuf chiffres.")
    )


class CommitForm(Form):
    """What is decided to be spent, and which envelopes pay it."""

    also_called: ClassVar[dict[str, str]] = {"ae": "paid", "parts": "paid", "amount": "net"}
    key = key_field()
    kind = forms.ChoiceField(label=_("Acte"), choices=CommitmentKind.choices, widget=forms.RadioSelect)
    subject = forms.CharField(
        label=_("Objet"),
        max_length=200,
        help_text=_("Par exemple : 120 tablettes pour les élèves de trois QPV"),
    )
    net = EurosField(
        label=_("Montant"),
        help_text=_("De la subvention, ou hors taxes pour un achat ; par exemple : 1 234,56"),
    )
    vat_rate = rate_field()
    vat_payer = forms.ChoiceField(
        label=_("Qui paie la TVA ?"), choices=VAT_PAYERS, widget=forms.RadioSelect, initial="here"
    )
    cofunder = forms.CharField(
        label=_("Cofinanceur attendu"),
        max_length=200,
        required=False,
        help_text=_(
            "Son nom ou son SIRET, si une part vient d'un autre service. Vide : le porteur, s'il tient des crédits."
        ),
    )
    paid = EurosField(
        label=_("Cette enveloppe paie"),
        required=False,
        help_text=_(
            "Vide : tout le montant, hors TVA. Sinon sa part ; le reste vient d'une autre enveloppe."
        ),
    )
    reservation = forms.ChoiceField(
        label=_("Prendre sur une réservation"),
        required=False,
        help_text=_("L'argent qu'une simulation retenue a mis de côté."),
    )
    other = forms.ChoiceField(label=_("Autre enveloppe de votre service"), required=False)
    other_paid = EurosField(label=_("Cette autre enveloppe paie"), required=False)
    on = DateField(label=_("Décidé le"), initial=clock.today)
    number = forms.CharField(
        label=_("Numéro d'engagement (EJ)"),
        max_length=40,
        required=False,
        help_text=_("Il peut être ajouté plus tard."),
    )
    serves_note = forms.CharField(
        label=_("Public et territoire servis"),
        max_length=300,
        required=False,
        help_text=_("Demandé si la ligne ne sert que certains élèves : dites quels quartiers."),
    )
    justify_by = DateField(label=_("À justifier avant le"), required=False)

    def __init__(
        self,
        *args: Any,
        envelope: Envelope,
        others: Iterable[Envelope],
        bearer: Body,
        find: Callable[[str], list[Body]],
        reservations: Iterable[Any] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.envelope, self.bearer, self.find = envelope, bearer, find
        self.others = {str(one.public_id): one for one in others}
        named = [
            (str(one.public_id), f"{one.line.name}, {one.year}, {one.holder.name}")
            for one in self.others.values()
        ]
        self.fields["other"].choices = [("", _("Aucune")), *named]
        if not named:
            del self.fields["other"], self.fields["other_paid"]
        kept = [(str(one.public_id), f"{one.purpose} : {show(one.left)}") for one in reservations]
        self.fields["reservation"].choices = [("", _("Aucune")), *kept]
        if not kept:
            del self.fields["reservation"]

    def clean(self) -> dict[str, Any]:
        """Ask for both halves of a second part, or for none; and who will pay what these envelopes do not."""
        data = super().clean() or {}
        if bool(data.get("other")) != bool(data.get("other_paid")):
            lacking = "other_paid" if data.get("other") else "other"
            self.add_error(
                lacking, _("Indiquez l'autre enveloppe et ce qu'elle paie, ou ni l'un ni l'autre.")
            )
        if data.get("net") is not None and (data.get("other_paid") or 0) > data["net"]:
            self.add_error(
                "other_paid", _("L'autre enveloppe paierait plus que le montant : diminuez ce qu'elle paie.")
            )
        if not self.errors and self._lacking():
            self._name_cofunder(data["cofunder"])
        return data

    def _name_cofunder(self, words: str) -> None:
        found = self.find(words) if words else [self.bearer] if self.bearer.kind in LEVEL_OF else []
        if len(found) == 1:
            self.cofunder = found[0]
            return
        lacking = {"lacking": show(sum(self._lacking().values()))}
        if not words:
            sentence = _("Dites quel cofinanceur paiera %(lacking)s : son nom ou son SIRET.")
        elif found:
            sentence = _(
                "Plusieurs organismes portent ce nom : écrivez le SIRET de celui qui paiera %(lacking)s."
            )
        else:
            sentence = _("Aucun cofinanceur de ce nom : vérifiez-le, ou ajoutez-le d'abord comme porteur.")
        self.add_error("cofunder", str(sentence) % lacking)

    def _lacking(self) -> dict[str, int]:
        """Give what no part pays yet, of each share."""
        whole = {Share.NET.value: self.cleaned_data["net"], Share.VAT.value: self._vat()}
        for part in self.parts():
            whole[Share(part.share).value] -= part.cents
        return {share: cents for share, cents in whole.items() if cents > 0}

    @property
    def awaited(self) -> list[Awaited]:
        """Give what the co-funder is awaited for."""
        return [Awaited(self.cofunder.public_id, cents, share) for share, cents in self._lacking().items()]

    @property
    def paying(self) -> list[Envelope]:
        """Give the envelopes that pay."""
        other = self.others.get(self.cleaned_data.get("other") or "")
        return [self.envelope, *([other] if other else [])]

    @property
    def whole(self) -> int:
        """Give the price with its tax."""
        return self.cleaned_data["net"] + self._vat()

    def _vat(self) -> int:
        return vat(self.cleaned_data["net"], self.cleaned_data["vat_rate"])

    def parts(self) -> list[Part]:
        """Give what each envelope pays: of the price, then of the tax."""
        data = self.cleaned_data
        other = data.get("other_paid") or 0
        mine = data["net"] - other if data["paid"] is None else data["paid"]
        kept = data.get("reservation") or None
        parts = [Part(self.envelope.public_id, mine, reservation_id=kept)] if mine else []
        if other:
            parts.append(Part(data["other"], other))
        if data["vat_payer"] == "here" and self._vat():
            parts.append(Part(self.envelope.public_id, self._vat(), Share.VAT))
        return parts

    @property
    def asked(self) -> dict[str, Any]:
        """Give what `funding.actions.commit` takes, but for the bearer."""
        same = ("kind", "subject", "vat_rate", "on", "number", "serves_note", "justify_by", "key")
        data = self.cleaned_data
        return {
            **{name: data[name] for name in same},
            "net_cents": data["net"],
            "parts": self.parts(),
            "awaited": self.awaited,
        }


class JoinForm(Form):
    """The part of a co-funder."""

    also_called: ClassVar[dict[str, str]] = {"ae": "amount", "parts": "amount"}
    key = key_field()
    envelope = forms.ChoiceField(label=_("Enveloppe"))
    share = forms.ChoiceField(label=_("Elle paie"), choices=Share.choices, widget=forms.RadioSelect)
    amount = EurosField(label=_("Montant"))
    on = DateField(label=_("Décidé le"), initial=clock.today)

    def __init__(self, *args: Any, envelopes: Iterable[Envelope], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["envelope"].choices = [
            (str(one.public_id), f"{one.line.name}, {one.year}, {one.holder.name}") for one in envelopes
        ]

    def part(self) -> Part:
        """Give the part that was written."""
        data = self.cleaned_data
        return Part(data["envelope"], data["amount"], data["share"])


class AwaitedForm(Form):
    """The part that is awaited from a co-funder: it chooses its envelope, all the rest was asked of it."""

    also_called: ClassVar[dict[str, str]] = {"ae": "envelope", "parts": "envelope", "amount": "envelope"}
    key = key_field()
    answers = forms.ChoiceField(label=_("On attend votre part"), widget=forms.RadioSelect)
    envelope = forms.ChoiceField(label=_("Enveloppe"))
    on = DateField(label=_("Décidé le"), initial=clock.today)

    def __init__(
        self, *args: Any, envelopes: Iterable[Envelope], awaited: Sequence[AwaitedPart], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.awaited = {str(one.pk): one for one in awaited}
        choices = [(key, f"{one.body.name} : {due(one)}") for key, one in self.awaited.items()]
        self.fields["answers"].choices = choices
        self.fields["answers"].initial = choices[0][0]
        if len(choices) == 1:
            self.fields["answers"].widget = forms.HiddenInput()
        self.fields["envelope"].choices = [
            (str(one.public_id), f"{one.line.name}, {one.year}, {one.holder.name}") for one in envelopes
        ]

    def part(self) -> Part:
        """Give the part that was asked for."""
        one = self.awaited[self.cleaned_data["answers"]]
        return Part(self.cleaned_data["envelope"], one.amount_cents, one.share)


class DayForm(Form):
    """A day, nothing else."""

    on = DateField(label=_("Date"), initial=clock.today)


class ReasonForm(Form):
    """A reason, nothing else."""

    reason = reason_field(help_text=_("En une phrase ; il reste au dossier."))


class UndoForm(ReasonForm):
    """Why an entry is undone, and on which day; its own unless somebody says another."""

    on = DateField(label=_("Date"))


class NumberForm(Form):
    """The number of a commitment in the State's accounts."""

    number = forms.CharField(label=_("Numéro d'engagement (EJ)"), max_length=40)


class MovementForm(Form):
    """So much of one part, on a day."""

    also_called: ClassVar[dict[str, str]] = {"ae": "amount", "cp": "amount"}
    field_order = ("key", "part", "amount", "on", "reason")
    key = key_field()
    part = forms.ChoiceField(label=_("Sur"), widget=forms.RadioSelect)
    amount = EurosField(label=_("Montant"))
    on = DateField(label=_("Date"), initial=clock.today)
    reason = reason_field(required=False, help_text=_("Référence ou précision."), label=_("Référence"))

    def __init__(self, *args: Any, parts: Sequence[CommitmentPart], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (str(one.public_id), f"{one.envelope.holder.name}, {one.get_share_display()}") for one in parts
        ]
        self.fields["part"].choices = choices
        self.fields["part"].initial = choices[0][0] if choices else None
        if len(choices) == 1:
            self.fields["part"].widget = forms.HiddenInput()

    @property
    def asked(self) -> dict[str, Any]:
        """Give what every action on a part takes."""
        data = dict(self.cleaned_data)
        return {"part_id": data.pop("part"), "cents": data.pop("amount"), **data}


class PaymentForm(MovementForm):
    """A payment: its day says whose year's credits it takes."""

    on = DateField(
        label=_("Payé le"),
        initial=clock.today,
        help_text=_("Les crédits de paiement (CP) sont ceux de l'année de ce jour."),
    )


class ReasonedForm(MovementForm):
    """A movement that takes a reason."""

    reason = reason_field(help_text=_("En une phrase ; il reste au dossier."))


class ClaimForm(ReasonedForm):
    """What is claimed back from the bearer."""

    field_order = ("key", "part", "amount", "on", "due_on", "reestablish", "reason")
    on = DateField(label=_("Réclamé le"), initial=clock.today)
    due_on = DateField(label=_("À reverser avant le"))
    reestablish = ToggleField(
        label=_("Avec rétablissement de crédits"),
        help_text=_("Une fois reçu, l'argent peut être engagé de nouveau sur la même enveloppe."),
    )
