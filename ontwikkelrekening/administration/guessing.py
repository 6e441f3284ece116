"""Guessing passwords: who tries many names from one address is held up too, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest
from django.utils import timezone


class Handler(AxesDatabaseHandler):  # type: ignore[misc]
    """Counts by name and address, as the settings say, and by address for all names together.

    Never by name alone: whoever knows a name could then keep its owner out.
    """

    def get_failures(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> int:
        failures: int = super().get_failures(request, credentials)
        return max(failures, settings.AXES_FAILURE_LIMIT if _guesses_many_names(request) else 0)


def _guesses_many_names(request: HttpRequest) -> bool:
    since = timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)
    tried = AccessAttempt.objects.filter(
        ip_address=request.META["REMOTE_ADDR"], attempt_time__gte=since
    )
    wrong = tried.aggregate(wrong=Sum("failures_since_start"))["wrong"] or 0
    return bool(wrong >= settings.WRONG_PASSWORDS_OF_AN_ADDRESS)
