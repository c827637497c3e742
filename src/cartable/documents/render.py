"""The documents: each function takes a sheet and its pages (one a recipient) and gives one PDF/UA-1 file.

`two_sided` starts each recipient on a new sheet of paper, so that no home's copy is on another's back.
Keep a file to 100-200 recipients: see `files`.
"""

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import Any

import segno

from cartable.documents import data, money_data
from cartable.documents.data import Sheet
from cartable.documents.typesetting import in_lots, typeset


Render = Callable[..., bytes]


def _file(template: str, sheet: Sheet, pages: Sequence[Any], two_sided: bool, **more: Any) -> bytes:
    if not pages:
        raise ValueError(f"{template}: a file needs at least one page")
    return typeset(template, sheet.made_on, sheet=sheet, pages=pages, two_sided=two_sided, **more)


def _qr(address: str) -> str:
    """Draw `address` as an SVG QR code that survives a crease (level M)."""
    drawing = BytesIO()
    segno.make(address, error="m", micro=False).save(drawing, kind="svg", xmldecl=False, border=2)
    return drawing.getvalue().decode("ascii")


def invitation_letter(
    sheet: Sheet, pages: Sequence[data.InvitationLetter], *, two_sided: bool = False
) -> bytes:
    """Print letters with a one-use code, one page a recipient, the address set for a window envelope."""
    return _file("invitation_letter", sheet, pages, two_sided)


def packing_slip(sheet: Sheet, pages: Sequence[data.PackingSlip], *, two_sided: bool = False) -> bytes:
    """Print packing slips, with the QR code of the receipt page and room for the count and the signatures."""
    return _file("packing_slip", sheet, pages, two_sided, qr=[_qr(page.receipt_address) for page in pages])


def signing_list(sheet: Sheet, pages: Sequence[data.SigningList], *, two_sided: bool = False) -> bytes:
    """Print lists to sign, landscape, the header repeated on each page."""
    return _file("signing_list", sheet, pages, two_sided)


def leaflet(sheet: Sheet, pages: Sequence[data.Leaflet], *, two_sided: bool = False) -> bytes:
    """Print one page a school on what arrives and how a SIM card is used."""
    return _file("leaflet", sheet, pages, two_sided)


def certificate(sheet: Sheet, pages: Sequence[data.Certificate], *, two_sided: bool = False) -> bytes:
    """Print attestations de remise of given goods, one page a home."""
    return _file("certificate", sheet, pages, two_sided)


def loan_agreement(sheet: Sheet, pages: Sequence[data.LoanAgreement], *, two_sided: bool = True) -> bytes:
    """Print conventions de prêt: the owner's voted text, the parties, the device; numbered page by page."""
    return _file("loan_agreement", sheet, pages, two_sided)


def return_receipt(sheet: Sheet, pages: Sequence[data.ReturnReceipt], *, two_sided: bool = False) -> bytes:
    """Print receipts of returned goods, one page a pupil."""
    return _file("return_receipt", sheet, pages, two_sided)


def appointments(sheet: Sheet, pages: Sequence[data.AppointmentSheet], *, two_sided: bool = False) -> bytes:
    """Print the slots of a day at a school."""
    return _file("appointments", sheet, pages, two_sided)


def call_list(sheet: Sheet, pages: Sequence[data.CallList], *, two_sided: bool = False) -> bytes:
    """Print the families to telephone, for the school only."""
    return _file("call_list", sheet, pages, two_sided)


def plan_sheet(sheet: Sheet, pages: Sequence[data.PlanSheet], *, two_sided: bool = False) -> bytes:
    """Print the plan on one page: shares by commune, totals, rule, reserve, signature."""
    return _file("plan_sheet", sheet, pages, two_sided)


def credit_letter(
    sheet: Sheet, pages: Sequence[money_data.CreditLetter], *, two_sided: bool = False
) -> bytes:
    """Print letters that notify credits, the address set for a window envelope."""
    return _file("credit_letter", sheet, pages, two_sided)


def grant_sheet(sheet: Sheet, pages: Sequence[money_data.GrantSheet], *, two_sided: bool = False) -> bytes:
    """Print summaries of commitments: what, to whom, who pays, where the money stands."""
    return _file("grant_sheet", sheet, pages, two_sided)


def need_form(sheet: Sheet, pages: Sequence[data.NeedForm], *, two_sided: bool = False) -> bytes:
    """Print blank forms for schools that answer on paper."""
    return _file("need_form", sheet, pages, two_sided)


def files(
    render: Render, sheet: Sheet, pages: Sequence[Any], *, per_file: int = 150, two_sided: bool = False
) -> Iterator[bytes]:
    """Render any number of pages as files of at most `per_file` recipients, one file in memory at a time."""
    for lot in in_lots(pages, per_file):
        yield render(sheet, lot, two_sided=two_sided)
