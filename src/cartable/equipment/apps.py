from django.apps import AppConfig


class EquipmentConfig(AppConfig):
    name = "cartable.equipment"
    label = "equipment"

    def ready(self) -> None:
        from cartable.equipment import registered

        registered.register_all()
