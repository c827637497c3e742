"""What a bearer sees: the money that comes to it, and what it still has to justify, by when."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from cartable.accounts.models import User
from cartable.foundation import clock
from cartable.funding.enums import CommitmentState
from cartable.funding.models import Commitment, CommitmentPart
from cartable.funding.perms import bodies_borne_by
from cartable.funding.queries import commitments_visible_to, stages_of
from cartable.funding.queries.stages import Stages
from cartable.funding.rules import show as euros
from cartable.web.funding.awaited import awaited_table
from cartable.web.funding.reach import commitment_url
from cartable.web.funding.words import commitment_badge, day
from cartable.web.parts import Badge
from cartable.web.show import paged, show
from cartable.web.table import Column, Table, link


def borne(request: HttpRequest) -> HttpResponse:
    """List the commitments towards the bodies that the person answers for."""
    rows: Any = paged(request, borne_by(request.user), per_page=25)
    stages = totals_of(rows)
    table = Table(
        caption=_("Ce qui vous est accordé"),
        columns=[
            Column(_("Objet"), lambda one: link(one.subject, commitment_url(one)), heads=True),
            Column(_("Organisme"), lambda one: one.bearer.name),
            Column(_("Décidé le"), lambda one: day(one.decided_on)),
            Column(_("Accordé"), lambda one: euros(one.net_cents + one.vat_cents), numeric=True),
            Column(_("Payé"), lambda one: euros(stages[one.pk].paid), numeric=True),
            Column(_("À justifier"), lambda one: euros(stages[one.pk].settled), numeric=True),
            Column(_("Avant le"), lambda one: _by_when(one, stages[one.pk])),
            Column(_("État"), commitment_badge),
        ],
        rows=rows,
        empty=_("Aucun financement ne vous est accordé pour l'instant."),
    )
    return show(
        request,
        "funding/borne.html",
        title=_("Vos financements"),
        table=table,
        awaited=awaited_table(request.user),
    )


def borne_by(user: User) -> QuerySet[Commitment]:
    """Give the commitments that the person answers for as the bearer; those refused are of no use to him."""
    rows = commitments_visible_to(user).filter(bearer__in=bodies_borne_by(user))
    return rows.exclude(state=CommitmentState.REFUSED)


def totals_of(commitments: Any) -> dict[int, Stages]:
    """Give where the money of each of these commitments stands, all its parts together: two queries."""
    found = {one.pk: Stages() for one in commitments}
    parts = list(CommitmentPart.objects.filter(commitment__in=found).select_related("commitment"))
    stages = stages_of(parts)
    for part in parts:
        found[part.commitment_id] += stages[part.pk]
    return found


def _by_when(one: Commitment, stages: Stages) -> Any:
    if one.justify_by and stages.settled and one.justify_by < clock.today():
        return Badge(_("en retard : %(day)s") % {"day": day(one.justify_by)}, "error")
    return day(one.justify_by)
