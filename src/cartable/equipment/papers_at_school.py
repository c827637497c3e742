"""What the papers of a school say: who signs for what, who comes when, whom to call, what came back.

Papers are in French, whatever language the page that prints them is read in.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from cartable.documents import data, render
from cartable.equipment.actions.agreements import agreement_for
from cartable.equipment.clauses import clauses_of
from cartable.equipment.copies import (
    Case,
    Copy,
    contacts_of,
    copies,
    local,
    name_of,
    reached_by_mail,
    reference_of,
)
from cartable.equipment.enums import Receiver
from cartable.equipment.models import Agreement, Handover
from cartable.equipment.papers import party, sheet
from cartable.equipment.rules import end_of_school_year
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.operations.models import Operation
from cartable.pupils.enums import HomeKind
from cartable.pupils.rules import controller_of
from cartable.territories.models import School


TO_WRITE = "_" * 24
QUALITIES: dict[str, data.Quality] = {
    Receiver.LEGAL_GUARDIAN: "guardian",
    Receiver.ADULT_PUPIL: "adult_pupil",
    Receiver.AUTHORISED_ADULT: "authorised_adult",
    Receiver.PLACEMENT: "placement",
}


def notice(operation: Operation, school: School, *, lent: bool) -> data.PrivacyNotice:
    """Write the notice on personal data: the owner answers for its loans, else who answers for the school's pupils."""
    owner = operation.owner
    kept = (
        _("jusqu’au retour du matériel, puis la fin de l’année scolaire")
        if lent
        else _("l’année scolaire en cours, puis les noms sont effacés")
    )
    return data.PrivacyNotice(
        controller=owner.name if lent else controller_of(school),
        purpose=_("remettre à l’élève de quoi suivre l’école depuis chez lui, et pouvoir le prouver"),
        contact=operation.data_contact or owner.privacy_contact or school.email or school.phone,
        retention=kept,
        recipients=_("l’établissement ; pour des nombres et les numéros des articles, sans nom : %(owner)s")
        % {"owner": owner.name},
    )


def _sheet(operation: Operation, school: School, *, lent: bool) -> data.Sheet:
    with override("fr"):
        return replace(sheet(operation), notice=notice(operation, school, lent=lent))


def _day(case: Case, school: School) -> date | None:
    if case.handover:
        return local(case.handover.handed_at, school).date()
    return local(case.appointment.starts_at, school).date() if case.appointment else None


def _print(
    make: Callable[..., bytes], page_sheet: data.Sheet, pages: Sequence[Any], two_sided: bool
) -> bytes:
    if not pages:
        raise Refused("nothing_to_print", _("Il n'y a rien à imprimer pour l'instant."))
    return make(page_sheet, pages, two_sided=two_sided)


def certificates(
    operation: Operation, school: School, cases: Iterable[Case], *, two_sided: bool = False
) -> bytes:
    """Print the attestations of things given, one copy for each home."""
    givers = _givers(operation)
    with override("fr"):
        pages = [_certificate(operation, school, copy, givers) for case in cases for copy in copies(case)]
    return _print(render.certificate, _sheet(operation, school, lent=False), pages, two_sided)


def _givers(operation: Operation) -> tuple[str, ...]:
    return tuple(giver.body.name for giver in operation.givers.select_related("body").order_by("rank"))


def _certificate(
    operation: Operation, school: School, copy: Copy, givers: tuple[str, ...]
) -> data.Certificate:
    case, row = copy.case, copy.case.handover
    receiver, quality = _receiver(copy)
    line = getattr(row.asset, "data_line", None) if row else None
    return data.Certificate(
        school=school.name,
        pupil=copy.pupils,
        class_name=case.pupils[0].class_label,
        items=(data.Item(case.article, case.number),),
        day=_day(case, school),
        home=copy.party,
        receiver=receiver,
        quality=quality,
        given_out_by=row.handed_by.display_name if row and row.handed_by else "",
        operation=operation.name,
        givers=givers,
        reference=reference_of(row),
        credit_until=line.credit_valid_until if line else None,
    )


def _receiver(copy: Copy) -> tuple[str, data.Quality]:
    """Give who received, as far as this home may read it; ("", "") leaves a line to fill in."""
    row = copy.case.handover
    if row is None:
        return (copy.case.pupils[0].shown_name, "adult_pupil") if copy.adult else ("", "")
    quality = QUALITIES[row.receiver]
    if not copy.receives:
        # That a child is placed is nothing that another home's copy tells.
        shown: data.Quality = "authorised_adult" if quality == "placement" else quality
        return _("une personne qui n’est pas nommée sur cet exemplaire"), shown
    if row.receiver == Receiver.ADULT_PUPIL:
        return copy.case.pupils[0].shown_name, quality
    return (row.receiver_name, quality) if row.receiver_name else ("", "")


def signing_list(
    operation: Operation,
    school: School,
    cases: Sequence[Case],
    *,
    lent: bool = False,
    day: date | None = None,
    two_sided: bool = False,
) -> bytes:
    """Print the list to sign of one sort, in the order of the cases; for the school, so without addresses."""
    if not cases:
        raise Refused("nothing_to_print", _("Il n'y a rien à imprimer pour l'instant."))
    with override("fr"):
        lines = tuple(_signing_line(rank, case) for rank, case in enumerate(cases, 1))
    page = data.SigningList(
        school=school.name,
        operation=operation.name,
        lines=lines,
        day=day,
        givers=() if lent else _givers(operation),
        lent=lent,
    )
    return _print(render.signing_list, _sheet(operation, school, lent=lent), [page], two_sided)


def _signing_line(rank: int, case: Case) -> data.SigningLine:
    names = ", ".join(pupil.shown_name for pupil in case.pupils)
    return data.SigningLine(rank, names, case.pupils[0].class_label, case.article, case.number)


def loan_agreements(
    operation: Operation, school: School, cases: Sequence[Case], *, two_sided: bool = True
) -> bytes:
    """Print the owner's voted agreements, one copy for each home; the version signed, else the latest."""
    today = clock.today(school.department.time_zone)
    latest = None if all(case.handover for case in cases) else agreement_for(operation.owner, None, today)
    with override("fr"):
        pages = [
            _agreement(operation, school, copy, case.handover.agreement if case.handover else latest)
            for case in cases
            for copy in copies(case)
        ]
    return _print(render.loan_agreement, _sheet(operation, school, lent=True), pages, two_sided)


def _agreement(
    operation: Operation, school: School, copy: Copy, agreement: Agreement | None
) -> data.LoanAgreement:
    assert agreement is not None, "the store lends nothing without an agreement"
    case, row = copy.case, copy.case.handover
    loan = getattr(row, "loan", None)
    starts_on = (
        loan.starts_on if loan else _day(copy.case, school) or clock.today(school.department.time_zone)
    )
    until = loan.due_on if loan else end_of_school_year(starts_on)
    return data.LoanAgreement(
        text=agreement_text(agreement),
        parties=(
            data.AgreementParty(_("Le propriétaire"), party(operation.owner)),
            data.AgreementParty(_("L’établissement"), party(school)),
            data.AgreementParty(_signs(copy), copy.party),
        ),
        pupil=copy.pupils,
        class_name=case.pupils[0].class_label,
        school=school.name,
        device=device_of(case),
        starts_on=starts_on,
        until=until,
        duration=_duration(starts_on, until),
        signatures=(_("Pour le propriétaire"), _("Pour l’établissement"), _signs(copy)),
        copy_for=copy.party.name,
        reference=reference_of(row),
    )


def agreement_text(agreement: Agreement) -> data.AgreementText:
    """Give the voted text as it is printed, cut into its articles."""
    return data.AgreementText(
        title=agreement.title,
        version=str(agreement.version),
        voted_on=agreement.deliberated_on,
        deliberation=_vote(agreement),
        clauses=clauses_of(agreement.text, agreement.title),
    )


def _vote(agreement: Agreement) -> str:
    """Say which vote adopted a text: its number where there is one, and whose it is."""
    owner, number = agreement.owner.name, agreement.deliberation_number
    if not number:
        return _("adoptée par %(owner)s") % {"owner": owner}
    return _("n° %(number)s, adoptée par %(owner)s") % {"number": number, "owner": owner}


def _signs(copy: Copy) -> str:
    if copy.adult:
        return _("L’élève majeur")
    if copy.home is not None and copy.home.kind == HomeKind.PLACEMENT:
        return _("Le service ou la famille d’accueil")
    return _("Le responsable légal")


def _duration(starts_on: date, until: date) -> str:
    if until == end_of_school_year(starts_on):
        return _("jusqu’à la fin de l’année scolaire")
    return _("%(days)d jours") % {"days": (until - starts_on).days}


def device_of(case: Case) -> data.Device:
    """Give a thing as the owner's inventory names it; a number not known yet is a line to write on."""
    asset = case.handover.asset if case.handover else None
    return data.Device(
        article=case.article,
        serial_number=case.number or TO_WRITE,
        inventory_number=asset.inventory_number if asset else "",
        condition=str(asset.get_condition_display()) if asset and not _ended(case) else "",
    )


def _ended(case: Case) -> bool:
    return case.handover is not None and case.handover.ended_at is not None


def return_receipts(
    operation: Operation, school: School, cases: Iterable[Case], *, two_sided: bool = False
) -> bytes:
    """Print receipts of lent things that came back, for the home that held them."""
    with override("fr"):
        pages = [
            _return_receipt(school, _held(case), case.handover, case.handover.loan.returned_on)
            for case in cases
            if case.handover and hasattr(case.handover, "loan") and case.handover.loan.returned_on
        ]
    return _print(render.return_receipt, _sheet(operation, school, lent=True), pages, two_sided)


def _held(case: Case) -> Copy:
    """Give the copy of the home that held a thing; of no address where it is not known any more."""
    return next((copy for copy in copies(case) if copy.receives), Copy(case, None, True))


def _return_receipt(school: School, copy: Copy, row: Handover, returned_on: date) -> data.ReturnReceipt:
    return data.ReturnReceipt(
        school=school.name,
        pupil=copy.pupils,
        class_name=copy.case.pupils[0].class_label,
        device=device_of(copy.case),
        returned_on=returned_on,
        condition=str(row.loan.get_return_condition_display()),
        agreement=reference_of(row),
        lent_on=row.loan.starts_on,
        home=copy.party,
    )


def appointment_sheets(
    operation: Operation, school: School, cases: Sequence[Case], *, place: str = ""
) -> bytes:
    """Print the slots of a school, a page a day; for the school only."""
    by_day: dict[date, list[Case]] = {}
    for case in sorted(cases, key=_starts_at):
        by_day.setdefault(local(_starts_at(case), school).date(), []).append(case)
    with override("fr"):
        pages = [
            data.AppointmentSheet(
                school=school.name,
                operation=operation.name,
                day=day,
                place=place or "accueil de l’établissement",
                appointments=tuple(_slot(case, school) for case in its),
            )
            for day, its in by_day.items()
        ]
    return _print(render.appointments, sheet(operation), pages, two_sided=False)


def _starts_at(case: Case) -> datetime:
    assert case.appointment is not None
    return case.appointment.starts_at


def _slot(case: Case, school: School) -> data.Appointment:
    names = ", ".join(pupil.shown_name for pupil in case.pupils)
    at = local(_starts_at(case), school).time()
    return data.Appointment(at, names, case.pupils[0].class_label, case.article)


def call_list(operation: Operation, school: School, cases: Sequence[Case]) -> bytes:
    """Print the families with an appointment and no e-mail: names, numbers, slot; for the school only."""
    calls = [_call(case, school) for case in sorted(cases, key=_starts_at) if not reached_by_mail(case)]
    said = f"Bonjour, ici {school.name}. Nous avons un rendez-vous à vous proposer pour votre enfant."
    if not calls:
        raise Refused("nobody_to_call", _("Toutes les familles qui ont un rendez-vous ont un courriel."))
    page = data.CallList(school=school.name, operation=operation.name, calls=tuple(calls), to_say=said)
    return _print(render.call_list, sheet(operation), [page], two_sided=False)


def _call(case: Case, school: School) -> data.Call:
    first = case.pupils[0]
    told = contacts_of(case)
    names = [name for one in told if (name := name_of(one)) and not first.adult]
    pupil = f"{first.shown_name} ({first.class_label})" if first.class_label else first.shown_name
    numbers = dict.fromkeys(one.phone for one in told if one.phone)
    return data.Call(" · ".join([*names, pupil]), tuple(numbers), local(_starts_at(case), school))
