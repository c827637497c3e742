"""The gate of a school: find the family, hand over, next family."""

from collections import Counter
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cartable.equipment.actions import hand_over
from cartable.equipment.copies import families, local
from cartable.equipment.enums import Proof
from cartable.equipment.models import Handover
from cartable.equipment.queries import GateRow, gate_list, handovers_visible_to, school_stock
from cartable.equipment.queries.gate import fits
from cartable.equipment.rules import end_of_school_year
from cartable.foundation import clock
from cartable.operations.enums import Good, Mode
from cartable.operations.queries import pools_visible_to
from cartable.pupils.models import Need, Pupil
from cartable.pupils.queries import needs_visible_to
from cartable.web.forms import words_asked
from cartable.web.gate.cards import card_of, found, in_turn
from cartable.web.gate.forms import HandForm, Option
from cartable.web.gate.reach import Place, fetch_place, places
from cartable.web.gate.tiles import ending_credits
from cartable.web.parts import crumb
from cartable.web.show import paged, show
from cartable.web.table import Column, Table, link


PER_PAGE = 30
PROOFS = {Mode.GIVEN: (Proof.CERTIFICATE, Proof.SIGNING_LIST), Mode.LENT: (Proof.AGREEMENT,)}
# Which paper was signed last: a school that uses a signing list says so once.
LAST_PROOF = "gate_proof"


def gates(request: HttpRequest) -> HttpResponse:
    """Choose a school and an operation, or go straight to the only one."""
    open_places = places(request.user)
    if len(open_places) == 1:
        return redirect(open_places[0].url())
    return show(
        request,
        "gate/gates.html",
        title=_("Remises"),
        places=[(place, place.url()) for place in open_places],
    )


def gate(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Show who comes next, or who answers to a search; a name is never put in an address, so a search is sent."""
    place = fetch_place(request, operation_id, school_id)
    rows = gate_list(request.user, place.school, place.operation)
    words = words_asked(request.POST)
    waiting = in_turn(row for row in rows if not row.served)
    served = [row for row in rows if row.served]
    shown = _shown(request, place, waiting, served, words)
    if request.htmx:
        return show(request, "gate/cards.html", **shown)
    return show(
        request,
        "gate/gate.html",
        title=_("Remises : %(school)s") % {"school": place.school.name},
        crumbs=place.crumbs()[:1],
        place=place,
        counts=_counts(request, place, waiting, served),
        just_done=_just_done(request, place),
        **shown,
    )


def _shown(
    request: HttpRequest, place: Place, waiting: list[GateRow], served: list[GateRow], words: str
) -> dict[str, Any]:
    """Give the cards to show: what a search finds, else a page of one of the two lists."""
    done = "remis" in request.GET
    rows = [*waiting, *served] if words else served if done else waiting
    if words:
        rows = found(rows, words, place.school)
    page = paged(request, rows, per_page=len(rows) or 1 if words else PER_PAGE)
    return {
        "cards": [card_of(row, place) for row in page],
        "page": page,
        "words": words,
        "done": done,
        "number": len(rows),
        "open": place.open,
    }


def _counts(
    request: HttpRequest, place: Place, waiting: list[GateRow], served: list[GateRow]
) -> list[tuple[str, int]]:
    """Give the three figures of the day; what replaces a broken thing is not one more family."""
    today = clock.today(place.school.department.time_zone)
    handed = [
        row
        for row in served
        if row.handover and not row.handover.replaces_id
        if local(row.handover.handed_at, place.school).date() == today
    ]
    return [
        *_stock(place),
        (_("remis ce jour"), len(handed)),
        (_("encore à remettre"), len(waiting)),
    ]


def _stock(place: Place) -> list[tuple[str, int]]:
    """Count what stands here, sort by sort."""
    counts: Counter[str] = Counter()
    for row in school_stock(place.school, place.operation):
        counts[row.good] += row.quantity
    if not counts:
        return [(_("en stock ici"), 0)]
    return [(_("%(good)s en stock") % {"good": Good(good).label}, count) for good, count in counts.items()]


def _just_done(request: HttpRequest, place: Place) -> Handover | None:
    """Give the hand-over that was made a moment ago, for its paper."""
    try:
        wanted = UUID(request.GET.get("faite", ""))
    except ValueError:
        return None
    return handovers_visible_to(request.user).filter(school=place.school, public_id=wanted).first()


def hand(request: HttpRequest, operation_id: UUID, school_id: UUID, need_id: UUID) -> HttpResponse:
    """Hand one thing over: number, who receives, what was signed."""
    place = fetch_place(request, operation_id, school_id)
    need = _need(request, place, need_id)
    pupils = _pupils(request, need)
    options = _options(request, place, need)
    if not pupils or not options:
        raise Http404
    form = HandForm(request.POST or None, pupil=pupils[0], options=options, initial=_initial(request, place))
    if request.method == "POST" and form.is_valid() and _handed(request, place, need, form):
        return redirect(f"{place.url()}?faite={form.result.handover.public_id}")
    return show(
        request,
        "gate/hand.html",
        title=_("Remettre à %(names)s") % {"names": ", ".join(pupil.shown_name for pupil in pupils)},
        crumbs=place.crumbs(),
        form=form,
        need=need,
        about=[pupils[0].class_label, _articles(options)],
        submit=_("Remettre"),
        back=place.url(),
    )


def _articles(options: list[Option]) -> str:
    """Name what may be handed over, each sort once."""
    return _(" ou ").join(dict.fromkeys(str(Good(option.good).label) for option in options))


def _need(request: HttpRequest, place: Place, need_id: UUID) -> Need:
    needs = needs_visible_to(request.user).filter(school=place.school)
    return get_object_or_404(needs.prefetch_related("of_pupils"), public_id=need_id)


def _pupils(request: HttpRequest, need: Need) -> list[Pupil]:
    """Give the present pupils of a need in the school's order, with their homes."""
    links = sorted(
        (link for link in need.of_pupils.all() if link.open), key=lambda link: (link.rank, link.pk)
    )
    known = families(request.user, (link.pupil_id for link in links))
    pupils = [known[link.pupil_id] for link in links if link.pupil_id in known]
    return [pupil for pupil in pupils if pupil.left_on is None]


def _options(request: HttpRequest, place: Place, need: Need) -> list[Option]:
    """Give what may be handed over and signed for a need, what stands in stock first, then as last time."""
    pools = pools_visible_to(request.user).filter(operation=place.operation, serves=place.school.kind)
    kinds = [(pool.good, pool.mode) for pool in pools.order_by("id") if fits(need, pool.good)]
    here = {(row.good, row.mode) for row in school_stock(place.school, place.operation) if row.quantity > 0}
    kinds.sort(key=lambda kind: kind not in here)
    return [Option(good, proof) for good, mode in kinds for proof in PROOFS[Mode(mode)]]


def _initial(request: HttpRequest, place: Place) -> dict[str, Any]:
    today = clock.today(place.school.department.time_zone)
    return {"due_on": end_of_school_year(today), "proof": request.session.get(LAST_PROOF, "")}


def _handed(request: HttpRequest, place: Place, need: Need, form: HandForm) -> bool:
    """Carry the hand-over out; what is odd about its number is said and never blocks."""
    ids = {"operation_id": place.operation.public_id, "school_id": place.school.public_id}
    arguments = {**ids, "need_id": need.public_id, **form.arguments()}
    if not form.carries_out(hand_over, actor=request.user, **arguments):
        return False
    for warning in form.result.warnings:
        messages.warning(request, warning)
    if request.session.get(LAST_PROOF) != form.cleaned_data["proof"]:
        request.session[LAST_PROOF] = form.cleaned_data["proof"]
    return True


def credits(request: HttpRequest) -> HttpResponse:
    """List the families whose prepaid credit ends within a week."""
    return show(
        request,
        "gate/credits.html",
        title=_("Crédits qui finissent"),
        crumbs=[crumb(_("Remises"), reverse("gates"))],
        table=_credits_table(request, ending_credits(request.user)),
    )


def _credits_table(request: HttpRequest, rows: QuerySet[Handover]) -> Table:
    return Table(
        caption=_("Cartes et clés dont le crédit finit dans les sept jours"),
        columns=[
            Column(
                _("Élève"),
                lambda row: link(row.pupil.shown_name, reverse("handover", args=[row.public_id])),
                heads=True,
            ),
            Column(_("Classe"), lambda row: row.pupil.class_label),
            Column(_("Numéro"), lambda row: row.asset.number),
            Column(_("Crédit jusqu'au"), lambda row: date_format(row.asset.data_line.credit_valid_until)),
        ],
        rows=paged(request, rows),
        empty=_("Aucun crédit ne finit dans les sept jours."),
    )
