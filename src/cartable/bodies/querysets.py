"""Bodies, cut to what the user may see."""

from typing import Any, Self

from django.db.models import Q, QuerySet

from cartable.territories.rules import fold


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

    def search(self, words: str) -> Self:
        """Keep the bodies whose names hold every word, whatever its case and accents; none where no word is typed."""
        wanted = fold(words).split()
        found = self if wanted else self.none()
        for word in wanted:
            found = found.filter(search__contains=word)
        return found
