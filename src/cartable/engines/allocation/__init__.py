"""Share scarce goods fairly and say why.

`one_pool` shares one stock in plain exact arithmetic. `allocate` plans several goods, sources and funds on
tables; it is loaded only when asked for: a web process that shares one pool never imports Polars or scipy.
"""

from cartable.engines.allocation.refused import AllocationRefused


__all__ = ["AllocationRefused"]
