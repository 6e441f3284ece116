"""What an auditor sees of a suspension of payments: why, who decided it, how long, who lifted it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from providers import suspending
from providers.models import Provider, Suspension
from tests.audit.test_what_went_back import page
from tests.audit.world import Year, auditor
from tests.budgets.world import AT, LATER, ON
from tests.providers.world import admitted, iban

pytestmark = pytest.mark.django_db

PROVIDERS = "/audit/providers"
WHY = "Een gebouw dat dicht was."
UNTIL = localdate(LATER) + timedelta(days=6)  # 9 February 2026
SUSPENDED = "Betalingen opgeschort tot en met 09-02-2026"


@pytest.fixture(autouse=True)
def today() -> Iterator[None]:
    with time_machine.travel(LATER, tick=False):
        yield


def proposed(school: Provider) -> Suspension:
    return suspending.propose(school, reason=WHY, until=UNTIL, by="rosa", at=LATER)


def _provider(school: Provider) -> str:
    return reverse("audit:provider", args=[school.pk])


def _row(listed: str) -> str:
    """What the list of providers says of the only one, from what it has to pay back."""
    return listed.rpartition("€ 0,00")[2]


def test_a_suspension_is_told_from_its_proposal_until_it_was_lifted(
    year: Year, amir: Client
) -> None:
    school = year.world.provider
    before = page(amir, _provider(school))
    suspension = proposed(school)
    waiting, listed_waiting = page(amir, _provider(school)), page(amir, PROVIDERS)
    suspending.agree(suspension, by="sam", at=LATER)
    held, listed_held = page(amir, _provider(school)), page(amir, PROVIDERS)
    suspending.lift(suspension, by="olga", at=LATER)
    lifted, listed_lifted = page(amir, _provider(school)), page(amir, PROVIDERS)

    assert "Niemand heeft voorgesteld betalingen op te schorten." in before
    assert f"rosa 03-02-2026 10:00 {WHY} … wacht 09-02-2026" in waiting
    assert f"{WHY} ✓ goedgekeurd sam 03-02-2026 10:00 09-02-2026" in held
    assert "sam 03-02-2026 10:00 09-02-2026 olga 03-02-2026 10:00" in lifted
    assert [SUSPENDED in said for said in (before, waiting, held, lifted)] == [0, 0, 1, 0]
    assert [
        "09-02-2026" in _row(said) for said in (listed_waiting, listed_held, listed_lifted)
    ] == [False, True, False]


def test_after_its_last_day_payments_are_suspended_no_more(year: Year) -> None:
    school = year.world.provider
    suspending.agree(proposed(school), by="sam", at=LATER)

    for days, is_suspended in ((6, True), (7, False)):
        with time_machine.travel(LATER + timedelta(days=days), tick=False):
            amir = auditor()
            assert (SUSPENDED in page(amir, _provider(school))) == is_suspended
            assert ("09-02-2026" in _row(page(amir, PROVIDERS))) == is_suspended


def test_more_suspensions_ask_no_more_queries(year: Year, amir: Client) -> None:
    school = year.world.provider
    suspending.decline(proposed(school), by="sam", at=LATER)
    pages = [_provider(school), PROVIDERS]
    before = [_queries(amir, each) for each in pages]

    for number in range(3):
        suspending.decline(proposed(school), by="sam", at=LATER)
        more = admitted(f"School {number}", f"7000000{number}", iban(9_000 + number), on=ON, at=AT)
        suspending.agree(proposed(more), by="sam", at=LATER)

    assert [_queries(amir, each) for each in pages] == before


def _queries(browser: Client, where: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(browser, where)
    return len(queries)
