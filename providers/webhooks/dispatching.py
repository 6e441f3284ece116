"""Sending what is due: one event at a time to each endpoint, and never waiting for one of them.

This thread alone speaks with the database; the others only send. A delivery is leased before it is
sent, so a killed worker loses nothing; its event may then arrive twice, under one id.
"""

from __future__ import annotations

import logging
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from providers.models import Delivery
from providers.webhooks.announcing import is_there
from providers.webhooks.sending import send

logger = logging.getLogger(__name__)
AT_ONCE = 128  # as many receivers may hang before anybody else waits for one of them
LEASE = timedelta(seconds=60)
SECONDS_BETWEEN_LOOKS = 0.2  # for what becomes due while others are being sent
PAUSES = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400]  # seconds; then given up


def dispatch() -> int:
    """Send everything that is due; return how many events were taken."""
    taken = 0
    under_way: dict[Future[tuple[bool, str]], Delivery] = {}
    with ThreadPoolExecutor(AT_ONCE) as threads:
        while True:
            now = timezone.now()
            for delivery in _lease([each.endpoint_id for each in under_way.values()], now=now):
                under_way[threads.submit(send, delivery, delivery.endpoint, at=now)] = delivery
            if not under_way:
                return taken
            done, _ = wait(under_way, SECONDS_BETWEEN_LOOKS, FIRST_COMPLETED)
            for sent in done:
                took_it, answer = _outcome(sent)
                _record(under_way.pop(sent), took_it=took_it, answer=answer, now=timezone.now())
                taken += took_it


@transaction.atomic
def _lease(busy: list[UUID], *, now: datetime) -> list[Delivery]:
    """The first event of each endpoint that has one due and is not busy, as far as there is room.

    One that was refused lets the others of its endpoint go first.
    """
    firsts = (
        Delivery.objects.filter(due_at__lte=now)
        .exclude(endpoint__in=busy)
        .order_by("endpoint", "due_at", "attempts", "id")
        .distinct("endpoint")
        .values("id")
    )
    leased = list(
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("endpoint")
        .filter(pk__in=firsts, due_at__lte=now)
        .order_by("due_at", "id")[: AT_ONCE - len(busy)]
    )
    for delivery in leased:
        delivery.attempts += 1
        delivery.due_at = now + LEASE
    Delivery.objects.bulk_update(leased, ["attempts", "due_at"])
    return leased


def _outcome(sent: Future[tuple[bool, str]]) -> tuple[bool, str]:
    """A failure of our own is one of this event too: the others go on."""
    try:
        return sent.result()
    except Exception:
        logger.exception("webhook not sent")
        return False, "The sending failed on our side."


@transaction.atomic
def _record(delivery: Delivery, *, took_it: bool, answer: str, now: datetime) -> None:
    """What came of it; nothing when the endpoint was removed, or it is to be sent again, while we were sending."""
    if not is_there(delivery.endpoint_id):
        return
    delivery.due_at = None if took_it else _next_attempt(delivery.attempts, now)
    known = Delivery.objects.filter(pk=delivery.pk, attempts=delivery.attempts).update(
        answer=answer[:200], delivered_at=now if took_it else None, due_at=delivery.due_at
    )
    if known and not took_it:
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
