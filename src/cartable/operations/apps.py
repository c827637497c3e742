from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "cartable.operations"
    label = "operations"
