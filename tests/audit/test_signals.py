"""Signals: each shows at its threshold and not just below it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ontwikkelrekening.audit.signals import KINDS, look_for
from ontwikkelrekening.payouts.models import PaymentBatch
from providers.claiming.assessing import doubt_about
from providers.models import Course, Doubt
from tests.audit.signalling import (
    DAY,
    FIRST_DAY,
    NOW,
    WEEK,
    claimed,
    completed,
    enrolled,
    found,
    iban_changed,
    measured,
    offered,
    provider,
    recovered,
    to_be_paid,
)

pytestmark = pytest.mark.django_db

# A price jump


@pytest.mark.parametrize(("before", "shows"), [("240.00", True), ("240.01", False)])
def test_a_price_jumps_when_it_was_a_fifth_lower_within_a_year(before: str, shows: bool) -> None:
    school = provider()
    offered(school, before, since=NOW - 30 * WEEK, name=" excel  voor BEGINNERS")
    offered(school, "300.00", since=NOW - WEEK, name="Excel voor beginners ")

    assert found("price") == [school.pk] * shows


def test_a_price_says_what_it_was_and_since_when() -> None:
    school = provider()
    offered(school, "200.00", since=datetime(2026, 1, 5, tzinfo=UTC))
    offered(school, "100.00", since=datetime(2026, 2, 5, tzinfo=UTC))
    offered(school, "300.00", since=NOW - WEEK)

    (signal,) = look_for([KINDS["price"]], at=NOW)

    assert signal.course == "Excel"
    assert signal.since == NOW - WEEK
    assert "€ 300,00 (24 uur)" in measured("price")
    assert "05-02-2026, kostte € 100,00 (24 uur)" in measured("price")


@pytest.mark.parametrize("other", ["name", "category", "provider", "draft"])
def test_a_price_is_compared_with_the_same_course_of_the_same_provider_only(other: str) -> None:
    school = provider()
    cheap = offered(
        provider() if other == "provider" else school, "100.00", since=NOW - 30 * WEEK,
        name="Word" if other == "name" else "Excel",
        category="module" if other == "category" else "course",
    )  # fmt: skip
    if other == "draft":
        Course.objects.filter(pk=cheap.pk).update(state="draft", published_at=None)
    offered(school, "300.00", since=NOW - WEEK)

    assert found("price") == []


@pytest.mark.parametrize(
    ("withdrawn", "shows"),
    [
        (None, True),
        (datetime(2025, 10, 27, tzinfo=UTC), True),
        (datetime(2025, 10, 25, tzinfo=UTC), False),
    ],
)
def test_a_lower_price_counts_while_it_was_offered_within_a_year(
    withdrawn: datetime | None, shows: bool
) -> None:
    school = provider()
    offered(school, "100.00", since=NOW - 300 * WEEK, withdrawn=withdrawn)
    offered(school, "300.00", since=NOW - WEEK)  # 26 October 2026

    assert found("price") == [school.pk] * shows


def test_a_jump_of_more_than_a_year_ago_shows_no_more() -> None:
    school = provider()
    offered(school, "100.00", since=NOW - 80 * WEEK)
    offered(school, "300.00", since=NOW - 53 * WEEK)

    assert found("price") == []


# Suddenly many claims


@pytest.mark.parametrize(
    ("now", "before", "shows"), [(20, 53, True), (20, 54, False), (19, 0, False), (20, 0, True)]
)
def test_claims_come_suddenly_when_they_are_three_times_the_usual(
    now: int, before: int, shows: bool
) -> None:
    school = provider()
    claimed(school, now, at=NOW - 7 * DAY + timedelta(seconds=1), state="submitted")
    claimed(school, before, at=NOW - 7 * DAY)
    claimed(school, 100, at=NOW - 63 * DAY)

    assert found("sudden") == [school.pk] * shows
    if shows and before:
        assert measured("sudden").startswith("20 declaraties in deze dagen; 6,6 per week")


# Much at once after admission


@pytest.mark.parametrize(
    ("days", "claims", "euros", "shows"),
    [
        (89, 20, "10", True),
        (90, 20, "10", False),
        (89, 19, "10", False),
        (89, 1, "10000.00", True),
        (89, 1, "9999.99", False),
    ],
)
def test_much_is_approved_soon_after_admission(
    days: int, claims: int, euros: str, shows: bool
) -> None:
    school = provider(on=NOW.date() - days * DAY)
    claimed(school, claims, euros=euros)
    claimed(school, 30, state="refused")
    claimed(school, 30, state="submitted")

    assert found("new") == [school.pk] * shows


# Codes in a burst


@pytest.mark.parametrize(
    ("codes", "seconds", "shows"), [(10, 60, True), (10, 61, False), (9, 5, False)]
)
def test_codes_come_in_a_burst(codes: int, seconds: int, shows: bool) -> None:
    school, other = provider(), provider()
    enrolled(school, [NOW - WEEK] * (codes - 1) + [NOW - WEEK + timedelta(seconds=seconds)])
    enrolled(other, [NOW - WEEK] * 5)

    assert found("burst") == [school.pk] * shows


@pytest.mark.parametrize(("days", "shows"), [(89, True), (90, False)])
def test_a_burst_shows_for_ninety_days(days: int, shows: bool) -> None:
    school = provider()
    enrolled(school, [NOW - days * DAY] * 10)
    enrolled(school, [NOW - DAY] * 3)

    assert found("burst") == [school.pk] * shows


# Completed as soon as possible


@pytest.mark.parametrize(
    ("soon", "later", "shows"), [(18, 2, True), (17, 3, False), (19, 0, False), (20, 0, True)]
)
def test_courses_are_completed_as_soon_as_they_may_be(soon: int, later: int, shows: bool) -> None:
    school = provider()
    completed(school, soon, after_days=FIRST_DAY + 2)
    completed(school, later, after_days=FIRST_DAY + 3)
    claimed(school, 100)

    assert found("soon") == [school.pk] * shows


@pytest.mark.parametrize(("weeks", "shows"), [(1, False), (2, False), (3, False), (4, True)])
def test_a_course_that_can_be_over_by_then_is_not_soon(weeks: int, shows: bool) -> None:
    school = provider()
    completed(school, 20, after_days=weeks * 5, weeks=weeks)

    assert found("soon") == ([school.pk] if shows and weeks * 5 <= 19 else [])
    completed(school, 200, after_days=0, weeks=weeks)
    assert found("soon") == [school.pk] * shows


@pytest.mark.parametrize(("seconds", "shows"), [(1, True), (0, False)])
def test_a_completion_counts_for_ninety_days(seconds: int, shows: bool) -> None:
    school, at = provider(), NOW - 90 * DAY + timedelta(seconds=seconds)
    completed(school, 20, after_days=FIRST_DAY, at=at)

    assert found("soon") == [school.pk] * shows


def test_the_first_day_is_that_of_the_machine() -> None:
    (asked,) = completed(provider(), 1, after_days=FIRST_DAY)
    first = asked.enrolment.starts_on + FIRST_DAY * DAY

    assert doubt_about(asked, on=first) is None
    assert doubt_about(asked, on=first - DAY) == Doubt.TOO_SOON


# A large share


@pytest.mark.parametrize(
    ("others", "each", "euros", "shows"),
    [
        (19, "9000", "19000.00", False),  # a tenth of € 190,000
        (19, "9000", "19000.01", True),
        (18, "9000", "19000.01", False),  # of nineteen providers
        (19, "4700", "10700.00", True),  # € 100,000
        (19, "4700", "10699.99", False),
    ],
)
def test_a_share_is_large_above_a_tenth_of_much_of_many(
    others: int, each: str, euros: str, shows: bool
) -> None:
    school = provider()
    for _ in range(others):
        claimed(provider(), 1, euros=each)
    claimed(school, 1, euros=euros)
    claimed(school, 1, euros="90000", state="refused")
    claimed(school, 1, euros="90000", at=NOW - 90 * DAY)

    assert found("share") == [school.pk] * shows


# Claims recovered


@pytest.mark.parametrize(
    ("back", "claims", "shows"), [(3, 61, True), (2, 40, True), (2, 41, False), (1, 1, False)]
)
def test_recoveries_show_from_three_or_a_twentieth(back: int, claims: int, shows: bool) -> None:
    school = provider()
    recovered(claimed(school, claims)[:back])

    assert found("recovered") == [school.pk] * shows


def test_a_recovery_counts_once_agreed_and_for_a_year() -> None:
    school = provider()
    claims = claimed(school, 6)
    recovered(claims[:2], agreed=False)
    recovered(claims[2:4], at=datetime(2025, 11, 2, 9, 0, tzinfo=UTC))
    recovered(claims[4:5])

    assert found("recovered") == []


# An IBAN changed shortly before


@pytest.mark.parametrize(
    ("before", "euros", "shows"),
    [
        (14 * DAY - timedelta(seconds=1), "5000.00", True),
        (14 * DAY, "5000.00", False),
        (DAY, "4999.99", False),
        (-DAY, "5000.00", False),
    ],
)
def test_an_iban_was_changed_shortly_before_a_payment(
    before: timedelta, euros: str, shows: bool
) -> None:
    school, paid_on = provider(), NOW - 3 * DAY
    iban_changed(school, at=paid_on - before)
    to_be_paid(school, euros, at=paid_on)

    assert found("iban") == [school.pk] * shows


def test_a_payment_counts_from_its_release_and_not_when_it_was_withdrawn() -> None:
    school, changed = provider(), NOW - 30 * DAY
    iban_changed(school, at=changed)
    late, withdrawn = (to_be_paid(school, "5000", at=changed + 10 * DAY) for _ in range(2))
    both = found("iban")

    PaymentBatch.objects.filter(pk=late.pk).update(
        state="released", released_by="bas", released_at=changed + 15 * DAY, file=b"x",
        file_sha256="x",
    )  # fmt: skip
    PaymentBatch.objects.filter(pk=withdrawn.pk).update(
        state="withdrawn", withdrawn_by="ineke", withdrawn_at=changed + 11 * DAY
    )

    assert both == [school.pk] * 2
    assert found("iban") == []


@pytest.mark.parametrize(("seconds", "shows"), [(1, True), (0, False)])
def test_a_change_of_iban_shows_for_a_year(seconds: int, shows: bool) -> None:
    school = provider()
    changed = datetime(2025, 11, 2, 9, 0, seconds, tzinfo=UTC)
    iban_changed(school, at=changed)
    to_be_paid(school, "5000", at=changed + DAY)

    assert found("iban") == [school.pk] * shows


def test_a_change_that_nobody_agreed_to_is_none() -> None:
    school = provider()
    iban_changed(school, at=NOW - 4 * DAY, agreed=False)
    to_be_paid(school, "9000", at=NOW - 3 * DAY)

    assert found("iban") == []


def test_a_first_iban_is_no_other_one() -> None:
    school = provider()
    to_be_paid(school, "9000", at=NOW + DAY)

    assert school.iban_changes.get().answered_at == NOW
    assert found("iban") == []
