"""Sealing again, to be killed at every statement: three rows, one in a chunk."""

from datetime import UTC, datetime

from django.test import override_settings

from cartable.accounts.models import SecondFactor, User
from cartable.accounts.totp import new_key
from cartable.foundation import resealing
from cartable.foundation.sealed import BrokenSeal
from cartable.messages.actions import queue
from cartable.messages.models import OutgoingMessage
from tests.foundation.test_resealing import TWO_KEYS


MODELS = [SecondFactor, OutgoingMessage]


def prepare() -> None:
    for n in range(2):
        user = User.objects.create(identifier=f"p{n}", display_name="x")
        SecondFactor.objects.create(user=user, key=new_key(), created_at=datetime(2020, 1, 1, tzinfo=UTC))
    queue(actor=None, to="moi@example.test", subject="x", body="y", dedup_key="z")


def act() -> None:
    resealing.CHUNK = 1
    resealing.sealed_models = lambda: MODELS
    with override_settings(CARTABLE_KEYS=TWO_KEYS):
        resealing.reseal()


def state() -> dict[str, int]:
    with override_settings(CARTABLE_KEYS=TWO_KEYS):
        return {
            "behind": sum(resealing.behind(model).count() for model in MODELS),
            "readable": sum(_opens(row) for model in MODELS for row in model.objects.all()),
        }


def _opens(row: object) -> bool:
    try:
        return all(getattr(row, name) for name in resealing.sealed_columns(type(row)))
    except BrokenSeal:
        return False
