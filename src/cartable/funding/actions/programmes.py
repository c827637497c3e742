"""Open a programme, its documents, its lines and what the documents say of them. Each is safe to repeat."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from django.db import models, transaction
from django.utils.translation import gettext as _

from cartable.bodies.models import Body
from cartable.foundation.refused import Refused
from cartable.funding import perms
from cartable.funding.actions.shared import short
from cartable.funding.ceilings import check_bound, check_line_bound
from cartable.funding.enums import BINDING, CeilingKind, Serves
from cartable.funding.models import DocumentFigure, Line, LineCeiling, Programme, SourceDocument
from cartable.funding.models.programmes import SECOND_PERSON_FROM
from cartable.funding.rules import share_of, show, whole_cents
from cartable.journal.actions import record
from cartable.territories.models import Department, Region


M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, slots=True)
class Ceiling:
    """What a document says of the size of something: a bound or an amount in cents, a share in %, or nothing yet.

    A share binds where it is known what of: by `base_cents` (its cents are computed), or by its own cents.
    """

    kind: str = CeilingKind.TO_BE_SPECIFIED
    cents: int | None = None
    percent: Decimal | None = None
    base_cents: int | None = None


def _keep(model: type[M], look: dict[str, Any], content: dict[str, Any]) -> tuple[M, bool]:
    """Give the row of this code, made if it is not there; refuse where it is there with another content."""
    row, created = model._default_manager.get_or_create(**look, defaults=content)
    if any(getattr(row, field) != value for field, value in content.items()):
        raise Refused(
            "known", _("Ce code est déjà pris, avec un autre contenu : choisissez-en un autre."), "code"
        )
    return row, created


def _national(actor: Any) -> None:
    if not perms.may_open_programmes(actor):
        raise Refused("not_yours", _("Seul le ministère qui porte ce programme peut faire cela."))


@transaction.atomic
def open_programme(*, actor: Any, code: str, name: str, starts_on: date, ends_on: date) -> Programme:
    """Open a programme, or give the one that is there. Refuses `not_yours`, `dates`, `known` (other content)."""
    if actor is not None:
        _may_open_something(actor)
    if ends_on < starts_on:
        raise Refused(
            "dates", _("La fin ne peut pas précéder le début : corrigez l'une des deux."), "ends_on"
        )
    content = {"name": short(name, 160, "name"), "starts_on": starts_on, "ends_on": ends_on}
    programme, created = _keep(Programme, {"code": short(code, 40, "code")}, content)
    if created:
        record(actor=actor, verb="funding.programme_opened", target=str(programme.public_id))
    return programme


def _may_open_something(actor: Any) -> None:
    """A collectivité needs a programme of its own for its own lines."""
    from cartable.accounts.enums import Role
    from cartable.accounts.queries import bodies_as

    if not bodies_as(actor, Role.EQUIPMENT):
        _national(actor)


@transaction.atomic
def add_document(
    *, actor: Any, programme: Programme, code: str, title: str, dated: date | None = None, where: str = ""
) -> SourceDocument:
    """Add a source document to a programme."""
    _national(actor)
    content = {"title": short(title, 300, "title"), "dated": dated, "where": short(where, 300, "where")}
    document, created = _keep(
        SourceDocument, {"programme": programme, "code": short(code, 20, "code")}, content
    )
    if created:
        record(actor=actor, verb="funding.document_added", target=str(document.public_id))
    return document


@transaction.atomic
def open_line(
    *,
    actor: Any,
    programme: Programme,
    code: str,
    name: str,
    funder: Body,
    ceiling: Ceiling = Ceiling(),
    basis: str = "",
    budget_programme: str = "",
    document: SourceDocument | None = None,
    document_place: str = "",
    serves: str = Serves.ANYONE,
    running_costs: bool = False,
    own_money: bool = False,
    second_person_from_cents: int = SECOND_PERSON_FROM,
) -> Line:
    """Open a line of a programme with its ceiling, and the words of its document as `basis`.

    A line of `own_money` is opened by the collectivité that feeds it, any other by the ministry. From
    `second_person_from_cents` on a commitment takes two people; it is never empty.
    Refuses `not_yours`, `ceiling`, `threshold`, `known`.
    """
    _check_line(actor, funder, own_money, second_person_from_cents)
    line, created = _keep(
        Line,
        {"programme": programme, "code": short(code, 40, "code")},
        {
            "name": short(name, 160, "name"),
            "funder": funder,
            **_columns(ceiling),
            "basis": short(basis, 300, "basis"),
            "budget_programme": budget_programme,
            "document": document,
            "document_place": document_place,
            "serves": serves,
            "running_costs": running_costs,
            "own_money": own_money,
            "second_person_from_cents": second_person_from_cents,
        },
    )
    if created:
        record(
            actor=actor,
            verb="funding.line_opened",
            target=str(line.public_id),
            data={**_said(ceiling), "threshold": second_person_from_cents},
        )
    return line


def _check_line(actor: Any, funder: Body, own_money: bool, second_person_from_cents: int) -> None:
    if not (perms.may_open_own_line(actor, funder) if own_money else perms.may_open_programmes(actor)):
        raise Refused(
            "not_yours", _("Vous ne pouvez ouvrir une ligne que sur les crédits de votre organisme.")
        )
    if not second_person_from_cents or second_person_from_cents < 1:
        raise Refused(
            "threshold",
            _("Indiquez à partir de quel montant deux personnes décident (un centime au moins)."),
            "second_person_from_cents",
        )


def _columns(ceiling: Ceiling) -> dict[str, Any]:
    """Give the columns of a ceiling: a bound says its cents, a share its percent, the rest says neither."""
    kind, percent, base = ceiling.kind, ceiling.percent, ceiling.base_cents
    cents = _cents(ceiling)
    whole = percent is None and base is None and (cents is None) == (kind == CeilingKind.TO_BE_SPECIFIED)
    share = percent is not None and 0 < percent <= 100
    if not (share if kind == CeilingKind.SHARE else whole):
        raise Refused(
            "ceiling",
            _("Un plafond dit un montant, ou une part en % ; « à préciser » n'en dit aucun : corrigez-le."),
            "cents",
        )
    return {"kind": kind, "cents": cents, "percent": percent, "base_cents": base}


def _cents(ceiling: Ceiling) -> int | None:
    """Give the amount of a ceiling, computed where it is a share of a known one; refuse where two are said."""
    if ceiling.cents is not None:
        whole_cents(ceiling.cents, "cents", zero=True)
    if ceiling.base_cents is None or ceiling.percent is None:
        return ceiling.cents
    cents = share_of(whole_cents(ceiling.base_cents, "base_cents"), ceiling.percent)
    if ceiling.cents not in (None, cents):
        sentence = _("Cette part fait %(cents)s : laissez le montant vide, ou écrivez celui-ci.")
        raise Refused("ceiling", sentence % {"cents": show(cents)}, "cents")
    return cents


def _said(ceiling: Ceiling) -> dict[str, Any]:
    return {"kind": str(ceiling.kind), "cents": _cents(ceiling)}


@transaction.atomic
def set_ceiling(
    *,
    actor: Any,
    line: Line,
    region: Region | None = None,
    department: Department | None = None,
    ceiling: Ceiling,
    basis: str = "",
    document: SourceDocument | None = None,
) -> LineCeiling:
    """Bound a line on one région or one département, or correct that bound: what binds is then never passed.

    Refuses `not_yours`, `ceiling`, and `below_reached` where more than the bound has come down already.
    """
    _national(actor)
    content = {**_columns(ceiling), "basis": short(basis, 300, "basis"), "document": document}
    rows = LineCeiling.objects.select_for_update(of=("self",), no_key=True)
    where = {"line": line, "region": region, "department": department}
    row = rows.filter(**where).first() or LineCeiling(**where)
    if _put(row, content):
        check_bound(row)
        row.save()
        record(actor=actor, verb="funding.ceiling_set", target=str(line.public_id), data=_bound(row, ceiling))
    return row


@transaction.atomic
def set_line_ceiling(
    *,
    actor: Any,
    line: Line,
    ceiling: Ceiling,
    basis: str = "",
    document: SourceDocument | None = None,
) -> Line:
    """Say how large a line is once a document says it, or correct it: what binds is then never passed.

    Refuses `not_yours`, `ceiling`, and `below_opened` where more than the bound has been opened already.
    """
    row = (
        Line.objects.select_for_update(of=("self",), no_key=True)
        .select_related("funder", "document")
        .get(pk=line.pk)
    )
    _check_line(actor, row.funder, row.own_money, row.second_person_from_cents)
    content = {**_columns(ceiling), "basis": short(basis, 300, "basis"), "document": document}
    if document != row.document:
        content["document_place"] = ""
    if _put(row, content):
        check_line_bound(row)
        row.save(update_fields=list(content))
        record(actor=actor, verb="funding.ceiling_set", target=str(row.public_id), data=_bound(row, ceiling))
    return row


def _put(row: Line | LineCeiling, content: dict[str, Any]) -> bool:
    """Put a ceiling's columns into its row; tell whether anything changed."""
    changed = row.pk is None or any(getattr(row, field) != value for field, value in content.items())
    for field, value in content.items():
        setattr(row, field, value)
    return changed


def _bound(row: Line | LineCeiling, ceiling: Ceiling) -> dict[str, Any]:
    return {**_said(ceiling), "binding": row.kind in BINDING and row.cents is not None}


@transaction.atomic
def add_figure(
    *,
    actor: Any,
    document: SourceDocument,
    label: str,
    words: str,
    ceiling: Ceiling,
    line: Line | None = None,
    region: Region | None = None,
    place: str = "",
) -> DocumentFigure:
    """Keep one figure of a document in its own words, so that each figure on a page opens its source."""
    _national(actor)
    content = {
        **_columns(ceiling),
        "words": short(words, 300, "words"),
        "line": line,
        "region": region,
        "place": short(place, 80, "place"),
    }
    figure, _created = _keep(
        DocumentFigure, {"document": document, "label": short(label, 160, "label")}, content
    )
    return figure


def find_line(*, actor: Any, line_id: UUID) -> Line:
    """Fetch a line that `actor` may open envelopes on, or refuse."""
    line = Line.objects.select_related("funder", "programme").filter(public_id=line_id).first()
    if line is None:
        raise Refused("line", _("Cette ligne n'existe pas : rechargez la page."), "line")
    return line
