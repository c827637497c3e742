"""What every page shows around its content, under names that no page uses for its own."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cartable.accounts.queries import demo_accounts_exist, places_of
from cartable.web.menu import entries


def house(request: HttpRequest) -> dict[str, Any]:
    """Give the menu, the places acted for, the demo banner and whose service this is."""
    user = getattr(request, "user", None)
    signed_in = user is not None and user.is_authenticated
    return {
        "main_menu": entries(user, request.path) if signed_in else [],
        "my_places": places_of(user) if signed_in else [],
        "demonstration": user.demo if signed_in else SimpleLazyObject(demo_accounts_exist),
        "run_by_the_state": settings.RUN_BY_THE_STATE,
        "offered_languages": settings.LANGUAGES,
    }
