from django.apps import AppConfig


class EquipmentConfig(AppConfig):
    name = "cartable.equipment"
    label = "equipment"
