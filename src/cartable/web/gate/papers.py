"""Papers of a school as PDF files, shown in the browser and kept nowhere; no file name holds a name."""

from collections.abc import Sequence
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from cartable.equipment import papers_at_school
from cartable.equipment.copies import Case, cases_done, cases_of_appointments, cases_to_come, reference_of
from cartable.equipment.enums import HandoverState
from cartable.equipment.queries import GateRow, gate_list, handovers_visible_to
from cartable.foundation.refused import Refused
from cartable.operations.enums import Good, Mode
from cartable.operations.queries import pools_visible_to
from cartable.web.answers import pdf
from cartable.web.gate.appointments import planned
from cartable.web.gate.cards import in_turn
from cartable.web.gate.forms import sort_label
from cartable.web.gate.handovers import fetch_with_pupil
from cartable.web.gate.reach import Place, fetch_place
from cartable.web.show import show


# A file of so many families prints in seconds.
PER_FILE = 100
WAITING, EXPECTED, HANDED = "attente", "rendez-vous", "remis"


def papers(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Choose a paper: for which sort of thing, and for whom."""
    place = fetch_place(request, operation_id, school_id)
    rows = gate_list(request.user, place.school, place.operation)
    pools = pools_visible_to(request.user).filter(operation=place.operation, serves=place.school.kind)
    sorts = list(dict.fromkeys(pools.order_by("id").values_list("good", "mode")))
    return show(
        request,
        "gate/papers.html",
        title=_("Papiers à signer"),
        crumbs=place.crumbs(),
        place=place,
        sorts=[_sort(place, good, mode, rows) for good, mode in sorts],
        expected=sum(row.appointment is not None and not row.served for row in rows),
    )


def _sort(place: Place, good: str, mode: str, rows: list[GateRow]) -> dict[str, object]:
    """Give the papers of one sort of thing, with how many families each is for."""
    to_come = [row for row in rows if not row.served and good in row.goods]
    counts = {
        WAITING: len(to_come),
        EXPECTED: sum(row.appointment is not None and row.appointment.good == good for row in to_come),
        HANDED: sum(
            row.handover is not None and (row.handover.product.good, row.handover.mode) == (good, mode)
            for row in rows
        ),
    }
    lent = mode == Mode.LENT
    return {
        "label": sort_label(good, mode),
        "good": good,
        "mode": mode,
        "lent": lent,
        "copies": place.url("paper-agreements" if lent else "paper-certificates"),
        "list": place.url("paper-signing-list"),
        "to_come": [(who, counts[who]) for who in (EXPECTED, WAITING) if counts[who]],
        "all": [(who, counts[who]) for who in (EXPECTED, HANDED, WAITING) if counts[who]],
    }


def _asked(request: HttpRequest, place: Place, mode: str) -> tuple[str, str]:
    """Read which sort of thing and whose papers; by default the first sort of that mode, and who has a slot."""
    pools = pools_visible_to(request.user).filter(operation=place.operation, serves=place.school.kind)
    first = pools.filter(mode=mode).order_by("id").values_list("good", flat=True).first()
    good, who = request.GET.get("article", first), request.GET.get("pour", EXPECTED)
    if good is None:
        raise Refused("nothing_to_print", _("Cette opération ne prévoit rien de ce type."))
    if good not in Good.values or who not in (WAITING, EXPECTED, HANDED):
        raise Http404
    return good, who


def _cases(request: HttpRequest, place: Place, mode: str) -> list[Case]:
    """Give the families of the papers asked for."""
    good, who = _asked(request, place, mode)
    if who == EXPECTED:
        return cases_of_appointments(request.user, planned(request, place).filter(good=good))
    if who == WAITING:
        rows = gate_list(request.user, place.school, place.operation)
        waiting = in_turn(row for row in rows if not row.served and good in row.goods)
        return cases_to_come(request.user, waiting, good)
    rows = handovers_visible_to(request.user).filter(
        school=place.school, operation=place.operation, mode=mode
    )
    rows = rows.filter(state=HandoverState.DONE, product__good=good)
    rows = rows.select_related("handed_by", "agreement__owner", "asset__data_line")
    return cases_done(request.user, rows.prefetch_related("need__of_pupils"))


def _two_sided(request: HttpRequest) -> bool:
    return "recto-verso" in request.GET


def _in_files(
    request: HttpRequest, place: Place, cases: Sequence[Case], title: str
) -> Sequence[Case] | HttpResponse:
    """Give the families of the file asked for; where there are too many for one, the page that lists the files."""
    wanted = request.GET.get("fichier", "")
    number = int(wanted) if wanted.isdecimal() and len(wanted) < 4 else 0
    if number or len(cases) <= PER_FILE:
        return cases[max(number - 1, 0) * PER_FILE :][:PER_FILE]
    return show(
        request,
        "gate/files.html",
        title=title,
        crumbs=place.crumbs(),
        files=[
            (n // PER_FILE + 1, n + 1, min(n + PER_FILE, len(cases))) for n in range(0, len(cases), PER_FILE)
        ],
    )


def certificates(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Give the attestations of what is given, one copy a home."""
    place = fetch_place(request, operation_id, school_id)
    cases = _in_files(request, place, _cases(request, place, Mode.GIVEN), _("Attestations de remise"))
    if isinstance(cases, HttpResponse):
        return cases
    made = papers_at_school.certificates(place.operation, place.school, cases, two_sided=_two_sided(request))
    return pdf(made, "attestations")


def agreements(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Give the owner's agreements for what is lent, one copy a home."""
    place = fetch_place(request, operation_id, school_id)
    cases = _in_files(request, place, _cases(request, place, Mode.LENT), _("Conventions de prêt"))
    if isinstance(cases, HttpResponse):
        return cases
    made = papers_at_school.loan_agreements(
        place.operation, place.school, cases, two_sided=_two_sided(request)
    )
    return pdf(made, "conventions")


def signing_list(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Give the list to sign of one sort of thing."""
    place = fetch_place(request, operation_id, school_id)
    made = papers_at_school.signing_list(
        place.operation, place.school, _cases(request, place, Mode.GIVEN), two_sided=_two_sided(request)
    )
    return pdf(made, "emargement")


def appointment_sheets(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Give the slots, a page a day."""
    place = fetch_place(request, operation_id, school_id)
    cases = cases_of_appointments(request.user, planned(request, place))
    return pdf(papers_at_school.appointment_sheets(place.operation, place.school, cases), "rendez-vous")


def call_list(request: HttpRequest, operation_id: UUID, school_id: UUID) -> HttpResponse:
    """Give the families to call: names, numbers, slots."""
    place = fetch_place(request, operation_id, school_id)
    cases = cases_of_appointments(request.user, planned(request, place))
    return pdf(papers_at_school.call_list(place.operation, place.school, cases), "appels")


def handover_paper(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Give the attestation or the agreement of one hand-over, one copy a home."""
    row = fetch_with_pupil(request, handover_id)
    cases = cases_done(request.user, [row])
    make = papers_at_school.loan_agreements if row.mode == Mode.LENT else papers_at_school.certificates
    made = make(row.operation, row.school, cases, two_sided=_two_sided(request))
    return pdf(made, f"remise-{reference_of(row)}")


def handover_receipt(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Give the receipt of a lent thing that came back."""
    row = fetch_with_pupil(request, handover_id)
    made = papers_at_school.return_receipts(row.operation, row.school, cases_done(request.user, [row]))
    return pdf(made, f"restitution-{reference_of(row)}")
