"""Sending what is due: each endpoint on a thread of its own, so a slow one delays nobody else.

A delivery is leased before it is sent, so a killed worker loses nothing; its event may then arrive
twice, under one id.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from providers.models import Delivery, Endpoint
from providers.webhooks.sending import send

logger = logging.getLogger(__name__)
THREADS = 32
LEASE = timedelta(seconds=60)
PAUSES = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]  # seconds; then given up


def dispatch() -> int:
    """Send everything that is due; return how many events were taken."""
    busy: dict[UUID, Future[int]] = {}
    with ThreadPoolExecutor(THREADS) as threads:
        while fresh := _endpoints_with_mail(timezone.now(), but=list(busy)):
            for endpoint in fresh:
                busy[endpoint.pk] = threads.submit(_serve, endpoint)
            wait(busy.values(), timeout=0.2)
        return sum(served.result() for served in busy.values())


def _endpoints_with_mail(now: datetime, *, but: list[UUID]) -> list[Endpoint]:
    due = Delivery.objects.filter(due_at__lte=now).values("endpoint")
    return list(Endpoint.objects.filter(pk__in=due).exclude(pk__in=but))


def _serve(endpoint: Endpoint) -> int:
    """Send to one endpoint until nothing is due or it fails."""
    taken = 0
    try:
        while delivery := _lease(endpoint, now=timezone.now()):
            took_it, answer = send(delivery, endpoint, at=timezone.now())
            _record(delivery, took_it=took_it, answer=answer, now=timezone.now())
            if not took_it:
                break
            taken += 1
    finally:
        connection.close()
    return taken


@transaction.atomic
def _lease(endpoint: Endpoint, *, now: datetime) -> Delivery | None:
    delivery = (
        Delivery.objects.select_for_update(skip_locked=True)
        .filter(endpoint=endpoint, due_at__lte=now)
        .order_by("due_at", "id")
        .first()
    )
    if delivery is not None:
        delivery.attempts += 1
        delivery.due_at = now + LEASE
        delivery.save(update_fields=["attempts", "due_at"])
    return delivery


def _record(delivery: Delivery, *, took_it: bool, answer: str, now: datetime) -> None:
    delivery.answer = answer[:200]
    delivery.delivered_at = now if took_it else None
    delivery.due_at = None if took_it else _next_attempt(delivery.attempts, now)
    delivery.save(update_fields=["answer", "delivered_at", "due_at"])
    if not took_it:
        logger.warning(
            "webhook not taken",
            extra={"delivery": str(delivery.id), "attempt": delivery.attempts, "answer": answer},
        )
        _park(delivery, now)


def _next_attempt(attempts: int, now: datetime) -> datetime | None:
    """None when it is given up: a dead letter, until somebody asks to send it again."""
    if attempts > len(PAUSES):
        return None
    return now + timedelta(seconds=PAUSES[attempts - 1])


def _park(failed: Delivery, now: datetime) -> None:
    """What else waits for this endpoint waits for the next attempt too."""
    if failed.due_at is not None:
        Delivery.objects.filter(endpoint=failed.endpoint_id, due_at__lte=now).update(
            due_at=failed.due_at
        )
