from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """The pages of staff who decide: refusals, objections, hardship, policies; no models."""

    name = "ontwikkelrekening.casework"
    label = "casework"
