from django.apps import AppConfig


class PupilsConfig(AppConfig):
    name = "cartable.pupils"
    label = "pupils"

    def ready(self) -> None:
        from cartable.pupils import registered

        registered.register_all()
