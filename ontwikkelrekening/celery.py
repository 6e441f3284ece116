"""The work queue's doorbell. The queue of record is the outbox table; a message carries no data.

A message may be lost or doubled: `drain` then takes nothing or what is left, and the sweep rings
too. See docs/decisions/0003-outbox-and-doorbell.md.
"""

import gc
import logging
import logging.config
import os

from celery import Celery
from celery.signals import setup_logging, worker_process_init

from ontwikkelrekening.bell import Bell

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontwikkelrekening.settings")

logger = logging.getLogger(__name__)
app = Celery("ontwikkelrekening")
app.config_from_object("django.conf:settings", namespace="CELERY")


@setup_logging.connect
def log_as_the_web_does(**_: object) -> None:
    """JSON lines without the text of exceptions: Celery's own lines would have it."""
    from django.conf import settings

    logging.config.dictConfig(settings.LOGGING)


@worker_process_init.connect
def freeze(**_: object) -> None:
    """Look for garbage only among what comes after the start: half the time of a large chunk."""
    gc.freeze()


@app.task(name="drain", ignore_result=True)
def drain() -> int:
    """Perform what the outbox holds now; return how many messages were done."""
    from providers.outbox import drain as drain_outbox

    return drain_outbox()


@app.task(name="roll_up", ignore_result=True)
def roll_up() -> int:
    """Bring the totals of hot accounts and the sums of funds up to date, so that reading them stays quick."""
    from ledger.rolling_up import roll_up as roll_up_ledger
    from ontwikkelrekening.budgets.adding_up import add_up

    passed = roll_up_ledger()
    add_up()
    return passed


@app.task(name="seal", ignore_result=True)
def seal() -> int:
    """Seal and publish the transfers that are settled; return how many seals were published.

    What cannot be sealed or published is an error in the log, every minute for as long as it stands.
    """
    from django.utils import timezone

    from ledger.publishing import NotPublished
    from ledger.sealing import AnotherKey
    from ledger.tending import tend

    try:
        return len(tend(at=timezone.now()))
    except (AnotherKey, NotPublished) as error:
        logger.error(str(error))
        return 0


@app.task(name="expire", ignore_result=True)
def expire() -> None:
    """End unused codes, enrolments past their term and credit past its last day; hand on the rest.

    And throw away the sessions, tokens and counters that are over.
    """
    from django.utils import timezone

    from ontwikkelrekening.budgets.nightly import end_day
    from ontwikkelrekening.clearing import clear

    now = timezone.now()
    end_day(on=timezone.localdate(now), at=now)
    clear(at=now)


@app.task(name="webhooks", ignore_result=True)
def webhooks() -> int:
    """Send the events that are due; return how many were taken."""
    from providers.webhooks.dispatching import dispatch

    return dispatch()


def ring() -> None:
    """Wake a worker. Losing this message loses nothing: the sweep comes by every few seconds."""
    _bell.ring()


def ring_for_webhooks() -> None:
    """Wake a worker for events; the sweep comes by for them too."""
    _webhook_bell.ring()


_bell = Bell(lambda: drain.apply_async(expires=60, retry=False))
_webhook_bell = Bell(lambda: webhooks.apply_async(expires=60, retry=False))
