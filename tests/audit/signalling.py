"""Providers that signals are looked for of, with what is counted of them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from djmoney.money import Money

from ledger.accounts import open_accounts
from ontwikkelrekening.audit.signals import KINDS, look_for
from ontwikkelrekening.payouts.models import PaymentBatch, Payout
from providers.models import Claim, Course, Enrolment, IbanChange, Provider, Recovery, StateChange
from tests.providers.world import admitted, iban

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
