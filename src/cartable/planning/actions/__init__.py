"""The only place of the planner that writes."""

from cartable.planning.actions.plans import (
    approve,
    change_share,
    free_reserve,
    propose,
    release,
    serve_late_answer,
)


__all__ = ["approve", "change_share", "free_reserve", "propose", "release", "serve_late_answer"]
