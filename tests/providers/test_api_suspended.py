"""What a provider's software reads while payments are suspended."""

from __future__ import annotations

from datetime import timedelta

import time_machine

from providers import suspending
from providers.models import Enrolment
from tests.providers.calls import Software
from tests.providers.world import MONDAY, assessed, claim, de_linde, suspended


@time_machine.travel(MONDAY, tick=False)
def test_the_account_says_until_when(linde: Software, running: Enrolment) -> None:
    assert linde.get("/account").json()["suspendedUntil"] is None

    until = MONDAY.date() + timedelta(days=7)
    proposal = suspending.propose(
        running.provider, reason="Geen les.", until=until, by="rosa", at=MONDAY
    )
    assert linde.get("/account").json()["suspendedUntil"] is None
    held = suspending.agree(proposal, by="sam", at=MONDAY)

    assert linde.get("/account").json()["suspendedUntil"] == "2026-03-09"
    stranger = Software(de_linde("Taalhuis"))
    assert stranger.get("/account").json()["suspendedUntil"] is None
    suspending.lift(held, by="olga", at=MONDAY)
    assert linde.get("/account").json()["suspendedUntil"] is None


def test_its_last_day_is_the_last(linde: Software, running: Enrolment) -> None:
    suspended(running.provider, days=7)

    for days, until in ((7, "2026-03-09"), (8, None)):
        with time_machine.travel(MONDAY + timedelta(days=days), tick=False):
            software = Software(running.provider)
            assert software.get("/account").json()["suspendedUntil"] == until


@time_machine.travel(MONDAY, tick=False)
def test_what_is_approved_meanwhile_stays_payable(linde: Software, running: Enrolment) -> None:
    suspended(running.provider)

    assessed(claim(running))

    assert linde.get("/account").json()["payable"] == "130.00"
