"""Rows of the territory, each cut to what the user may see."""

from typing import Any, Self

from django.db.models import Q, QuerySet

from cartable.territories.perms import settles_cites
from cartable.territories.rules import fold


class SchoolQuerySet(QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Keep the schools whose counts the user may see."""
        return self.filter(user.scope.schools())

    def search(self, words: str) -> Self:
        """Keep the schools that hold every word in their name, UAI, postcode or commune."""
        found = self
        for word in fold(words).split():
            found = found.filter(Q(search__contains=word) | Q(commune__search__contains=word))
        return found


class DepartmentQuerySet(QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Keep the départements that the user sees as a whole."""
        return self if user.scope.everywhere else self.filter(id__in=user.scope.department_ids)


class CirconscriptionQuerySet(QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Keep the circonscriptions that the user leads, and those of his départements."""
        scope = user.scope
        if scope.everywhere:
            return self
        return self.filter(Q(id__in=scope.circonscription_ids) | Q(department_id__in=scope.department_ids))


class CiteEducativeQuerySet(QuerySet):
    def visible_to(self, user: Any) -> Self:
        """Keep the cités éducatives of the départements that the user sees as a whole."""
        return self if user.scope.everywhere else self.filter(department_id__in=user.scope.department_ids)

    def led_by(self, user: Any) -> Self:
        """Keep those whose schools the user may settle."""
        return self.filter(settles_cites(user))
