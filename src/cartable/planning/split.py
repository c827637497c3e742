"""How an envelope is shared among the territories below it: proposed by a key, changed by hand, then notified.

No key is the law: the person chooses one and says why. No formula is known that gives the 695,294 € of Hauts-de-France
in April 2020, and none is written here.
"""

import uuid
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.bodies.actions import bodies_for_department, region_prefecture
from cartable.bodies.models import Body
from cartable.engines.apportionment import ApportionmentRefused, Claim, apportion
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.foundation.transitions import move
from cartable.funding.actions import delegate, open_envelope
from cartable.funding.models import Delegation, Envelope
from cartable.funding.perms import demand_second_factor
from cartable.funding.rules import show
from cartable.journal.actions import record
from cartable.planning.enums import SPLIT_MOVES, SplitKey, SplitState
from cartable.planning.keys import Child, children_of, completeness, figures, needs
from cartable.planning.models import Split, SplitShare
from cartable.planning.queries import (
    already_delegated,
    available,
    envelopes_split_by,
    shares_of,
    split_shares_led_by,
    splits_led_by,
)
from cartable.territories.models import Department, Region


NOT_YOURS = "Ce partage n'existe pas ou ne relève pas de votre service."


@transaction.atomic
def propose_split(
    *,
    actor: Any,
    envelope_id: UUID,
    name: str,
    key: str,
    ae_cents: int,
    cp_cents: int,
    weights: Mapping[str, Decimal | None],
    reason: str,
    basis: str = "",
    floor_cents: int = 0,
    cap_cents: int | None = None,
    counts_already: bool = False,
) -> Split:
    """Share an envelope among the territories of `weights` (by code) and keep it as a draft; nothing moves.

    AE follow the weights; CP follow the AE. A weight of None is a figure that somebody has still to give.
    """
    envelope = _envelope(actor, envelope_id)
    _check_words(envelope, name, reason)
    _check_amounts(envelope, ae_cents, cp_cents)
    taking_part = _taking_part(envelope, weights)
    known = _known(weights, taking_part)
    source = _source(envelope, key, known, taking_part, basis)
    already = already_delegated(envelope) if counts_already else {}
    claims = [Claim(code, known[code], already.get(code, 0), floor_cents, cap_cents) for code in known]
    ae = _apportioned(claims, ae_cents)
    split = Split.objects.create(
        envelope=envelope,
        name=name.strip(),
        key=SplitKey(key),
        basis=source,
        ae_cents=ae_cents,
        cp_cents=cp_cents,
        floor_cents=floor_cents,
        cap_cents=cap_cents,
        counts_already=counts_already,
        reason=reason.strip()[:300],
        made_at=clock.now(),
        made_by=actor,
    )
    _write(split, taking_part, known, already, ae)
    data = {"envelope": str(envelope_id), "key": key, "ae": ae_cents, "cp": cp_cents}
    record(actor=actor, verb="planning.split_proposed", target=str(split.public_id), data=data, text=reason)
    return split


def _envelope(actor: Any, envelope_id: UUID) -> Envelope:
    found = envelopes_split_by(actor).filter(public_id=envelope_id).first()
    if found is None:
        raise Refused("not_yours", "Cette enveloppe n'existe pas ou ne relève pas de votre service.")
    return found


def _check_words(envelope: Envelope, name: str, reason: str) -> None:
    if not name.strip():
        raise Refused("name_missing", "Donnez un nom à ce partage.", "name")
    if not reason.strip():
        raise Refused("reason_missing", "Dites pourquoi cette clé, en une phrase.", "reason")
    if envelope.splits.exclude(state=SplitState.DROPPED).filter(name=name.strip()).exists():
        raise Refused("name_taken", "Un partage de cette enveloppe porte déjà ce nom.", "name")


def _check_amounts(envelope: Envelope, ae_cents: int, cp_cents: int) -> None:
    left = available(envelope)
    if ae_cents < 1 or cp_cents < 0:
        raise Refused("amount", "Indiquez un montant supérieur à zéro.", "ae_cents")
    for asked, here, field, word in (
        (ae_cents, left.ae_cents, "ae_cents", "AE"),
        (cp_cents, left.cp_cents, "cp_cents", "CP"),
    ):
        if asked > here:
            sentence = _("Il reste %(left)s en %(credit)s dans cette enveloppe : diminuez le montant.")
            raise Refused("not_enough", sentence % {"left": show(here), "credit": word}, field)


def _taking_part(envelope: Envelope, weights: Mapping[str, Any]) -> list[Child]:
    children = {child.code: child for child in children_of(envelope)}
    if strangers := sorted(weights.keys() - children.keys()):
        sentence = _("Hors du territoire de cette enveloppe : %(codes)s.")
        raise Refused("outside", sentence % {"codes": ", ".join(strangers)}, "territories")
    if not weights:
        raise Refused("nobody", "Choisissez au moins un territoire.", "territories")
    return [children[code] for code in sorted(weights)]


def _known(weights: Mapping[str, Decimal | None], taking_part: list[Child]) -> dict[str, Decimal]:
    missing = [child.name for child in taking_part if weights[child.code] is None]
    if missing:
        sentence = _(
            "Aucune source ne donne le chiffre de : %(names)s. Indiquez-le, ou retirez ce territoire."
        )
        raise Refused("figure_missing", sentence % {"names": ", ".join(missing)}, "territories")
    return {code: Decimal(weight) for code, weight in weights.items() if weight is not None}


def _source(
    envelope: Envelope, key: str, known: Mapping[str, Decimal], taking_part: list[Child], basis: str
) -> str:
    """Give where the figures come from; one that is not the program's own must say it."""
    if key == SplitKey.OWN or basis.strip():
        return basis.strip()[:300]
    own = figures(SplitKey(key), envelope, taking_part)
    if any(known[code] != own[code] for code in known):
        raise Refused(
            "source_missing", "Des chiffres sont saisis : indiquez leur source et leur année.", "basis"
        )
    return completeness(needs(envelope, known).values()) if key == SplitKey.NEEDS else ""


def _write(
    split: Split,
    taking_part: list[Child],
    known: Mapping[str, Decimal],
    already: Mapping[str, int],
    ae: Mapping[str, int],
) -> None:
    """Write the shares; payment credits are shared as the commitment authority was."""
    cp = _apportioned([Claim(code, cents) for code, cents in ae.items()], split.cp_cents)
    SplitShare.objects.bulk_create(
        SplitShare(
            split=split,
            **{child.level: child.place},
            weight=known[child.code],
            already_cents=already.get(child.code, 0),
            computed_ae_cents=ae[child.code],
            computed_cp_cents=cp[child.code],
            ae_cents=ae[child.code],
            cp_cents=cp[child.code],
        )
        for child in taking_part
    )


def _apportioned(claims: list[Claim], amount: int) -> dict[str, int]:
    try:
        return apportion(claims, amount)
    except ApportionmentRefused as refused:
        raise _in_words(refused) from refused


def _in_words(refused: ApportionmentRefused) -> Refused:
    """Say why an amount cannot be shared so."""
    sentences = {
        "negative": _("Un poids, un plancher ou un plafond ne peut pas être négatif."),
        "floor_above_cap": _("Le plafond doit être au moins égal au plancher."),
        "floors_exceed": _(
            "Les planchers demandent %(floors)s et il n'y a que %(amount)s : baissez le plancher."
        ),
        "caps_leave": _(
            "%(left)s n'iraient à personne : relevez le plafond, ou donnez un poids à un autre territoire."
        ),
    }
    shown = {name: show(value) for name, value in refused.figures.items() if isinstance(value, int)}
    field = {"floors_exceed": "floor_cents", "negative": "territories"}.get(refused.code, "cap_cents")
    return Refused(refused.code, sentences[refused.code] % shown, field)


@transaction.atomic
def change_split_share(
    *, actor: Any, share_id: UUID, ae_cents: int, cp_cents: int, reason: str
) -> SplitShare:
    """Change the share of one territory by hand, with a reason; what is taken away stays in the envelope."""
    found = split_shares_led_by(actor).filter(public_id=share_id).first()
    if found is None:
        raise Refused("not_yours", NOT_YOURS)
    split = _draft(actor, found.split.public_id)
    share = shares_of(split).get(public_id=share_id)
    if min(ae_cents, cp_cents) < 0:
        raise Refused("amount", "Une part ne peut pas être négative.", "ae_cents")
    changed = (ae_cents, cp_cents) != (share.computed_ae_cents, share.computed_cp_cents)
    if changed and not reason.strip():
        raise Refused("reason_missing", "Indiquez le motif, en une phrase.", "reason")
    _check_room(split, share, ae_cents, cp_cents)
    words = reason.strip()[:300] if changed else ""
    if (ae_cents, cp_cents, words) == (share.ae_cents, share.cp_cents, share.change_reason):
        return share
    before, share.ae_cents, share.cp_cents = share.ae_cents, ae_cents, cp_cents
    share.change_reason = words
    share.save(update_fields=["ae_cents", "cp_cents", "change_reason"])
    record(
        actor=actor,
        verb="planning.split_share_changed",
        target=str(split.public_id),
        data={"territory": share.territory.code, "before": before, "after": ae_cents, "cp": cp_cents},
        text=reason,
    )
    return share


def _check_room(split: Split, share: SplitShare, ae_cents: int, cp_cents: int) -> None:
    others = [row for row in split.shares.all() if row.pk != share.pk]
    for asked, total, taken, field, word in (
        (ae_cents, split.ae_cents, sum(row.ae_cents for row in others), "ae_cents", "AE"),
        (cp_cents, split.cp_cents, sum(row.cp_cents for row in others), "cp_cents", "CP"),
    ):
        if asked > total - taken:
            sentence = _(
                "Il reste %(left)s en %(credit)s pour ce territoire : diminuez d'abord une autre part."
            )
            raise Refused("over_split", sentence % {"left": show(total - taken), "credit": word}, field)


def _draft(actor: Any, split_id: UUID) -> Split:
    split = _locked(actor, split_id)
    if split.state != SplitState.DRAFT:
        raise Refused("split_closed", "Ce partage n'est plus modifiable : proposez-en un nouveau.")
    return split


def _locked(actor: Any, split_id: UUID) -> Split:
    split = splits_led_by(actor).filter(public_id=split_id).select_for_update(of=("self",)).first()
    if split is None:
        raise Refused("not_yours", NOT_YOURS)
    return split


@transaction.atomic
def drop_split(*, actor: Any, split_id: UUID) -> Split:
    """Give a draft up; it stays to be read."""
    split = _locked(actor, split_id)
    if split.state == SplitState.DROPPED:
        return split
    move(SPLIT_MOVES, split.state, SplitState.DROPPED)
    split.state = SplitState.DROPPED
    split.save(update_fields=["state"])
    record(actor=actor, verb="planning.split_dropped", target=str(split_id))
    return split


@transaction.atomic
def notify_split(
    *, actor: Any, split_id: UUID, on: date | None = None, announced_on: date | None = None
) -> Split:
    """Delegate to every territory its share, each with its letter, all or nothing; a repeat changes nothing.

    `on` is the day of the letters (default: today), `announced_on` the day when the shares had been announced.
    Refuses `second_factor`, `nothing_left` (every share is nothing) and what `funding.actions.delegate` refuses.
    """
    demand_second_factor(actor)
    split = _locked(actor, split_id)
    if split.state == SplitState.NOTIFIED:
        return split
    move(SPLIT_MOVES, split.state, SplitState.NOTIFIED)
    shares = [share for share in shares_of(split) if share.ae_cents or share.cp_cents]
    if not shares:
        raise Refused("nothing_left", "Toutes les parts sont à zéro : rien n'est à notifier.")
    day = on or clock.today()
    for share in shares:
        share.delegation = _delegated(actor, split, share, day, announced_on)
        share.save(update_fields=["delegation"])
    split.state, split.notified_on, split.notified_by = SplitState.NOTIFIED, day, actor
    split.save(update_fields=["state", "notified_on", "notified_by"])
    record(
        actor=actor,
        verb="planning.split_notified",
        target=str(split.public_id),
        data={"letters": len(shares), "ae": sum(share.ae_cents for share in shares)},
    )
    return split


def _delegated(
    actor: Any, split: Split, share: SplitShare, day: date, announced_on: date | None
) -> Delegation:
    above = split.envelope
    target = open_envelope(
        actor=actor,
        line_id=above.line.public_id,
        year=above.year,
        holder_id=_holder(actor, share.territory).public_id,
        parent_id=above.public_id,
    )
    return delegate(
        actor=actor,
        source_id=above.public_id,
        target_id=target.public_id,
        ae_cents=share.ae_cents,
        cp_cents=share.cp_cents,
        on=day,
        announced_on=announced_on,
        reason=share.change_reason or split.reason,
        key=uuid.uuid5(split.public_id, share.territory.code),
    )


def _holder(actor: Any, place: Region | Department) -> Body:
    """Give the State service that holds the credits of a territory: préfecture of the région, or préfecture."""
    if isinstance(place, Department):
        return bodies_for_department(actor=actor, department=place).prefecture
    return region_prefecture(actor=actor, region=place)
