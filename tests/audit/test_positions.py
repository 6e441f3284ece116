"""Where each fund's money is: its places add up to what was made available."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ledger.models import Transfer
from ledger.posting import reverse
from ledger.reports import trial_balance
from ontwikkelrekening.audit.positions import Position, positions
from ontwikkelrekening.budgets.funders import statement_of
from ontwikkelrekening.budgets.funding import make_available, open_fund
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.payouts.paying import prepare_batch, release_batch, return_payout
from tests.audit.world import COMPLETED, Year, claim, employer, enrol, open_round
from tests.budgets.world import AT, LATER, ON
from tests.payouts.test_recovering import recovered

pytestmark = pytest.mark.django_db


def test_every_euro_is_in_one_place(year: Year) -> None:
    (found,) = positions()

    assert found == Position(
        scheme="landelijk",
        name="Landelijke regeling ontwikkelrekening",
        account="fund:landelijk",
        made_available=10_000_000,
        available=10_000_000 - 300_000,
        rounds=0,
        committed=300_000 - 30_000,
        reserved=15_000,
        payable=0,
        paid=15_000,
    )
    assert found.total == found.made_available


def test_a_payment_on_its_way_is_still_to_be_paid(year: Year) -> None:
    enrolment = enrol(year.world, year.world.henk)
    claim(year.world, enrolment, "start", 150, at=LATER)
    approved = positions()[0]
    release_batch(
        prepare_batch(by="ineke", pay_on=COMPLETED.date(), at=COMPLETED), by="bas", at=COMPLETED
    )
    on_its_way = positions()[0]

    assert approved.payable == on_its_way.payable == 15_000
    assert on_its_way.total == on_its_way.made_available


@pytest.mark.parametrize("comes_back", [False, True])
def test_the_places_agree_with_the_books(year: Year, comes_back: bool) -> None:
    if comes_back:
        return_payout(year.batch.payouts.get(), reason="AC04", by="ineke", at=COMPLETED)
    (found,) = positions()
    books = {line.code: line.credits - line.debits for line in trial_balance()}

    assert found.available == books["fund"]
    assert found.committed == books["tranche"]
    assert found.reserved == books["reserved"]
    assert found.payable == books["payable"] + books["in_transit"]
    assert found.paid == books["bank"]


def test_what_was_recovered_is_paid_no_more_and_its_provider_owes_it(year: Year) -> None:
    recovered(year.paid)
    (found,) = positions()
    books = {line.code: line.credits - line.debits for line in trial_balance()}

    assert (found.reserved, found.paid, books["receivable"]) == (30_000, 0, -15_000)
    assert found.paid == books["bank"] + books["receivable"]
    assert found.total == found.made_available


def test_two_funds_are_kept_apart(year: Year) -> None:
    zorg = Scheme.objects.create(code="zorg", name="Sectorfonds zorg")
    make_available(open_fund(zorg, source="bank", at=AT), cents=5_000, id=uuid4(), on=ON, at=AT)

    landelijk, sector = positions()

    assert landelijk.made_available == 10_000_000
    assert (sector.made_available, sector.available, sector.total) == (5_000, 5_000, 5_000)


def test_what_two_funds_pay_together_is_divided_in_the_order_of_spending(year: Year) -> None:
    """The start, € 180, is the employer's alone: the same in both tables of the fund's page."""
    bakkerij = employer(year)
    enrolment = enrol(year.world, year.world.henk, price="360.00")
    started = claim(year.world, enrolment, "start", 180, at=LATER)

    theirs, state = positions()
    statement = statement_of(bakkerij)

    assert (theirs.reserved, theirs.payable, theirs.paid) == (6_000, 18_000, 0)
    assert (theirs.reserved, theirs.payable + theirs.paid) == (statement.reserved, statement.paid)
    assert (state.reserved, state.payable, state.paid) == (15_000 + 12_000, 0, 15_000)
    assert all(x.total == x.made_available for x in (theirs, state))

    transfer = Transfer.objects.get(booking__cause=f"claim:{started.pk}")
    reverse(transfer.pk, reason="verkeerde opleiding", effective_on=ON, at=LATER)
    theirs, state = positions()

    assert (theirs.reserved, theirs.payable, theirs.paid) == (24_000, 0, 0)
    assert all(x.total == x.made_available for x in (theirs, state))


def test_what_is_set_apart_for_rounds_is_received(year: Year) -> None:
    open_round(year)
    (found,) = positions()
    statement = statement_of(year.world.fund)

    assert statement.received == found.made_available
    assert statement.for_rounds == found.rounds > 0
