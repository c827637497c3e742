from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "cartable.journal"
    label = "journal"
