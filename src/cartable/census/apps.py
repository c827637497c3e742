from django.apps import AppConfig


class CensusConfig(AppConfig):
    name = "cartable.census"
    label = "census"
