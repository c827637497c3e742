from django.apps import AppConfig


class ScenariosConfig(AppConfig):
    name = "cartable.scenarios"
    label = "scenarios"
