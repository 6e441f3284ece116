from django.apps import AppConfig


class ProviderAreaConfig(AppConfig):
    name = "ontwikkelrekening.provider_area"
    label = "provider_area"
