from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "cartable.ledger"
    label = "ledger"
