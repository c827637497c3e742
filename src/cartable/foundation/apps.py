from django.apps import AppConfig


class FoundationConfig(AppConfig):
    name = "cartable.foundation"
    label = "foundation"
