from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    name = "ontwikkelrekening.eligibility"
    label = "eligibility"
    verbose_name = "Beleid en beschikkingen"
    default_auto_field = "django.db.models.BigAutoField"
