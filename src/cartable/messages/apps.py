from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "cartable.messages"
    label = "messages"
