from django.apps import AppConfig


class CitizensConfig(AppConfig):
    name = "ontwikkelrekening.citizens"
    label = "citizens"
    verbose_name = "Citizens"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from ontwikkelrekening.citizens import lookups  # noqa: F401  (registers any_of)
