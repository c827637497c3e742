"""The first page of each person, and the pages that speak of the service itself."""

from django.conf import settings
from django.contrib import messages
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override

from cartable.accounts.actions import choose_language
from cartable.web.home.tiles import TO_LOOK_AT, tiles_for
from cartable.web.signin.views import next_address


def home(request: HttpRequest) -> HttpResponse:
    """Show what to do next: the most urgent thing alone, then the rest."""
    tiles = tiles_for(request.user)
    first = tiles.pop(0) if tiles and tiles[0].weight < TO_LOOK_AT else None
    return render(request, "home/home.html", {"title": _("Accueil"), "first": first, "others": tiles})


def state(request: HttpRequest) -> HttpResponse:
    """Tell whether the service answers (for people and for a watchman): 200, or 503 where the store is away."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        store = True
    except DatabaseError:
        store = False
    status = 200 if store else 503
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"store": store}, status=status)
    context = {"title": _("État du service"), "store": store, "language": settings.LANGUAGE_CODE}
    return render(request, "home/state.html", context, status=status)


def accessibility(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement."""
    return render(request, "home/accessibility.html", {"title": _("Déclaration d'accessibilité")})


def personal_data(request: HttpRequest) -> HttpResponse:
    """Show what is kept about people, for how long, and whom to write to."""
    return render(request, "home/personal_data.html", {"title": _("Données personnelles")})


def language(request: HttpRequest) -> HttpResponse:
    """Keep the language that the person chose: in the account, or in a cookie."""
    chosen = request.POST.get("language", "")
    response = redirect(next_address(request, "home"))
    if chosen not in dict(settings.LANGUAGES):
        return response
    if request.user.is_authenticated:
        choose_language(actor=request.user, language=chosen)
    with override(chosen):
        messages.success(request, _("La langue est enregistrée."))
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        chosen,
        max_age=365 * 86400,
        samesite="Lax",
        httponly=True,
        secure=request.is_secure(),
    )
    return response
