"""Who is late with paying back is reminded: two weeks more, and once at a time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from djmoney.money import Money

from providers.models import Provider, Reminder
from providers.reminding import NobodyToRemind, remind, who_to_remind
from tests.budgets.world import World
from tests.payouts.test_recovering import paid_claim, recovered, repaid
from tests.payouts.world import AFTER

pytestmark = pytest.mark.django_db
LATE = AFTER + timedelta(days=45)  # Tuesday 24 March: the last day was Monday
ALL = Provider.objects.all()


@pytest.fixture
def owing(world: World) -> World:
    """The provider owes EUR 150, since a Saturday."""
    recovered(paid_claim(world).claim)
    return world


def reminded(at: datetime) -> list[Reminder]:
    return remind(ALL, by="ineke", at=at)


def test_who_is_late_has_two_weeks_more_for_all_that_is_late(owing: World) -> None:
    repaid(owing, 50)

    (found,) = reminded(LATE)

    found.refresh_from_db()
    assert (found.provider, found.amount) == (owing.provider, Money(100, "EUR"))
    assert (found.pay_until, found.sent_by, found.sent_at) == (date(2026, 4, 7), "ineke", LATE)


def test_nobody_is_reminded_in_time_or_of_nothing(owing: World) -> None:
    with pytest.raises(NobodyToRemind):
        reminded(LATE - timedelta(days=1))
    repaid(owing, 150)
    with pytest.raises(NobodyToRemind):
        reminded(LATE)


def test_nobody_is_reminded_while_a_reminder_runs(owing: World) -> None:
    reminded(LATE)

    with pytest.raises(NobodyToRemind):
        reminded(LATE + timedelta(days=14))
    assert not who_to_remind(ALL, at=LATE + timedelta(days=14)).exists()
    (again,) = reminded(LATE + timedelta(days=15))

    assert again.pay_until == date(2026, 4, 22)


def test_its_last_day_is_a_working_day(owing: World) -> None:
    (found,) = reminded(LATE - timedelta(days=1) + timedelta(days=4))  # Easter Friday is 14 days on

    assert found.pay_until == date(2026, 4, 10)
    Reminder.objects.all()._raw_delete("default")
    (found,) = reminded(datetime.fromisoformat("2026-04-21T12:00+00:00"))

    assert found.pay_until == date(2026, 5, 6)  # 5 May is Liberation Day


def test_only_who_is_asked_for_is_reminded(owing: World) -> None:
    with pytest.raises(NobodyToRemind):
        remind(Provider.objects.exclude(pk=owing.provider.pk), by="ineke", at=LATE)

    assert not Reminder.objects.exists()


def test_it_is_as_many_queries_for_one_as_for_all(owing: World) -> None:
    with CaptureQueriesContext(connection) as queries:
        reminded(LATE)

    assert len([each for each in queries if "SAVEPOINT" not in each["sql"]]) == 4


def test_a_reminder_is_of_something(owing: World) -> None:
    with pytest.raises(DatabaseError, match="of_something"), transaction.atomic():
        Reminder.objects.create(
            provider=owing.provider, amount=0, pay_until=LATE.date(), sent_by="x", sent_at=LATE
        )
