from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class FoundationConfig(AppConfig):
    name = "cartable.foundation"
    label = "foundation"

    def ready(self) -> None:
        from cartable.foundation import store_rules

        pre_migrate.connect(store_rules.before_migrate, sender=self)
        post_migrate.connect(store_rules.after_migrate, sender=self)
