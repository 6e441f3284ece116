from django.apps import AppConfig


class BudgetsConfig(AppConfig):
    name = "ontwikkelrekening.budgets"
    label = "budgets"
    verbose_name = "Funds and top-ups"
    default_auto_field = "django.db.models.BigAutoField"
