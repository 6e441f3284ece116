"""What a provider sees while payments to it are suspended: since when, until when, why, and that it can object."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from providers import suspending
from providers.claiming import take_up
from tests.provider_area.world import School, build_school, log_in, text
from tests.providers.world import MONDAY, assessed, claim, paid, redeemed, suspended

WHY = "Er wordt geen les gegeven op <dagen> waarvoor u declareert."
SHOWN = "Er wordt geen les gegeven op &lt;dagen&gt; waarvoor u declareert."
HEADING = "De betalingen aan u zijn opgeschort"
WAITS = "wacht: de betalingen aan u zijn opgeschort"
NEXT = "in de volgende betaling"
EARLIER = "Eerdere opschortingen van betalingen aan u"
TELLING = ["", "betalingen"]


def page_of(desk: Client, path: str) -> str:
    return text(desk.get(f"/opleiders/{path}"))


@pytest.mark.parametrize("path", TELLING)
def test_home_and_payments_say_since_when_until_when_and_why(
    school: School, desk: Client, path: str
) -> None:
    suspended(school.provider, reason=WHY)

    page = page_of(desk, path)

    assert HEADING in page
    assert "Sinds 02-03-2026 doen wij geen nieuwe betalingen aan u, tot en met 30-03-2026." in page
    assert f"Reden: {SHOWN}" in page
    assert "U kunt declareren zoals altijd." in page
    assert "Dan kunt u binnen zes weken na 02-03-2026 bezwaar maken." in page
    assert "Stuur ons een brief met uw KvK-nummer" in page
    assert HEADING not in page_of(log_in(build_school("Taalhuis").provider), path)


@pytest.mark.parametrize("path", TELLING)
def test_one_that_is_only_proposed_or_was_declined_is_not_shown(
    school: School, desk: Client, path: str
) -> None:
    until = MONDAY.date() + timedelta(days=28)
    proposal = suspending.propose(school.provider, reason=WHY, until=until, by="rosa", at=MONDAY)
    assert SHOWN not in page_of(desk, path)

    suspending.decline(proposal, by="sam", at=MONDAY)

    page = page_of(desk, path)
    assert (SHOWN in page, EARLIER in page) == (False, False)


def test_what_is_approved_waits(school: School, desk: Client) -> None:
    found = assessed(claim(school.running))
    pages = ["declaraties", f"declaraties/{found.pk}"]
    for path in pages:
        assert NEXT in page_of(desk, path)
    assert "In de volgende betaling" in page_of(desk, "betalingen")

    held = suspended(school.provider)

    for path in pages:
        page = page_of(desk, path)
        assert (WAITS in page, NEXT in page) == (True, False)
    page = page_of(desk, "betalingen")
    assert ("Goedgekeurd, wacht" in page, "In de volgende betaling" in page) == (True, False)
    stranger = build_school("Taalhuis")
    other = assessed(claim(stranger.running))
    assert NEXT in page_of(log_in(stranger.provider), f"declaraties/{other.pk}")

    suspending.lift(held, by="olga", at=MONDAY)
    for path in pages:
        assert NEXT in page_of(desk, path)


def test_what_is_on_its_way_or_paid_does_not_wait(school: School, desk: Client) -> None:
    on_its_way = assessed(claim(school.running))
    take_up({on_its_way.pk: "OWR-1"}, actor="paul", at=MONDAY)
    settled = paid(claim(redeemed(school.course), at=MONDAY), reference="OWR-2")
    suspended(school.provider)

    assert "onderweg als OWR-1" in page_of(desk, f"declaraties/{on_its_way.pk}")
    assert "betaald op 02-03-2026 als OWR-2" in page_of(desk, f"declaraties/{settled.pk}")


def test_the_payments_page_lists_those_that_are_over(school: School, desk: Client) -> None:
    lifted = suspended(school.provider, reason="De eerste.", days=7)
    assert EARLIER not in page_of(desk, "betalingen")
    suspending.lift(lifted, by="olga", at=MONDAY + timedelta(days=2))
    over = MONDAY + timedelta(days=3)
    suspended(school.provider, reason="De tweede.", days=7, at=over)
    still = over + timedelta(days=8)
    suspended(school.provider, reason="De derde.", days=7, at=still)

    with time_machine.travel(still, tick=False):
        page = page_of(log_in(school.provider), "betalingen")

    alert, _, listed = page.partition(EARLIER)
    assert [why in alert for why in ("De eerste.", "De tweede.", "De derde.")] == [0, 0, 1]
    assert [why in listed for why in ("De eerste.", "De tweede.", "De derde.")] == [1, 1, 0]
    assert "09-03-2026" in listed  # the last day of the first
    assert "04-03-2026" in listed  # on which it was lifted


def test_after_its_last_day_nothing_is_held(school: School, desk: Client) -> None:
    found = assessed(claim(school.running))
    suspended(school.provider, days=7)

    for days, waits in ((7, True), (8, False)):
        with time_machine.travel(MONDAY + timedelta(days=days), tick=False):
            desk = log_in(school.provider)
            assert [HEADING in page_of(desk, path) for path in TELLING] == [waits, waits]
            assert (WAITS in page_of(desk, f"declaraties/{found.pk}")) == waits


def test_a_payment_that_came_back_promises_no_next_payment(desk: Client) -> None:
    """What came back may have been recovered before, or wait."""
    page = page_of(desk, "betalingen")

    assert "Wat u daarvan nog moet krijgen, komt met een latere betaling." in page


def test_pages_take_few_queries_however_many_were_suspended(
    school: School, desk: Client, django_assert_max_num_queries: Any
) -> None:
    for _number in range(10):
        suspending.lift(suspended(school.provider), by="olga", at=MONDAY)
    suspended(school.provider)
    for number in range(10):
        paid(claim(redeemed(school.course), at=MONDAY), reference=f"OWR-{number}")
    for path in ("", "declaraties", "betalingen"):
        with django_assert_max_num_queries(12):
            assert desk.get(f"/opleiders/{path}").status_code == 200
