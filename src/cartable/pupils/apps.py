from django.apps import AppConfig


class PupilsConfig(AppConfig):
    name = "cartable.pupils"
    label = "pupils"
