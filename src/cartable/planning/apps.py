from django.apps import AppConfig


class PlanningConfig(AppConfig):
    name = "cartable.planning"
    label = "planning"
