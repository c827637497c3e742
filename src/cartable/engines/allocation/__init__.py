"""Share scarce goods fairly and say why.

`one_pool` shares one stock in plain exact arithmetic. `allocate` plans several goods, sources and funds on
tables; it is loaded only when asked for: a web process that shares one pool never imports Polars or scipy.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from cartable.engines.allocation.refused import AllocationRefused, InputRefused, Reject


if TYPE_CHECKING:
    from cartable.engines.allocation.plan import Outcome, allocate

__all__ = ["AllocationRefused", "InputRefused", "Outcome", "Reject", "allocate"]


def __getattr__(name: str) -> Any:
    if name in ("allocate", "Outcome"):
        return getattr(import_module("cartable.engines.allocation.plan"), name)
    if name in ("command", "simulate", "one_pool"):
        return import_module(f"cartable.engines.allocation.{name}")
    raise AttributeError(name)
