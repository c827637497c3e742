from django.apps import AppConfig


class FundingConfig(AppConfig):
    name = "cartable.funding"
    label = "funding"
