from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    name = "cartable.territories"
    label = "territories"
