from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    name = "cartable.monitoring"
    label = "monitoring"
