"""Does every model say how long it is kept and which of its columns speak of a person?"""

from django.db import models
from django.test.utils import isolate_apps

from cartable.foundation import retention


def test_every_model_of_the_house_declares_its_retention():
    assert retention.undeclared() == []
    assert len(retention.house_models()) > 5


def test_a_silent_model_is_noticed(monkeypatch):
    with isolate_apps("cartable.foundation"):

        class Silent(models.Model):  # noqa: DJ008
            class Meta:
                app_label = "foundation"

        class Mistaken(models.Model):  # noqa: DJ008
            retention = retention.FACT
            personal = ("no_such_column",)

            class Meta:
                app_label = "foundation"

    monkeypatch.setattr(retention, "house_models", lambda: [Silent, Mistaken])
    assert retention.undeclared() == ["foundation.Silent", "foundation.Mistaken"]
