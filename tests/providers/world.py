"""What the stories of a provider start from: De Linde, its course, and Fatima's agreed enrolment."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction
from djmoney.money import Money

from ledger.accounts import open_account
from ledger.balances import balance
from ledger.posting import NewBooking, NewTransfer, post
from providers import changing_iban, claiming, suspending
from providers.admitting import admit
from providers.claiming import assess, submit
from providers.enrolling import code_for, open_enrolment, redeem
from providers.models import Claim, Course, Enrolment, Provider, Recovery, Suspension
from providers.publishing import CourseDetails, publish, register_course

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONDAY = datetime(2026, 3, 2, 10, tzinfo=AMSTERDAM)  # the course starts this day
START = MONDAY.date()
LAST_WEEK = MONDAY - timedelta(days=7)
HALVES = [
    {"instalment": "start", "cents": 13000, "after": "start"},
    {"instalment": "completion", "cents": 13000, "after": "completion", "attendance_min": 80},
]
_numbers = count(1)


def euros(amount: str) -> Money:
    return Money(amount, "EUR")


def iban(number: int) -> str:
    account = f"TEST{number:010d}"
    digits = "".join(str(int(symbol, 36)) for symbol in f"{account}NL00")
    return f"NL{98 - int(digits) % 97:02d}{account}"


def admitted(name: str, kvk_number: str, iban: str, *, on: date, at: datetime) -> Provider:
    """A provider to whose first IBAN a second person agreed."""
    provider = admit_only(name, kvk_number, iban, on=on, at=at)
    return changing_iban.agree(provider.iban_changes.get(), by="bas", at=at)


def admit_only(name: str, kvk_number: str, iban: str, *, on: date, at: datetime) -> Provider:
    """A provider whose first IBAN waits for a second person: it is not paid yet."""
    return admit(name, kvk_number, iban, reason="gebeld", by="olga", on=on, at=at)


def de_linde(name: str = "Zorgschool De Linde", *, is_paid: bool = True) -> Provider:
    number = next(_numbers)
    act = admitted if is_paid else admit_only
    return act(name, f"{number:08d}", iban(number), on=LAST_WEEK.date(), at=LAST_WEEK)


def digital_skills(provider: Provider, code: str = "DIG-01", **changes: Any) -> Course:
    details = {
        "code": code,
        "name": "Basis digitale vaardigheden",
        "category": "course",
        "price": euros("260.00"),
        "hours": 24,
        "sessions": 8,
        "weeks": 8,
        **changes,
    }
    course = register_course(provider, CourseDetails(**details), at=LAST_WEEK)
    return publish(course, actor="test", at=LAST_WEEK)


def agreed(
    course: Course,
    *,
    terms: list[dict[str, Any]] | None = None,
    maximum: str = "260.00",
    starts_on: date = START,
    at: datetime = LAST_WEEK,
) -> Enrolment:
    """Fatima agreed to the course: the money is reserved and she holds a code."""
    id_ = uuid4()
    return open_enrolment(
        course,
        id=id_,
        account=reserved(id_, cents=int(euros(maximum).amount * 100), at=at),
        maximum=euros(maximum),
        terms=HALVES if terms is None else terms,
        starts_on=starts_on,
        at=at,
    )


def reserved(enrolment_id: UUID, *, cents: int, at: datetime) -> Any:
    treasury = open_account("treasury", account_class="treasury", at=at)
    account = open_account(f"reserved:{enrolment_id}", account_class="reserved", at=at)
    booking = NewBooking(
        id=uuid.uuid5(enrolment_id, "reserve"),
        kind="reserve",
        cause=f"enrolment:{enrolment_id}",
        description="money for a test",
        effective_on=at.date(),
    )
    post(booking, [NewTransfer(treasury.pk, account.pk, cents)], at=at)
    return account


def redeemed(course: Course, **agreement: Any) -> Enrolment:
    enrolment = agreed(course, **agreement)
    return redeem(code_for(enrolment.id), provider=course.provider, actor="de-linde", at=LAST_WEEK)


def claim(
    enrolment: Enrolment,
    instalment: str = "start",
    amount: str = "130.00",
    *,
    evidence: dict[str, Any] | None = None,
    at: datetime = MONDAY,
    id: UUID | None = None,
) -> Claim:
    with transaction.atomic():  # a refusal leaves nothing of it, and the test goes on
        submitted, _ = submit(
            id or uuid4(),
            enrolment.id,
            instalment,
            euros(amount),
            evidence or {},
            provider=enrolment.provider,
            actor="de-linde",
            at=at,
        )
    return submitted


def assessed(submitted: Claim, *, at: datetime = MONDAY) -> Claim:
    assess(str(submitted.id), at=at)
    submitted.refresh_from_db()
    return submitted


def paid(submitted: Claim, *, reference: str = "OWR-1", at: datetime = MONDAY) -> Claim:
    """The claim after the bank has paid it."""
    found = assessed(submitted, at=at)
    claiming.take_up({found.pk: reference}, actor="paul", at=at)
    claiming.settle([found.pk], actor="paul", at=at)
    found.refresh_from_db()
    return found


def proposed(found: Claim, *, reason: str = "Niemand kwam.", at: datetime = MONDAY) -> Recovery:
    heard = "De school zegt dat het klopt."
    return claiming.propose_recovery(found, reason=reason, heard=heard, by="rosa", at=at)


def recovered(found: Claim, *, reason: str = "Niemand kwam.", at: datetime = MONDAY) -> Claim:
    """The claim after two people took it back."""
    return claiming.agree_to_recovery(proposed(found, reason=reason, at=at), by="sam", at=at)


def suspended(
    provider: Provider,
    *,
    reason: str = "Er wordt geen les gegeven.",
    days: int = 28,
    at: datetime = MONDAY,
) -> Suspension:
    """Payments to the provider are held, after two people agreed, until so many days later."""
    until = at.date() + timedelta(days=days)
    proposal = suspending.propose(provider, reason=reason, until=until, by="rosa", at=at)
    return suspending.agree(proposal, by="sam", at=at)


def payable_cents(provider: Provider) -> int:
    return balance(provider.payable_id)
