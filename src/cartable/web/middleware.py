"""What surrounds every page: the language, the session's life, and what happens when an action says no."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _

from cartable.accounts.actions import note_refused_access
from cartable.foundation import clock
from cartable.foundation.refused import Refused
from cartable.web.register import RoleMissing


Answer = Callable[[HttpRequest], HttpResponse]


class LanguageOfUser:
    """Speak the language that the person chose, never the one the browser guesses."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with translation.override(self._chosen(request)):
            return self.get_response(request)

    def _chosen(self, request: HttpRequest) -> str:
        wanted = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        if request.user.is_authenticated:
            wanted = request.user.language
        return wanted if wanted in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE


class QuietSession:
    """End a session after an hour of silence or twelve hours; write it at most every five minutes."""

    IDLE = timedelta(hours=1)
    WHOLE = timedelta(hours=12)
    TOUCH = timedelta(minutes=5)

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._keep_or_end(request)
        response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers["Cache-Control"] = "no-store"
        return response

    def _keep_or_end(self, request: HttpRequest) -> None:
        now = clock.now()
        session = request.session
        born = datetime.fromisoformat(session.setdefault("born", now.isoformat()))
        seen = datetime.fromisoformat(session.setdefault("seen", now.isoformat()))
        if now - born > self.WHOLE or now - seen > self.IDLE:
            logout(request)
            messages.info(request, _("Votre session a pris fin. Connectez-vous de nouveau pour continuer."))
        elif now - seen > self.TOUCH:
            session["seen"] = now.isoformat()


class RefusalPage:
    """Show the sentence of a refusal that no form caught, and keep a trace of accesses that were refused."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return render(request, "errors/422.html", {"sentence": error.sentence}, status=422)
        if isinstance(error, Http404):
            self._note(request, error)
        return None

    def _note(self, request: HttpRequest, error: Http404) -> None:
        """Keep what a signed-in person was refused: the view's transaction is already rolled back."""
        match = request.resolver_match
        if request.user.is_authenticated and match and match.url_name:
            code = "role_missing" if isinstance(error, RoleMissing) else "not_visible"
            note_refused_access(user=request.user, route=match.url_name, code=code)
