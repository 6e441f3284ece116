"""Reminding providers of what they should have paid back: two weeks more, written, before anybody collects it otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from ledger.money import to_money
from providers.errors import Unable
from providers.free_days import last_day
from providers.models import Provider, Reminder
from providers.owing import Debt, late, who_are_late, with_debts
from providers.webhooks.announcing import announce_account

P = TypeVar("P", bound=Provider)

WITHIN = timedelta(weeks=2)  # from the day after it was sent: Awb 4:112, first paragraph


class UnableToRemind(Unable):
    """Nobody is reminded."""


class NobodyToRemind(UnableToRemind):
    sentence = "Nothing is late, or a reminder of it still runs."


def who_to_remind(providers: QuerySet[P], *, at: datetime) -> QuerySet[P]:
    """Those of which something is past its last day, and no reminder runs."""
    today = localdate(at)
    running = Reminder.objects.running(on=today).values("provider")
    return who_are_late(providers, on=today).exclude(pk__in=running)


def reminder_of(provider: Provider, debts: Sequence[Debt], *, on: date) -> Reminder | None:
    """The newest reminder of these debts, oldest first; None when it was of others, or nothing is late."""
    newest = provider.reminders.first() if late(debts, on=on) else None
    return newest if newest and is_of(newest.sent_at, debts[0].last_day) else None


def is_of(sent_at: datetime, oldest: date) -> bool:
    """Whether a reminder is of a debt with this last day: it was sent after that, while the debt was late."""
    return localdate(sent_at) > oldest


@transaction.atomic
def remind(providers: QuerySet[Provider], *, by: str, at: datetime) -> list[Reminder]:
    """Remind each of these of all that is late, in a few statements for all of them. Raises NobodyToRemind.

    Who waited for another that reminded the same providers reminds nobody twice.
    """
    today = localdate(at)
    asked = who_to_remind(providers, at=at).select_for_update(no_key=True).order_by("pk")
    held = Provider.objects.filter(pk__in=list(asked.values_list("pk", flat=True)))
    owing = with_debts(who_to_remind(held, at=at), on=today)
    reminders = [
        Reminder(
            provider=provider,
            amount=to_money(provider.late),
            pay_until=last_day(today, WITHIN),
            sent_by=by,
            sent_at=at,
        )
        for provider in owing
    ]
    if not reminders:
        raise NobodyToRemind
    announce_account([reminder.provider_id for reminder in reminders], "reminded", at=at)
    return Reminder.objects.bulk_create(reminders)
