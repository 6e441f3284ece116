from django.apps import AppConfig


class TablesConfig(AppConfig):
    name = "ontwikkelrekening.tables"
    label = "tables"
