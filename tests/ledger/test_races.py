"""Sixteen writers at once: what is accepted is exactly what is legal."""

from __future__ import annotations

import random
from functools import partial
from uuid import uuid4

import pytest
from django.db import connection, transaction

from ledger.balances import balance, balances
from ledger.checking import check_ledger
from ledger.models import Account, Transfer
from ledger.posting import NewTransfer, Overdrawn, post
from ledger.rolling_up import roll_up
from tests.ledger.books import AT, booking, move, open_books
from tests.racing import Beside, race

pytestmark = pytest.mark.usefixtures("own_database")
WRITERS = 16


def test_an_account_is_spent_exactly_once() -> None:
    books = open_books(fund_cents=10_000)
    move(books.fund, books.fatima, 50)
    spend = partial(move, books.fatima, books.fatimas_course, 1)

    outcomes = race([[spend] * 10] * WRITERS)

    assert outcomes == {"done": 50, "Overdrawn": 110}
    assert balance(books.fatima) == 0
    assert not check_ledger()


@pytest.mark.parametrize("parts", [1, 2])
def test_who_waited_is_judged_by_what_the_first_left(parts: int) -> None:
    books = open_books(fund_cents=100)
    move(books.fund, books.fatima, 10)

    def spend(cents: int) -> None:
        part = NewTransfer(books.fatima, books.fatimas_course, cents // parts)
        post(booking(), [part] * parts, at=AT)

    with transaction.atomic():
        spend(6)
        too_much, the_rest = Beside(partial(spend, 6)), Beside(partial(spend, 4))
        assert too_much.waits()
        assert the_rest.waits()

    assert (too_much.outcome(), the_rest.outcome()) == ("Overdrawn", "done")
    assert balance(books.fatima) == 0


def test_what_is_not_booked_yet_cannot_be_spent() -> None:
    books = open_books(fund_cents=100)
    spend = partial(move, books.fatima, books.fatimas_course, 10)

    with transaction.atomic():
        move(books.fund, books.fatima, 10)
        too_soon = Beside(spend)
        assert not too_soon.waits()

    assert too_soon.outcome() == "Overdrawn"
    spend()


def test_a_fund_is_dealt_out_beside_another_that_is_spent() -> None:
    books, others = open_books(fund_cents=100), open_books(fund_cents=100)
    move(others.fund, others.fatima, 1)

    with transaction.atomic():
        move(others.fund, others.fatima, 1)
        dealing = Beside(partial(move, books.fund, books.fatima, 1))
        assert not dealing.waits()

    assert dealing.outcome() == "done"


def test_what_is_taken_from_a_slot_that_was_waited_for_is_counted() -> None:
    books = open_books(fund_cents=1_600)
    move(books.fund, books.fatima, 1)  # which deals out 100 cents to each slot

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT FROM ledger_slot WHERE account_id = %s FOR UPDATE", [books.fund])
        waiting = Beside(partial(move, books.fund, books.henk, 1))
        assert waiting.waits()

    assert waiting.outcome() == "done"
    assert not check_ledger()


@pytest.mark.parametrize("cents", [1, 7, 1_000])
def test_a_fund_is_spent_to_the_cent(cents: int) -> None:
    legal = 100
    books = open_books(fund_cents=legal * cents + cents - 1)
    grants = [partial(move, books.fund, who, cents) for who in (books.fatima, books.henk)]

    outcomes = race([grants * 5] * WRITERS)

    assert outcomes == {"done": legal, "Overdrawn": 10 * WRITERS - legal}
    assert balance(books.fund) == cents - 1
    assert not check_ledger()


def test_a_fund_that_is_filled_emptied_and_rolled_up_at_once_keeps_its_ceiling() -> None:
    books = open_books(fund_cents=500)
    fill = partial(move, books.treasury, books.fund, 10)
    grant = partial(move, books.fund, books.fatima, 7)

    outcomes = race([[fill] * 10] * 4 + [[grant] * 20] * 11 + [[roll_up] * 20])

    assert set(outcomes) <= {"done", "Overdrawn"}
    assert balance(books.fund) >= 0
    assert not check_ledger()
    roll_up()
    assert not check_ledger()


def test_a_batch_of_all_the_same_accounts_in_any_order_does_not_deadlock() -> None:
    books = open_books(fund_cents=10_000_000)
    people = [open_books().fatima for _ in range(20)]

    outcomes = race([[partial(grant_all, books.fund, people)] * 5 for _ in range(WRITERS)])

    assert outcomes == {"done": 5 * WRITERS}
    assert set(balances(people).values()) == {5 * WRITERS}


def grant_all(fund: int, people: list[int]) -> None:
    shuffled = random.sample(people, len(people))
    post(booking(), [NewTransfer(fund, who, 1) for who in shuffled], at=AT)


def test_opposing_transfers_do_not_deadlock() -> None:
    books = open_books(fund_cents=10_000)
    move(books.fund, books.fatima, 1_000)
    move(books.fund, books.henk, 1_000)
    there = partial(move, books.fatima, books.henk, 1)
    back = partial(move, books.henk, books.fatima, 1)

    outcomes = race([[there] * 20, [back] * 20] * (WRITERS // 2))

    assert outcomes == {"done": 20 * WRITERS}
    assert balances([books.fatima, books.henk]) == {books.fatima: 1_000, books.henk: 1_000}


def test_the_same_booking_by_sixteen_writers_is_written_once() -> None:
    books = open_books(fund_cents=10_000)
    given = booking()
    transfers = [NewTransfer(books.fund, books.fatima, 100)]

    outcomes = race([[partial(post, given, transfers, at=AT)] * 5] * WRITERS)

    assert outcomes == {"done": 5 * WRITERS}
    assert Transfer.objects.filter(booking_id=given.id).count() == 1
    assert balance(books.fatima) == 100


def test_different_content_under_one_id_is_accepted_once() -> None:
    books = open_books(fund_cents=10_000)
    shared = uuid4()

    outcomes = race(
        [[partial(move, books.fund, books.fatima, n + 1, id=shared)] for n in range(WRITERS)]
    )

    assert outcomes == {"done": 1, "DifferentContent": WRITERS - 1}
    assert not check_ledger()


def test_who_fell_short_is_named_where_others_wrote_the_totals() -> None:
    """By the same act, as the same command of transactions of their own."""
    books = open_books(fund_cents=100)
    move(books.fund, books.fatima, 10)
    move(books.fund, books.henk, 10)

    fatima = Account.objects.get(pk=books.fatima)

    with pytest.raises(Overdrawn, match=f"^account {fatima} would be overdrawn$"):
        move(books.fatima, books.henk, 11)
