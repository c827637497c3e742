from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "cartable.intake"
    label = "intake"
