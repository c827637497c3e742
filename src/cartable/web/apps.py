from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "cartable.web"
    label = "web"
