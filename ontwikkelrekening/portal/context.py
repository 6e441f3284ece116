"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest


def development(request: HttpRequest) -> dict[str, bool]:
    """Whether to label every page as development."""
    return {"development_login": settings.LOGIN == "mock"}
