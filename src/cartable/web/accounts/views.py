"""Accounts, rights and delegations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


def my_account(request: HttpRequest) -> HttpResponse:
    """Show a person's own account and rights."""
    return render(request, "accounts/mine.html", {"title": _("Mon compte")})
