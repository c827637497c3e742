"""The papers of money: the letter that notifies credits, the summary of a commitment. In French, the acts' language."""

from dataclasses import replace
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from cartable.bodies.models import Body
from cartable.documents import data, french, money_data, render
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.funding.enums import DelegationKind, Share
from cartable.funding.models import Commitment, Delegation, Envelope, Line
from cartable.funding.queries.details import parts_of_commitment
from cartable.funding.queries.stages import Stages, stages_of
from cartable.funding.rules import show


VERBS = {
    DelegationKind.DELEGATION: "vous délègue",
    DelegationKind.WITHDRAWAL: "retire de votre enveloppe",
    DelegationKind.MOVE: "vire à votre enveloppe",
    DelegationKind.OPENING: "ouvre dans votre enveloppe",
}
WHO_IS_SERVED = {
    "qpv_pupils": "Ils servent les élèves des quartiers prioritaires de la politique de la ville (QPV).",
    "cite_educative": "Ils servent le territoire de la cité éducative.",
}


def credit_letter(delegation: Delegation, *, to_source: bool = False) -> bytes:
    """Give the letter (PDF) of a notified delegation; of a move, `to_source` gives that of who loses the credits.

    Refuses one that is only announced.
    """
    if delegation.notified_on is None:
        raise Refused(
            "not_notified", _("Cette délégation n'est pas notifiée : sa lettre paraîtra à la notification.")
        )
    with override("fr"):
        letter = _letter(delegation, delegation.notified_on)
        if to_source and delegation.source:
            letter = _told_to(delegation, delegation.source, letter)
        return render.credit_letter(_sheet(_sender(delegation)), [letter])


def _letter(delegation: Delegation, day: date) -> money_data.CreditLetter:
    taken = delegation.kind == DelegationKind.WITHDRAWAL and delegation.source is not None
    told = delegation.source if taken and delegation.source else delegation.target
    line = delegation.target.line
    return money_data.CreditLetter(
        recipient=data.Party(told.holder.name),
        number=delegation.letter_number or "—",
        year=_budget_year(delegation, day),
        verb=VERBS[DelegationKind(delegation.kind)],
        programme=line.programme.name,
        line=line.name,
        amounts=_amounts(delegation),
        notified_on=day,
        announced_on=delegation.announced_on if delegation.announced_on != day else None,
        origin=_origin(delegation),
        budget_programme=line.budget_programme,
        source=_source(line),
        rules=_rules(delegation, day) if not taken else (),
        reason=delegation.reason,
    )


def _budget_year(delegation: Delegation, day: date) -> str:
    year = delegation.target.year
    return str(year) if day.year == year else f"{year}, crédits de paiement de {day.year}"


def _told_to(
    delegation: Delegation, source: Envelope, letter: money_data.CreditLetter
) -> money_data.CreditLetter:
    """Turn the letter of a move towards who gives: what leaves its envelope, and for whose."""
    return replace(
        letter,
        recipient=data.Party(source.holder.name),
        number=delegation.source_letter_number or "—",
        verb="vire de votre enveloppe",
        origin=f"Ils rejoignent l’enveloppe de : {delegation.target.holder.name}.",
        rules=(),
    )


def _sender(delegation: Delegation) -> Body:
    """Give the body that decides: the one above, or the holder itself for its own credits."""
    if delegation.source is None or delegation.kind == DelegationKind.WITHDRAWAL:
        return delegation.target.holder
    if delegation.kind == DelegationKind.MOVE and delegation.source.parent:
        return delegation.source.parent.holder
    return delegation.source.holder


def _amounts(delegation: Delegation) -> tuple[tuple[str, str], ...]:
    pairs = (
        ("Autorisations d’engagement (AE)", delegation.ae_cents),
        ("Crédits de paiement (CP)", delegation.cp_cents),
    )
    return tuple((label, show(cents)) for label, cents in pairs if cents)


def _origin(delegation: Delegation) -> str:
    if delegation.kind == DelegationKind.MOVE and delegation.source:
        return f"Ils viennent de l’enveloppe de : {delegation.source.holder.name}."
    return ""


def _source(line: Line) -> str:
    if line.document is None:
        return line.basis
    place = f", {line.document_place}" if line.document_place else ""
    return f"{line.document.title}{place}"


def _rules(delegation: Delegation, day: date) -> tuple[str, ...]:
    line, year = delegation.target.line, delegation.target.year
    if day.year != year:
        return (f"Ils paient en {day.year} ce qui a été engagé en {year} ; ils n’en permettent pas plus.",)
    said = [WHO_IS_SERVED.get(line.serves, "")]
    if line.running_costs:
        said.append("Les frais de fonctionnement des porteurs sont admis.")
    said.append(
        f"À partir de {show(line.second_person_from_cents)}, un engagement est décidé par deux personnes."
    )
    return tuple(filter(None, said))


def grant_sheet(commitment: Commitment) -> bytes:
    """Give the summary (PDF) of a commitment: what, to whom, who pays, where the money stands today."""
    parts = list(parts_of_commitment(commitment))
    stages = stages_of(parts)
    with override("fr"):
        page = money_data.GrantSheet(
            act=str(commitment.get_kind_display()),
            subject=commitment.subject,
            bearer=data.Party(commitment.bearer.name),
            state=str(commitment.get_state_display()),
            decided_on=commitment.decided_on,
            amounts=_due(commitment),
            parts=tuple(
                _part(part.envelope, part.share, part.amount_cents, stages[part.pk]) for part in parts
            ),
            number=commitment.number,
            programme=" · ".join(dict.fromkeys(part.envelope.line.name for part in parts)),
            serves=commitment.serves_note,
            justify_by=commitment.justify_by,
            two_people=bool(commitment.proposed_by_id and commitment.confirmed_by_id),
        )
        issuer = parts[0].envelope.holder if parts else commitment.bearer
        return render.grant_sheet(_sheet(issuer), [page])


def _due(commitment: Commitment) -> tuple[tuple[str, str], ...]:
    if not commitment.vat_cents:
        return (("Total", show(commitment.net_cents)),)
    rate = f"{commitment.vat_rate / 100:g}".replace(".", ",")
    whole = commitment.net_cents + commitment.vat_cents
    return (
        ("Hors taxes", show(commitment.net_cents)),
        (f"TVA à {rate} %", show(commitment.vat_cents)),
        ("Total", show(whole)),
    )


def _part(envelope: Envelope, share: str, cents: int, stages: Stages) -> money_data.GrantPart:
    return money_data.GrantPart(
        funder=envelope.holder.name,
        share=str(Share(share).label),
        amount=show(cents),
        paid=show(stages.paid),
        justified=show(stages.justified),
        recovered=show(stages.returned),
    )


def _sheet(issuer: Body) -> data.Sheet:
    return data.Sheet(
        issuer=data.Party(name=issuer.name),
        made_on=clock.today(),
        source=f"Cartable, registre des crédits au {french.day(clock.today())}",
    )
