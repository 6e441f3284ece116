from django.apps import AppConfig


class CitizensConfig(AppConfig):
    name = "ontwikkelrekening.citizens"
    label = "citizens"
    verbose_name = "Burgers"
    default_auto_field = "django.db.models.BigAutoField"
