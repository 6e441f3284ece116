from django.apps import AppConfig


class ProvidersConfig(AppConfig):
    name = "providers"
    label = "providers"
    verbose_name = "Providers and claims"
    default_auto_field = "django.db.models.BigAutoField"
