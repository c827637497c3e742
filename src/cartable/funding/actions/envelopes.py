"""Open an envelope: its place in the tree, and its accounts in the ledger."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from cartable.bodies.models import Body
from cartable.foundation.refused import Refused
from cartable.funding import codes, perms
from cartable.funding.actions.programmes import find_line
from cartable.funding.enums import ENVELOPE_ACCOUNTS, LEVEL_OF, Credit, Level
from cartable.funding.models import Envelope, EnvelopeAccount, Line
from cartable.journal.actions import record
from cartable.ledger.actions import open_account, open_resource
from cartable.ledger.models import Unit


@transaction.atomic
def open_envelope(
    *, actor: Any, line_id: UUID, year: int, holder_id: UUID, parent_id: UUID | None = None
) -> Envelope:
    """Open the envelope of `holder` on a line for a year, or give the one that is already there; empty at first.

    Its level and territory are the holder's: ministry → nation, région prefecture → BOP, préfecture → UO,
    collectivité → its own money (a line of `own_money`, without a parent). `parent_id` is the envelope that its
    money comes from: the actor must decide on it. Refuses `not_yours`, `line`, `holder`, `level`, `parent`, `year`.
    """
    line = find_line(actor=actor, line_id=line_id)
    holder = Body.objects.select_related("department", "commune").filter(public_id=holder_id).first()
    level = LEVEL_OF.get(holder.kind) if holder else None  # type: ignore[call-overload]
    if holder is None or level is None:
        raise Refused(
            "holder",
            _("Une enveloppe est tenue par un service de l'État ou une collectivité : choisissez-en un."),
            "holder",
        )
    parent = _parent(actor, line, year, level, parent_id)
    _check(actor, line, year, level, holder, parent)
    place = _place(level, holder, parent)
    envelope, created = Envelope.objects.get_or_create(
        line=line, year=year, holder=holder, defaults={"level": level, "parent": parent, **place}
    )
    if envelope.parent_id != (parent.pk if parent else None):
        raise Refused("parent", _("Cette enveloppe existe déjà, sous une autre : ouvrez celle-là."), "parent")
    if created:
        open_accounts([envelope])
        record(
            actor=actor,
            verb="funding.envelope_opened",
            target=str(envelope.public_id),
            data={"line": line.public_id, "year": year, "holder": holder.public_id, "level": str(level)},
        )
    return envelope


def _parent(actor: Any, line: Line, year: int, level: Level, parent_id: UUID | None) -> Envelope | None:
    if parent_id is None:
        return None
    parent = Envelope.objects.filter(perms.run_by(actor), public_id=parent_id).first()
    if parent is None:
        raise Refused(
            "not_yours", _("Cette enveloppe n'existe pas ou ne relève pas de votre service."), "parent"
        )
    below = {
        Level.NATIONAL.value: (Level.REGION, Level.DEPARTMENT),
        Level.REGION.value: (Level.DEPARTMENT,),
    }
    if (parent.line_id, parent.year) != (line.pk, year) or level not in below.get(parent.level, ()):
        raise Refused(
            "parent",
            _("Une enveloppe en dote une autre de la même ligne, du même exercice et du niveau inférieur."),
            "parent",
        )
    return parent


def _check(actor: Any, line: Line, year: int, level: Level, holder: Body, parent: Envelope | None) -> None:
    if not line.programme.starts_on.year <= year <= line.programme.ends_on.year:
        raise Refused("year", _("Cet exercice est hors des dates du programme : corrigez l'année."), "year")
    if (level == Level.LOCAL) != line.own_money or (line.own_money and holder.pk != line.funder_id):
        raise Refused(
            "level",
            _("Une collectivité tient une enveloppe sur sa propre ligne, l'État sur les siennes."),
            "holder",
        )
    if parent is None:
        mine = perms.may_open_own_line(actor, holder) if line.own_money else perms.may_open_programmes(actor)
        if not mine:
            raise Refused("not_yours", _("Seul le ministère qui porte ce programme peut faire cela."))


def _place(level: Level, holder: Body, parent: Envelope | None) -> dict[str, Any]:
    """Give the territory of an envelope, that of its holder; it must lie within the one above."""
    if level == Level.NATIONAL:
        return {}
    if level == Level.REGION:
        return {"region": holder.region}
    department = holder.department or (holder.commune.department if holder.commune else None)
    if level == Level.LOCAL:
        return {"department": department, "region": None if department else holder.region}
    if department and parent and parent.region_id not in (None, department.region_id):
        raise Refused(
            "territory_outside",
            _("Ce département n'est pas de la région de l'enveloppe : choisissez un de ses départements."),
            "holder",
        )
    return {"department": department}


def open_resources() -> None:
    """Make the two sorts of credits known to the ledger."""
    for credit in Credit:
        open_resource(code=credit.value, unit=Unit.CENT, label=str(credit.label))


def open_accounts(envelopes: list[Envelope]) -> None:
    """Open the accounts of new envelopes, and keep which stands for what."""
    open_resources()
    EnvelopeAccount.objects.bulk_create(
        EnvelopeAccount(
            envelope=envelope,
            credit=credit,
            stage=stage,
            account=open_account(resource=credit.value, code=codes.account(stage, envelope.public_id)),
        )
        for envelope in envelopes
        for credit, stage in ENVELOPE_ACCOUNTS
    )
