from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "ontwikkelrekening.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
