from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "ontwikkelrekening.budgets"
    label = "budgets"
    verbose_name = "Fondsen en bijschrijvingen"
    default_auto_field = "django.db.models.BigAutoField"
