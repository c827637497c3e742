"""Bodies, cut to what the user may see."""

from typing import Any, Self

from django.db.models import Q, QuerySet


class BodyQuerySet(QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Keep the bodies acted for and those of the territories, circonscriptions and schools in reach."""
        scope = user.scope
        if scope.everywhere:
            return self
        return self.filter(
            Q(id__in=scope.body_ids)
            | Q(department_id__in=scope.department_ids)
            | Q(circonscription_id__in=scope.circonscription_ids)
            | Q(school_id__in=scope.school_ids)
        )
