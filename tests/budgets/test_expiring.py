"""What ends by date: codes, enrolments and credit. In sets, and twice is once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from djmoney.money import Money

from ledger.checking import check_ledger
from ledger.closing import close_period
from ledger.models import Booking
from ontwikkelrekening.budgets.expiring import Expired, expire
from ontwikkelrekening.budgets.models import Fund
from ontwikkelrekening.budgets.reserving import agree, cancel
from ontwikkelrekening.budgets.returning import return_credit
from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.models import Citizen
from providers import claiming
from providers.enrolling import redeem
from providers.models import Enrolment
from providers.states import EnrolmentState
from tests.budgets.world import (
    AT,
    LATER,
    ON,
    STARTS_ON,
    World,
    course,
    give,
    left,
    left_on,
)

pytestmark = pytest.mark.django_db


def test_what_is_left_of_expired_credit_goes_back_to_its_fund(world: World) -> None:
    gone = give(world, world.fatima, 30_000, expires_on=date(2026, 12, 31))
    stays = give(world, world.fatima, 80_000)
    before = left("fund:landelijk")

    assert expire(on=date(2026, 12, 31), at=LATER) == Expired(0, 0, 0, 0)
    assert expire(on=date(2027, 1, 1), at=LATER) == Expired(0, 0, 1, 30_000)
    assert expire(on=date(2027, 1, 1), at=LATER) == Expired(0, 0, 0, 0)

    assert (left_on(gone), left_on(stays)) == (0, 80_000)
    assert left("fund:landelijk") == before + 30_000


def test_a_code_never_used_lapses_and_its_credit_comes_back(world: World) -> None:
    general = give(world, world.fatima, 80_000)
    enrolment = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4()).enrolment

    assert expire(on=enrolment.code_valid_until, at=LATER).lapsed == 0
    assert expire(on=enrolment.code_valid_until + timedelta(days=1), at=LATER).lapsed == 1

    assert left_on(general) == 80_000
    assert Enrolment.objects.get().state == EnrolmentState.LAPSED


def test_an_enrolment_with_an_open_claim_is_not_finished(world: World) -> None:
    give(world, world.fatima, 80_000)
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    enrolment = redeem(agreed.code, provider=world.provider, actor="roc", at=AT)
    claim, _ = claiming.submit(
        uuid4(), enrolment.pk, "start", Money(150, "EUR"), {}, provider=world.provider,
        actor="roc", at=LATER,
    )  # fmt: skip
    after = enrolment.claim_until + timedelta(days=1)

    assert expire(on=after, at=LATER).finished == 0
    claiming.assess(str(claim.pk), at=LATER)
    assert expire(on=enrolment.claim_until, at=LATER).finished == 0
    assert expire(on=after, at=LATER).finished == 1

    assert left(f"reserved:{enrolment.pk}") == 0


def test_credit_that_comes_back_after_its_last_day_expires_too(world: World) -> None:
    gone = give(world, world.fatima, 30_000, expires_on=date(2026, 1, 31))
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())

    done = expire(on=agreed.enrolment.code_valid_until + timedelta(days=1), at=LATER)

    assert done == Expired(1, 0, 1, 30_000)
    assert left_on(gone) == 0
    assert check_ledger() == []


@pytest.mark.parametrize("beside", [0, 1_000])
def test_credit_that_comes_back_later_on_the_same_day_expires_then(
    world: World, beside: int
) -> None:
    gone = give(world, world.fatima, 60_000, expires_on=date(2026, 1, 31))
    agreed = agree(world.fatima, course(world), starts_on=date(2026, 2, 9), at=AT, id=uuid4())
    assert expire(on=date(2026, 2, 1), at=LATER) == Expired(0, 0, 1, 30_000)
    cancel(agreed.enrolment, by="citizen", at=LATER)
    others = 0
    if beside:
        give(world, world.henk, beside, expires_on=date(2026, 1, 31))
        others = 1

    assert expire(on=date(2026, 2, 1), at=LATER) == Expired(0, 0, 1 + others, 30_000 + beside)
    assert expire(on=date(2026, 2, 1), at=LATER) == Expired(0, 0, 0, 0)

    assert left_on(gone) == 0
    assert check_ledger() == []


def test_the_number_of_queries_does_not_grow_with_what_expires(world: World) -> None:
    def expired(number: int, on: date) -> int:
        for _ in range(number):
            give(world, world.fatima, 30_000, expires_on=on - timedelta(days=1))
            agree(world.fatima, course(world), starts_on=ON, at=AT, id=uuid4())
            give(world, world.henk, 1_000, expires_on=on - timedelta(days=1))
            give(world, world.henk, 1_000)
        Citizen.objects.filter(account_code=world.henk).update(ended_at=AT)
        with CaptureQueriesContext(connection) as captured:
            expire(on=on, at=LATER)
        return len(captured)

    assert expired(1, date(2026, 2, 1)) == expired(5, date(2026, 3, 1))


@pytest.mark.parametrize("rule", ["fund", "funder"])
def test_what_a_course_leaves_of_an_ended_account_goes_back_where_its_credit_came_from(
    world: World, rule: str
) -> None:
    Fund.objects.update(return_rule=rule)
    before = left("fund:landelijk")
    general = give(world, world.fatima, 30_000)
    stays = give(world, world.henk, 10_000)
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    enrolment = redeem(agreed.code, provider=world.provider, actor="roc", at=AT)
    claim, _ = claiming.submit(
        uuid4(), enrolment.pk, "start", Money(150, "EUR"), {}, provider=world.provider,
        actor="roc", at=LATER,
    )  # fmt: skip
    claiming.assess(str(claim.pk), at=LATER)
    assert return_credit(world.fatima, why="died", on=LATER.date(), at=LATER) == 0
    after = enrolment.claim_until + timedelta(days=1)

    assert expire(on=after, at=LATER) == Expired(0, 1, 1, 15_000)
    assert expire(on=after, at=LATER) == Expired(0, 0, 0, 0)

    assert (left_on(general), left_on(stays)) == (0, 10_000)
    in_the_fund = before - 30_000 - 10_000 + 15_000
    assert left("fund:landelijk") == (in_the_fund if rule == "fund" else in_the_fund - 15_000)
    assert Booking.objects.get(cause=f"expiry:{after}", kind="expire").description == (
        "Tegoed terug: de rekening is gestopt"
    )
    assert check_ledger() == []


def test_a_code_that_lapses_after_an_account_ended_gives_everything_back(world: World) -> None:
    general = give(world, world.fatima, 80_000, expires_on=date(2028, 12, 31))
    agreed = agree(world.fatima, course(world), starts_on=STARTS_ON, at=AT, id=uuid4())
    erase(Citizen.objects.get(account_code=world.fatima), at=AT)

    done = expire(on=agreed.enrolment.code_valid_until + timedelta(days=1), at=LATER)

    assert done == Expired(1, 0, 1, 80_000)
    assert left_on(general) == 0


NEW_YEAR = datetime(2027, 1, 1, 9, tzinfo=UTC)


def test_the_command_says_what_it_ended(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    give(world, world.fatima, 30_000, expires_on=date(2026, 12, 31))

    with time_machine.travel(NEW_YEAR, tick=False):
        call_command("expire_credit")

    assert "1 tranches gave back what was left (300.00 euros)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("on", "why"),
    [("2027-01-02", "2027-01-02 moet nog komen"), ("2026-01-31", "closed through 2026-01-31")],
)
def test_the_command_refuses_a_day_that_is_still_to_come_or_closed(
    world: World, on: str, why: str
) -> None:
    stays = give(world, world.fatima, 30_000, expires_on=date(2027, 1, 1))
    give(world, world.henk, 1_000, expires_on=ON)
    close_period(through=date(2026, 1, 31))

    with time_machine.travel(NEW_YEAR, tick=False), pytest.raises(CommandError, match=why):
        call_command("expire_credit", "--on", on)

    assert left_on(stays) == 30_000
