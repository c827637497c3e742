from django.apps import AppConfig


class BodiesConfig(AppConfig):
    name = "cartable.bodies"
    label = "bodies"
