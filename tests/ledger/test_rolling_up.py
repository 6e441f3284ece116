"""Where the rolled-up totals of a hot account end and its tail begins: no transfer twice, none lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.db import connection, transaction

from ledger.accounts import open_accounts
from ledger.balances import balance, balances_on
from ledger.checking import check_ledger
from ledger.models import AccountClass, Books
from ledger.posting import Overdrawn
from ledger.rolling_up import roll_up
from tests.ledger.attacks import without
from tests.ledger.books import AT, ON, move, open_books, place
from tests.racing import Beside

pytestmark = pytest.mark.usefixtures("own_database")


@dataclass(frozen=True)
class Hot:
    """Two hot accounts with 100 cents each, of which the transfers are the first of the tail."""

    fund: int
    till: int
    payable: int


def with_a_tail_from_its_first_transfer() -> Hot:
    """Rolled up while they were being booked: to their transaction and not beyond."""
    books = open_books()
    AccountClass.objects.create(code="till", name="Till", normal_side="debit", hot=True)
    till = open_accounts(["till"], account_class="till", at=AT)["till"]
    with transaction.atomic():
        filled = move(books.treasury, books.fund, 100)
        move(till, books.provider, 100)
        assert Beside(roll_up).outcome() == "done"
    assert Books.objects.get().rolled_to == place(filled)[0]
    return Hot(books.fund, till, books.provider)


def balances_are_right(hot: Hot) -> bool:
    return balance(hot.fund) == balance(hot.till) == 100


def balances_on_a_day_are_right(hot: Hot) -> bool:
    return set(balances_on([hot.fund, hot.till], on=ON).values()) == {100}


def the_fund_can_be_spent(hot: Hot) -> bool:
    return is_spent(hot.fund, hot.payable)


def the_till_can_be_spent(hot: Hot) -> bool:
    return is_spent(hot.payable, hot.till)


def is_spent(debit: int, credit: int) -> bool:
    try:
        move(debit, credit, 100)
    except Overdrawn:
        return False
    return True


def the_next_roll_up_has_all(hot: Hot) -> bool:
    roll_up()
    return not check_ledger()


def a_roll_up_amid_bookings_has_none_of_them(hot: Hot) -> bool:
    with transaction.atomic():
        move(hot.till, hot.fund, 1)
        roll_up()
    return not check_ledger()


@dataclass(frozen=True)
class Bound:
    """Where a function has it, how it would be one off, and what then goes wrong."""

    function: str
    bound: str
    one_off: str
    right: Callable[[Hot], bool]

    def __str__(self) -> str:
        return f"{self.function}: {self.right.__name__}"


BOUNDS = [
    Bound("ledger_totals", "xid >= (", "xid > (", balances_are_right),
    Bound("ledger_totals_on", "xid >= CASE", "xid > CASE", balances_on_a_day_are_right),
    *(
        Bound(
            "ledger_take",
            f"{side} = p_account AND xid >=",
            f"{side} = p_account AND xid >",
            act,
        )
        for side, act in {
            "credit_account_id": the_fund_can_be_spent,
            "debit_account_id": the_till_can_be_spent,
        }.items()
    ),
    Bound("ledger_roll_up", "xid >= books", "xid > books", the_next_roll_up_has_all),
    Bound("ledger_roll_up", "xid < h", "xid <= h", a_roll_up_amid_bookings_has_none_of_them),
]


each_bound = pytest.mark.parametrize("bound", BOUNDS, ids=str)


@each_bound
def test_a_transfer_at_the_bound_counts_once(bound: Bound) -> None:
    hot = with_a_tail_from_its_first_transfer()

    assert bound.right(hot)


@each_bound
def test_without_the_bound_it_does_not(bound: Bound) -> None:
    hot = with_a_tail_from_its_first_transfer()
    with connection.cursor() as cursor:
        cursor.execute(without(bound.function, bound.bound, bound.one_off))
    connection.close()  # for the plans it has made

    assert not bound.right(hot)


def test_what_came_in_before_the_last_roll_up_can_be_spent_once() -> None:
    hot = with_a_tail_from_its_first_transfer()
    before = Books.objects.get().rolled_to

    passed = roll_up()

    assert Books.objects.get().rolled_to == before + passed
    for can_be_spent in (the_fund_can_be_spent, the_till_can_be_spent):
        assert can_be_spent(hot)
        assert not can_be_spent(hot)


def test_nothing_is_rolled_up_while_the_server_counts_from_low_again() -> None:
    """As after a restore, until a new era begins."""
    Books.objects.update(rolled_to=2**60)

    assert roll_up() == 0
    assert Books.objects.get().rolled_to == 2**60
