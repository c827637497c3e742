from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "cartable.messages"
    # Django's own `messages` holds that label.
    label = "outbox"
