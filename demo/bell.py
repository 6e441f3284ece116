"""A ring carries the day of who rings; a worker that lives in another day must still hear it."""

from typing import Any

from celery.signals import before_task_publish


def ring_across_days() -> None:
    """Let what this process rings never go stale."""
    before_task_publish.connect(_never_stale)


def _never_stale(headers: dict[str, Any], **_: object) -> None:
    headers["expires"] = None
