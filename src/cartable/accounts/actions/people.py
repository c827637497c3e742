"""Accounts themselves."""

from cartable.accounts.models import User


def choose_language(*, actor: User, language: str) -> None:
    """Keep the language that a person wants to read."""
    User.objects.filter(pk=actor.pk).update(language=language)
