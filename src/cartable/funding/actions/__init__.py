"""The only doors by which money is opened, delegated, committed, paid, justified and recovered.

Every act takes `actor` (None: the command line or a scenario) and, where somebody may retry, a `key` made by the
caller: it becomes the public id of the row, and the ids of its transfers derive from it.
"""

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
from cartable.funding.actions.programmes import (
    Ceiling,
    add_document,
    add_figure,
    open_line,
    open_programme,
    set_ceiling,
)


__all__ = [
    "Amount",
    "Ceiling",
    "add_document",
    "add_figure",
    "announce",
    "cancel",
    "delegate",
    "move",
    "notify",
    "open_credits",
    "open_envelope",
    "open_line",
    "open_programme",
    "redeploy",
    "set_ceiling",
    "withdraw",
]
