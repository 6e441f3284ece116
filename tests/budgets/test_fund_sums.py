"""The sums of funds are what the transfers come to, wherever they were added up."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import pairwise
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from ledger.models import Books, Transfer
from ledger.posting import reverse
from ledger.rolling_up import roll_up
from ontwikkelrekening.budgets.adding_up import add_up
from ontwikkelrekening.budgets.contributing import contribute
from ontwikkelrekening.budgets.expiring import expire
from ontwikkelrekening.budgets.fund_sums import NO_END, SUMS, Sums, fund_sums
from ontwikkelrekening.budgets.funding import make_available, open_fund
from ontwikkelrekening.budgets.models import FundSum
from ontwikkelrekening.budgets.pausing import pause
from ontwikkelrekening.budgets.releasing import release_rest
from ontwikkelrekening.database import APP_ROLE, AUDITOR_ROLE
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.payouts import recovering
from ontwikkelrekening.payouts.paying import (
    prepare_batch,
    release_batch,
    return_payout,
    settle_batch,
)
from providers import claiming
from providers.models import Claim
from tests.audit.world import COMPLETED, claim, employer, enrol, play_a_year
from tests.budgets.world import AT, LATER, ON, create_world, give
from tests.racing import at_once


def between(low: int, high: int) -> dict[int, Sums]:
    with connection.cursor() as cursor:
        cursor.execute(SUMS, {"low": low, "high": high})
        return {fund: Sums(*sums) for fund, *sums in cursor.fetchall()}


def events() -> Iterator[str]:  # noqa: PLR0915
    """A year of two funds, one thing after the other; each has committed."""
    year = play_a_year()
    yield "a year"
    bakkerij = employer(year)
    yield "a funder gives"
    enrolment = enrol(year.world, year.world.henk, price="360.00")
    yield "a course that two funds pay"
    first = claim(year.world, enrolment, "start", 180, at=LATER)
    yield "its start is claimed"
    batch = prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED)
    batch = release_batch(batch, by="bas", at=COMPLETED)
    return_payout(batch.payouts.get(), reason="AC04", by="ineke", at=COMPLETED)
    settle_batch(batch, by="bas", at=COMPLETED)
    yield "the bank sends it back"
    batch = prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED)
    settle_batch(release_batch(batch, by="bas", at=COMPLETED), by="bas", at=COMPLETED)
    yield "and pays it"
    return_payout(batch.payouts.get(), reason="AC04", by="ineke", at=COMPLETED)
    yield "the bank sends it back after that"
    batch = prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED)
    settle_batch(release_batch(batch, by="bas", at=COMPLETED), by="bas", at=COMPLETED)
    yield "and pays it again"
    return_payout(batch.payouts.get(), reason="AC04", by="ineke", at=COMPLETED)
    yield "and back once more"
    batch = prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED)
    settle_batch(release_batch(batch, by="bas", at=COMPLETED), by="bas", at=COMPLETED)
    other = claim(
        year.world, enrol(year.world, year.world.fatima, price="100.00"), "start", 50, at=LATER
    )
    yield "paid a third time, and another claim"
    take_back(other)
    yield "which is recovered before it is paid"
    other = claim(year.world, other.enrolment, "start", 40, at=LATER)
    batch = prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED)
    settle_batch(release_batch(batch, by="bas", at=COMPLETED), by="bas", at=COMPLETED)
    yield "claimed again, and paid"
    take_back(other)
    yield "which is recovered after it was paid"
    return_payout(batch.payouts.get(), reason="AC04", by="ineke", at=COMPLETED)
    yield "and comes back from the bank after that"
    pause(year.world.henk, until=date(2026, 3, 2), by="henk", at=LATER)
    claim(year.world, enrolment, "completion", 180, at=COMPLETED)
    yield "its last day moved, the rest is claimed"
    claim(year.world, enrol(year.world, year.world.fatima, price="400.00"), "start", 200, at=LATER)
    transfer = Transfer.objects.get(booking__cause=f"claim:{first.pk}")
    reverse(transfer.pk, reason="verkeerde opleiding", effective_on=ON, at=COMPLETED)
    yield "a claim that was paid is reversed"
    release_rest(enrolment, reason="finished", at=COMPLETED)
    yield "the rest goes back"
    zorg = Scheme.objects.create(code="zorg", name="Sectorfonds zorg")
    make_available(open_fund(zorg, source="bank", at=AT), cents=5_000, id=uuid4(), on=ON, at=AT)
    yield "a third fund"
    contribute(
        bakkerij,
        f"account,amount,reference,categories,valid_until\n{year.world.henk},10.00,F2,,",
        on=ON,
        at=AT,
    )
    give(year.world, year.world.fatima, 1_000)
    yield "more for who had some"
    expire(on=date(2031, 1, 1), at=COMPLETED)
    yield "credit expires"
    call_command("return_credit", year.world.fatima, "--why", "left")
    yield "somebody leaves"


def take_back(found: Claim) -> None:
    recovery = claiming.propose_recovery(
        found, reason="no course", heard="no answer", by="rosa", at=COMPLETED
    )
    recovering.agree(recovery, by="bas", at=COMPLETED)


def test_a_reading_is_the_same_wherever_the_sums_were_added_up(own_database: str) -> None:
    """And any two ranges that meet say what both say together."""
    place = [0]
    for number, event in enumerate(events()):
        found = fund_sums()
        assert found == between(0, NO_END), event

        roll_up()
        place.append(Books.objects.get().rolled_to)
        if number % 3 == 1:  # twice it lags behind
            assert add_up() > 0
            assert FundSum.objects.values_list("up_to", flat=True).distinct().get() == place[-1]
        assert fund_sums() == found, event

    add_up()
    assert add_up() == 0
    whole = between(0, NO_END)
    summed = {fund: Sums() for fund in whole}
    for low, high in pairwise([*place, NO_END]):
        summed = {fund: summed[fund] + sums for fund, sums in between(low, high).items()}
    assert summed == whole


def test_two_who_add_up_at_once_add_once(own_database: str) -> None:
    for _ in events():
        pass
    found = fund_sums()
    roll_up()

    assert at_once(*[add_up] * 8) == {"done": 8}
    assert fund_sums() == found == between(0, NO_END)


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "is_written"), [(APP_ROLE, True), (AUDITOR_ROLE, False)])
def test_the_application_adds_up_and_an_auditor_reads(role: str, is_written: bool) -> None:
    fund = create_world().fund
    ledger_place = Books.objects.get().rolled_to
    Books.objects.update(rolled_to=ledger_place + 1)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")

    if is_written:
        assert add_up() == ledger_place + 1
    else:
        with pytest.raises(DatabaseError), transaction.atomic():
            add_up()
    assert FundSum.objects.filter(fund=fund).exists() is is_written
    assert fund_sums()[fund.pk].made_available == 10_000_000


@pytest.mark.django_db
def test_nothing_booked_is_nothing() -> None:
    assert add_up() == 0
    assert fund_sums() == {}
