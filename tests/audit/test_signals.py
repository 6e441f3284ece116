"""Signals: each shows at its threshold and not just below it, is explained, and says nothing of citizens."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from djmoney.money import Money

from ledger.accounts import open_accounts
from ontwikkelrekening.audit.signals import KINDS, look_for
from ontwikkelrekening.payouts.models import PaymentBatch, Payout
from providers.claiming.assessing import doubt_about
from providers.models import (
    Claim,
    Course,
    Doubt,
    Enrolment,
    IbanChange,
    Provider,
    Recovery,
    StateChange,
)
from tests.audit.test_downloads import rows
from tests.audit.test_what_went_back import page
from tests.providers.world import admitted, iban

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)
LONG_AGO = date(2020, 1, 1)
FIRST_DAY = 68  # of thirteen weeks: 80% of the 84 days before the last one
_numbers = count(1)


def provider(*, on: date = LONG_AGO, name: str = "Leerfabriek") -> Provider:
    number = next(_numbers)
    return admitted(f"{name} {number}", f"{number:08d}", iban(number), on=on, at=NOW)


def offered(
    by: Provider, price: str, *, since: datetime = NOW, withdrawn: datetime | None = None,
    name: str = "Excel", category: str = "course",
) -> Course:  # fmt: skip
    course = Course.objects.create(
        provider=by, code=uuid4().hex, name=name, category=category, price=Money(price, "EUR"),
        hours=24, state="withdrawn" if withdrawn else "published", published_at=since,
        registered_at=since,
    )  # fmt: skip
    if withdrawn:
        StateChange.objects.create(
            subject="course", subject_id=course.pk, event="withdraw", from_state="published",
            to_state="withdrawn", actor="roc", at=withdrawn,
        )  # fmt: skip
    return course


def enrolled(
    by: Provider, redeemed: Iterable[datetime], *, weeks: int = 13, starts_on: date | None = None
) -> list[Enrolment]:
    course = Course.objects.filter(provider=by).first() or offered(by, "300", since=NOW - WEEK)
    moments = list(redeemed)
    accounts = open_accounts(
        [f"reserved:{uuid4()}" for _ in moments], account_class="reserved", at=NOW
    )
    return Enrolment.objects.bulk_create(
        Enrolment(
            course=course, provider=by, account_id=account, maximum=Money(300, "EUR"),
            terms=[
                {"instalment": "start", "cents": 15000, "after": "start"},
                {"instalment": "completion", "cents": 15000, "after": "completion",
                 "attendance_min": 80},
            ],
            starts_on=starts_on or at.date(),
            ends_on=(starts_on or at.date()) + timedelta(weeks=weeks, days=-1),
            claim_until=date(2028, 1, 1), code_digest=uuid4().bytes,
            code_valid_until=at.date(), state="redeemed", agreed_at=at, redeemed_at=at,
        )
        for at, account in zip(moments, accounts.values(), strict=True)
    )  # fmt: skip


def claimed(
    by: Provider, number: int, *, at: datetime = NOW - DAY, euros: str = "10", state: str = "paid"
) -> list[Claim]:
    return _claims(enrolled(by, [at] * number), "start", at=at, euros=euros, state=state)


def completed(
    by: Provider, number: int, *, after_days: int, weeks: int = 13, at: datetime = NOW - DAY
) -> list[Claim]:
    starts_on = at.date() - timedelta(days=after_days)
    enrolments = enrolled(by, [at] * number, weeks=weeks, starts_on=starts_on)
    return _claims(enrolments, "completion", at=at)


def _claims(
    enrolments: list[Enrolment], instalment: str, *, at: datetime, euros: str = "10",
    state: str = "paid",
) -> list[Claim]:  # fmt: skip
    decided = state in ("approved", "paid", "refused", "recovered")
    return Claim.objects.bulk_create(
        Claim(
            id=uuid4(), enrolment=each, provider_id=each.provider_id, instalment=instalment,
            amount=Money(euros, "EUR"), evidence={"certificate": True}, state=state,
            submitted_at=at, submitted_by="roc", assessed_at=at if decided else None,
        )
        for each in enrolments
    )  # fmt: skip


def recovered(claims: Iterable[Claim], *, at: datetime = NOW - DAY, agreed: bool = True) -> None:
    Recovery.objects.bulk_create(
        Recovery(
            claim=each, reason="x", heard="x", proposed_by="rosa", proposed_at=at,
            answered_by="sam", answered_at=at, agreed=agreed,
        )
        for each in claims
    )  # fmt: skip


def iban_changed(of: Provider, *, at: datetime, agreed: bool = True) -> None:
    IbanChange.objects.create(
        provider=of, before=of.iban, after=iban(next(_numbers)), reason="x", proposed_by="petra",
        proposed_at=at, answered_by="paul", answered_at=at, agreed=agreed,
    )  # fmt: skip


def to_be_paid(to: Provider, euros: str, *, at: datetime) -> PaymentBatch:
    batch = PaymentBatch.objects.create(
        message_id=uuid4().hex, pay_on=at.date() + 2 * DAY, prepared_by="ineke", prepared_at=at
    )
    Payout.objects.create(
        batch=batch, provider=to, iban=to.iban, amount=Money(euros, "EUR"), reference=uuid4().hex
    )
    return batch


def found(kind: str) -> list[UUID]:
    return [signal.provider_id for signal in look_for([KINDS[kind]], at=NOW)]


def measured(kind: str) -> str:
    (signal,) = look_for([KINDS[kind]], at=NOW)
    return signal.measured.replace("\N{NO-BREAK SPACE}", " ")


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


# The pages


@pytest.fixture
def noted() -> Provider:
    """A provider with a signal of nearly every kind."""
    school = provider(on=NOW.date() - 20 * DAY, name="Snelschool")
    offered(school, "100.00", since=NOW - 20 * WEEK, withdrawn=NOW - 2 * WEEK)
    offered(school, "300.00", since=NOW - WEEK)
    recovered(claimed(school, 20, euros="600")[:3])
    completed(school, 20, after_days=FIRST_DAY)
    iban_changed(school, at=NOW - 4 * DAY)
    to_be_paid(school, "9000", at=NOW - 3 * DAY)
    return school


@pytest.fixture
def today(db: None) -> Iterable[None]:
    with time_machine.travel(NOW, tick=False):
        yield


def test_the_page_explains_each_kind_and_shows_what_was_counted(
    noted: Provider, today: None, amir: Client
) -> None:
    said = page(amir, "/audit/signals")

    assert "Een signaal is geen oordeel" in said
    for words in (
        "minstens 20% lager was",
        "samen minstens € 10.000,00",
        "minder dan 14 dagen",
        "STAP, Nederland, 2022",
        "SkillsFuture, Singapore, 2017",
        f"Veel tegelijk na de toelating {noted.name}",
        f"Prijssprong {noted.name} Excel Deze opleiding kost € 300,00",
        f"Codes in één keer {noted.name} 40 codes binnen 60 seconden",
    ):
        assert words in said, words


def test_a_kind_can_be_chosen_and_an_unknown_one_shows_all(
    noted: Provider, today: None, amir: Client
) -> None:
    chosen = rows(amir, "/audit/signals?kind=price&download=signals")
    every = rows(amir, "/audit/signals?kind=elders&download=signals")

    assert [line[:3] for line in chosen[1:]] == [["Prijssprong", noted.name, "Excel"]]
    assert len({line[0] for line in every[1:]}) == 7
    assert (
        'href="?kind=price" aria-current="true"'
        in amir.get("/audit/signals?kind=price").content.decode()
    )


def test_nothing_is_sorted_by_how_much_was_counted(today: None, amir: Client) -> None:
    headings = amir.get("/audit/signals").context["tables"]["signals"].headings

    assert not any(heading.is_number for heading in headings)


def test_no_signal_leads_to_a_citizen(noted: Provider, today: None, amir: Client) -> None:
    shown = amir.get("/audit/signals").content.decode()

    for each in Enrolment.objects.select_related("account"):
        assert str(each.pk) not in shown
        assert each.account.code not in shown
    for kind in KINDS.values():
        assert not {"citizen", "account_code", "agreement"} & set(
            kind.sql.replace("_", " ").split()
        )
    assert "enrolments/" not in shown


def test_a_provider_shows_its_own_signals_and_the_history_of_its_prices(
    noted: Provider, today: None, amir: Client
) -> None:
    other = provider(name="Rustschool")
    said = page(amir, reverse("audit:provider", args=[noted.pk]))

    assert "Prijssprong Excel Deze opleiding kost € 300,00" in said
    assert "Excel opleiding 24 15-06-2026 11:00 19-10-2026 11:00 € 100,00" in said
    assert "Excel opleiding 24 26-10-2026 10:00 € 300,00" in said
    assert "Er zijn geen signalen." in page(amir, reverse("audit:provider", args=[other.pk]))


def test_a_price_jump_leads_to_the_history(noted: Provider, today: None, amir: Client) -> None:
    address = reverse("audit:provider", args=[noted.pk])

    assert f'href="{address}#prices-caption"' in amir.get("/audit/signals").content.decode()
    assert 'id="prices-caption"' in amir.get(address).content.decode()


def test_more_signals_ask_no_more_queries(noted: Provider, today: None, amir: Client) -> None:
    pages = ["/audit/signals", reverse("audit:provider", args=[noted.pk])]
    before = [_queries(amir, each) for each in pages]
    for number in range(3):
        offered(noted, "500.00", since=NOW - number * DAY, name="Excel")
        claimed(provider(on=NOW.date()), 20)

    assert [_queries(amir, each) for each in pages] == before


def _queries(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        page(browser, address)
    return len(queries)
