"""The only doors by which money is opened, delegated, committed, paid, justified and recovered.

Every act takes `actor` (None: the command line or a scenario) and, where somebody may retry, a `key` made by the
caller: it becomes the public id of the row, and the ids of its transfers derive from it.
"""

from cartable.funding.actions.awaiting import Awaited
from cartable.funding.actions.commitments import (
    Part,
    close,
    commit,
    confirm,
    join,
    propose,
    refuse,
    reopen,
    set_number,
)
from cartable.funding.actions.delegations import (
    Amount,
    announce,
    cancel,
    delegate,
    move,
    notify,
    open_credits,
    redeploy,
    withdraw,
)
from cartable.funding.actions.envelopes import open_envelope
from cartable.funding.actions.invoices import Bought, accept, declare, refuse_invoice
from cartable.funding.actions.payments import credit_note, justify, pay, release, undo
from cartable.funding.actions.programmes import (
    Ceiling,
    add_document,
    add_figure,
    open_line,
    open_programme,
    set_ceiling,
    set_line_ceiling,
)
from cartable.funding.actions.recoveries import claim, receive, waive
from cartable.funding.actions.reservations import release_reservation, reserve


__all__ = [
    "Amount",
    "Awaited",
    "Bought",
    "Ceiling",
    "Part",
    "accept",
    "add_document",
    "add_figure",
    "announce",
    "cancel",
    "claim",
    "close",
    "commit",
    "confirm",
    "credit_note",
    "declare",
    "delegate",
    "join",
    "justify",
    "move",
    "notify",
    "open_credits",
    "open_envelope",
    "open_line",
    "open_programme",
    "pay",
    "propose",
    "receive",
    "redeploy",
    "refuse",
    "refuse_invoice",
    "release",
    "release_reservation",
    "reopen",
    "reserve",
    "set_ceiling",
    "set_line_ceiling",
    "set_number",
    "undo",
    "waive",
    "withdraw",
]
