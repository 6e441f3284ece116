"""A provider's software is told when its account says something else: held, reminded, another IBAN, owing less or again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from djmoney.money import Money

from ontwikkelrekening.payouts import recovering, writing_off
from ontwikkelrekening.payouts.withdrawing import withdraw
from providers import changing_iban, claiming, suspending
from providers.models import Delivery, Provider
from providers.reminding import remind
from providers.webhooks.managing import register, verify
from tests.audit.world import logged_in
from tests.budgets.world import World
from tests.payouts.test_recovering import paid_claim, recovered, repaid
from tests.payouts.test_reminding import LATE
from tests.payouts.world import AFTER
from tests.providers.calls import Software
from tests.providers.world import de_linde, iban, suspended

pytestmark = pytest.mark.django_db
FAMILY = "nl.ontwikkelrekening.account."


@pytest.fixture
def listening(world: World) -> World:
    """The provider and another one listen, on verified endpoints."""
    for provider in (world.provider, de_linde("Taalhuis")):
        endpoint = register(provider, "http://127.0.0.1:9/", at=AFTER)
        verify(endpoint, endpoint.challenge, at=AFTER)
    return world


def told(world: World) -> list[str]:
    """What was told of its account, oldest first; the other one is told nothing."""
    events = [
        (delivery.endpoint.provider, delivery.event)
        for delivery in Delivery.objects.select_related("endpoint").order_by("created_at")
        if delivery.event["type"].startswith(FAMILY)
    ]
    assert {provider for provider, _ in events} <= {world.provider}
    return [event["type"].removeprefix(FAMILY) for _, event in events]


def test_of_a_suspension_and_its_end(listening: World) -> None:
    until = AFTER.date() + timedelta(days=7)
    proposal = suspending.propose(
        listening.provider, reason="Geen les.", until=until, by="rosa", at=AFTER
    )
    suspending.decline(proposal, by="sam", at=AFTER)
    assert told(listening) == []

    held = suspended(listening.provider, at=AFTER)
    suspending.lift(held, by="sam", at=AFTER + timedelta(hours=1))

    assert told(listening) == ["suspended", "resumed"]


def test_an_event_names_the_account_and_where_to_read_it(listening: World) -> None:
    suspended(listening.provider, reason="Geen les.", at=AFTER)

    event: dict[str, Any] = Delivery.objects.get(event__type=f"{FAMILY}suspended").event
    account = str(listening.provider.pk)
    assert (event["subject"], event["data"]) == (
        account, {"account": account, "state": "suspended"},
    )  # fmt: skip
    assert event["dataref"].endswith("/api/v1/account")
    assert "Geen les" not in str(event)


def test_of_another_iban(listening: World) -> None:
    change = changing_iban.propose(
        listening.provider, iban(77), reason="Gebeld.", by="rosa", at=AFTER
    )
    assert told(listening) == []

    changing_iban.agree(change, by="sam", at=AFTER)

    assert told(listening) == ["iban-changed"]


def test_of_a_reminder_and_of_what_is_owed_less_and_again(listening: World) -> None:
    recovered(paid_claim(listening).claim)
    repayment = repaid(listening, 50)
    remind(Provider.objects.all(), by="ineke", at=LATE)
    proposal = writing_off.propose(
        listening.provider, Money(10, "EUR"), reason="Failliet.", by="ineke", at=LATE
    )
    writing_off.agree(proposal, by="bas", at=LATE + timedelta(hours=1))
    withdraw(repayment, reason="Van een ander.", by="ineke", at=LATE + timedelta(hours=2))

    assert told(listening) == ["reminded", "written-off", "owes-again"]


def test_a_reminder_of_a_debt_that_was_paid_is_none_of_the_next(world: World) -> None:
    recovered(paid_claim(world).claim)
    with time_machine.travel(LATE, tick=False):
        remind(Provider.objects.all(), by="ineke", at=LATE)
        second = paid_claim(world).claim
        claiming_again = claiming.propose_recovery(
            second, reason="Niemand kwam.", heard="Niets.", by="rosa", at=LATE
        )
        recovering.agree(claiming_again, by="sam", at=LATE)
        repaid(world, 150)

    with time_machine.travel(LATE + timedelta(days=56), tick=False):
        account = Software(world.provider).get("/account").json()
        assert (account["owed"], account["payBackUntil"]) == ("150.00", "2026-05-06")
        assert account["remindedUntil"] is None
        debtors = logged_in("ineke", "payment-officers").get("/admin/payouts/debtor/")
        assert '<td class="field-reminded">-</td>' in debtors.content.decode()


def test_the_account_says_until_when_it_was_reminded(world: World) -> None:
    recovered(paid_claim(world).claim)
    with time_machine.travel(LATE, tick=False):
        software = Software(world.provider)
        assert software.get("/account").json()["remindedUntil"] is None
        remind(Provider.objects.all(), by="ineke", at=LATE)

        assert software.get("/account").json()["remindedUntil"] == "2026-04-07"
        repaid(world, 150)
        assert software.get("/account").json()["remindedUntil"] is None
