from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "cartable.documents"
    label = "documents"
