from django.apps import AppConfig


class EligibilityConfig(AppConfig):
    name = "ontwikkelrekening.eligibility"
    label = "eligibility"
    verbose_name = "Policies and decisions"
    default_auto_field = "django.db.models.BigAutoField"
