"""The outbox: work written in the same transaction as its cause, performed once by a worker.

`enqueue` writes a row and rings the doorbell after the commit. `drain` takes open rows one at a
time with FOR UPDATE SKIP LOCKED, performs the work and marks it done in one transaction, so many
workers share the queue and a killed one loses nothing. The work's function runs inside that
transaction; what leaves the database must carry an id of its own.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from providers.models import OutboxMessage

logger = logging.getLogger(__name__)

ATTEMPTS_MAX = 8
ENQUEUE = """
    INSERT INTO providers_outboxmessage (work, subject, due_at, attempts, error, created_at)
    SELECT %(work)s, subject, %(at)s, 0, '', %(at)s FROM unnest(%(subjects)s::text[]) subject
    ON CONFLICT DO NOTHING
"""


def enqueue(work: str, subject: str, *, at: datetime) -> None:
    """Queue `work` (a name in settings.OUTBOX_HANDLERS) on `subject`; queued twice is queued once."""
    enqueue_many(work, [subject], at=at)


def enqueue_many(work: str, subjects: list[str], *, at: datetime) -> None:
    """Queue the same work on many subjects in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(ENQUEUE, {"work": work, "subjects": subjects, "at": at})
    transaction.on_commit(import_string(settings.OUTBOX_DOORBELL), robust=True)


def drain() -> int:
    """Perform all open work that is due; return how many messages were done."""
    done = 0
    while (performed := _perform_next()) is not None:
        done += performed
    return done


def _perform_next() -> bool | None:
    """Perform the oldest due message: True when done, False when it failed, None when none is left."""
    now = timezone.now()
    with transaction.atomic():
        message = (
            OutboxMessage.objects.select_for_update(skip_locked=True)
            .filter(done_at=None, due_at__lte=now, attempts__lt=ATTEMPTS_MAX)
            .order_by("due_at", "id")
            .first()
        )
        if message is None:
            return None
        message.attempts += 1
        try:
            with transaction.atomic():
                import_string(settings.OUTBOX_HANDLERS[message.work])(message.subject, at=now)
        except Exception as error:  # whatever the work raises, the queue goes on
            logger.exception(
                "work failed", extra={"work": message.work, "attempt": message.attempts}
            )
            message.error = f"{type(error).__name__}: {error}"[:500]
            message.due_at = now + timedelta(seconds=2**message.attempts)
        else:
            message.done_at = now
            message.error = ""
        message.save(update_fields=["attempts", "error", "due_at", "done_at"])
    return message.done_at is not None
