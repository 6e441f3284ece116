"""Every lock of the books, one by one: two sessions meet in the one order that needs it.

With the lock the books come out right; without it the same meeting spoils them, refuses what is
there, or ends in a deadlock. The last test asks the database for its locks: a new one fails until it
is listed here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from threading import Event

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import OperationalError, connection, transaction

from ledger.accounts import open_accounts
from ledger.checking import check_ledger
from ledger.closing import close_period
from ledger.eras import begin_era
from ledger.posting import NewTransfer, post
from ledger.rolling_up import roll_up
from ledger.sealing import seal
from tests.ledger.attacks import without
from tests.ledger.books import AT, ON, Names, booking, move, open_books
from tests.racing import Beside

pytestmark = pytest.mark.usefixtures("own_database")

Meeting = Callable[[], bool]
PICK = "SELECT number FROM ledger_slot\n            WHERE"
WAIT_BEFORE_LOCKING = f"""
    CREATE FUNCTION wait_for_a_sign() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
        PERFORM pg_advisory_lock_shared(1), pg_advisory_unlock_shared(1);
        RETURN true;
    END $$;
    {without("ledger_take", PICK, f"{PICK} wait_for_a_sign() AND")}
"""


@dataclass(frozen=True)
class Lock:
    """What it is called in `LOCKS_OF_THE_DATABASE`, how to remove it, and where it is needed."""

    name: str
    remove: str
    meeting: Meeting

    def __str__(self) -> str:
        return f"{self.name}: {self.meeting.__name__}"


# --- Meetings; each says whether the books came out right.


def two_are_the_first_to_spend() -> bool:
    books = open_books(fund_cents=100)
    with transaction.atomic():
        move(books.fund, books.fatima, 1)
        second = Beside(partial(move, books.fund, books.henk, 1))
        assert second.waits()
    return second.outcome() == "done"


def a_fund_is_rolled_up_while_it_is_counted() -> bool:
    books = open_books(fund_cents=1_600)
    move(books.fund, books.fatima, 1)
    with transaction.atomic():
        move(books.fund, books.fatima, 1)
        more_than_a_slot = Beside(partial(move, books.fund, books.henk, 1_000))
        assert more_than_a_slot.waits()
        rolling = Beside(roll_up)
        rolling.waits()
    return more_than_a_slot.outcome() == rolling.outcome() == "done"


def the_first_slot_is_held_and_another_free() -> bool:
    books = open_books(fund_cents=1_600)
    move(books.fund, books.fatima, 1)
    held = Event()

    def spend() -> None:
        held.wait(5)
        move(books.fund, books.henk, 1)

    spending = Beside(spend)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM ledger_slot WHERE account_id = %s AND (number + %s) %% 16 = 0 FOR UPDATE",
            [books.fund, spending.pid],
        )
        held.set()
        waited = spending.waits()
    return spending.outcome() == "done" and not waited


def a_cent_is_spent_while_the_rest_is_counted() -> bool:
    books = open_books(fund_cents=1_600)
    move(books.fund, books.fatima, 1)
    with transaction.atomic():
        move(books.fund, books.fatima, 1)
        all_but_that = Beside(partial(move, books.fund, books.henk, 1_599))
        assert all_but_that.waits()
    return all_but_that.outcome() == "Overdrawn" and not check_ledger()


def the_last_cent_is_wanted_by_two() -> bool:
    """Who waited in vain for the slot that had it then waits for the total, and holds no slot."""
    books = open_books(fund_cents=17)
    move(books.fund, books.fatima, 1)  # which deals out a cent to each slot
    may_wait, held, may_count = Event(), Event(), Event()
    let_go = []

    def wait_for_it() -> None:
        may_wait.wait(60)
        move(books.fund, books.henk, 1)

    def count() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT FROM ledger_total WHERE account_id = %s FOR NO KEY UPDATE", [books.fund]
            )
            held.set()
            may_count.wait(60)
            let_go.append(slots_let_go(books))

    waiting = Beside(wait_for_it)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM ledger_slot WHERE account_id = %s AND number = %s %% 16 FOR UPDATE",
            [books.fund, waiting.pid],
        )
        for _ in range(15):
            assert Beside(partial(move, books.fund, books.henk, 1)).outcome() == "done"
    with transaction.atomic():
        move(books.fund, books.fatima, 1)
        may_wait.set()
        assert waiting.waits()
        counting = Beside(count)
        assert held.wait(60)
    assert waiting.waits(counting)
    may_count.set()
    assert counting.outcome() == "done"
    return waiting.outcome() == "Overdrawn" and let_go == [16]


def slots_let_go(books: Names) -> int:
    """How many slots of the fund nobody holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT FROM ledger_slot WHERE account_id = %s FOR UPDATE SKIP LOCKED", [books.fund]
        )
        return len(cursor.fetchall())


def the_slots_are_emptied_while_one_is_picked() -> bool:
    """They held enough when the statement began, and not when it locked them."""
    books = open_books(fund_cents=17)
    move(books.fund, books.fatima, 1)  # which deals out a cent to each slot
    with connection.cursor() as cursor:
        cursor.execute(WAIT_BEFORE_LOCKING)
        cursor.execute("SELECT pg_advisory_lock(1)")
        late = Beside(partial(move, books.fund, books.henk, 1))
        assert late.waits()
        for _ in range(16):
            move(books.fund, books.fatima, 1)
        with transaction.atomic():
            cursor.execute(
                "SELECT FROM ledger_total WHERE account_id = %s FOR NO KEY UPDATE", [books.fund]
            )
            cursor.execute("SELECT pg_advisory_unlock(1)")
            assert late.waits()
            let_go = slots_let_go(books)
    return late.outcome() == "Overdrawn" and let_go == 16


def two_roll_up() -> bool:
    open_books(fund_cents=100)
    with transaction.atomic():
        roll_up()
        second = Beside(roll_up)
        assert second.waits()
    return second.outcome() == "done" and not check_ledger()


def two_seal() -> bool:
    open_books(fund_cents=100)
    sealing = partial(seal, key=Ed25519PrivateKey.generate(), at=AT)
    with transaction.atomic():
        sealing()
        second = Beside(sealing)
        assert second.waits()
    return second.outcome() == "done" and not check_ledger()


def a_period_is_closed_during_a_posting() -> bool:
    books = open_books(fund_cents=100)
    with transaction.atomic():
        move(books.fund, books.fatima, 1)
        closing = Beside(partial(close_period, through=ON))
        closing.waits()
    return closing.outcome() == "done" and not check_ledger()


def an_era_begins_during_a_posting() -> bool:
    """After a restore of books that were never sealed or rolled up."""
    books = open_books(fund_cents=100)
    move(books.fund, books.fatima, 10)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_transfer SET xid = xid + 1000000000")
        cursor.execute("UPDATE ledger_booking SET xid = xid + 1000000000")

    def begin() -> None:
        begin_era()
        roll_up()

    with transaction.atomic():
        move(books.fatima, books.fund, 1)
        beginning = Beside(begin)
        beginning.waits()
    return beginning.outcome() == "done" and not check_ledger()


def in_order(
    first: Callable[[], object], both: Callable[[], object], second: Callable[[], object]
) -> bool:
    """One transaction takes two things in their order, while another wants both.

    Who takes them in that order has nothing of the second while it waits for the first.
    """
    try:
        with transaction.atomic():
            first()
            other = Beside(both)
            assert other.waits()
            second()
    except OperationalError:  # a deadlock
        return False
    return other.outcome() == "done"


def two_open_the_same_accounts() -> bool:
    opened = partial(open_accounts, account_class="tranche", at=AT)
    return in_order(partial(opened, ["a"]), partial(opened, ["b", "a"]), partial(opened, ["b"]))


def a_batch_meets_its_accounts() -> bool:
    """Among so many that the planner looks each up, and does not read all in their own order."""
    books = open_books(fund_cents=100)
    codes = [f"tranche:{n}" for n in range(1_000)]
    opened = open_accounts(codes, account_class="tranche", at=AT)
    first, *others = sorted(opened.values())[:20]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE ledger_total")
    batch = [NewTransfer(books.fund, who, 1) for who in (*others, first)]
    return in_order(
        partial(move, books.fund, first, 1),
        partial(post, booking(), batch, at=AT),
        partial(post, booking(), batch[:-1], at=AT),
    )


def a_transfer_meets_its_accounts() -> bool:
    """In a table that the planner would rather read than its index, and that runs from the end."""
    books = open_books(fund_cents=100)
    open_accounts([f"tranche:{n}" for n in range(100)], account_class="tranche", at=AT)
    move(books.fund, books.henk, 10)
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX from_the_end ON ledger_total (account_id DESC)")
        cursor.execute("CLUSTER ledger_total USING from_the_end")
        cursor.execute("DROP INDEX from_the_end")
        cursor.execute("ANALYZE ledger_total")
    return in_order(
        partial(move, books.fund, books.fatima, 1),
        partial(move, books.henk, books.fatima, 1),
        partial(move, books.fund, books.henk, 1),
    )


def a_batch_meets_its_funds() -> bool:
    books, others = open_books(fund_cents=100), open_books(fund_cents=100)
    batch = [NewTransfer(fund, books.henk, 1) for fund in (others.fund, books.fund)]
    return in_order(
        partial(move, books.fund, books.fatima, 1),
        partial(post, booking(), batch, at=AT),
        partial(move, others.fund, others.fatima, 1),
    )


def a_roll_up_meets_its_funds() -> bool:
    books, others = open_books(fund_cents=100), open_books(fund_cents=100)
    return in_order(
        partial(move, books.fund, books.fatima, 1),
        roll_up,
        partial(move, others.fund, others.fatima, 1),
    )


LOCKS = [
    *(
        Lock(
            "ledger_take: FOR NO KEY UPDATE", without("ledger_take", " FOR NO KEY UPDATE", ""), act
        )
        for act in (two_are_the_first_to_spend, a_fund_is_rolled_up_while_it_is_counted)
    ),
    *(
        Lock(
            "ledger_take: FOR UPDATE SKIP LOCKED",
            without("ledger_take", clause, ""),
            the_first_slot_is_held_and_another_free,
        )
        for clause in (" SKIP LOCKED", " FOR UPDATE SKIP LOCKED")
    ),
    Lock(
        "ledger_take: FOR UPDATE",
        without("ledger_take", " FOR UPDATE;", ";"),
        a_cent_is_spent_while_the_rest_is_counted,
    ),
    Lock(
        "ledger_roll_up: FOR NO KEY UPDATE",
        without("ledger_roll_up", " FOR NO KEY UPDATE", ""),
        two_roll_up,
    ),
    *(
        Lock(
            f"{function}: LOCK TABLE",
            without(function, f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE;", ""),
            act,
        )
        for function, table, act in (
            ("ledger_close_period", "ledger_booking", a_period_is_closed_during_a_posting),
            ("ledger_begin_era", "ledger_booking", an_era_begins_during_a_posting),
            ("ledger_lock_seals", "ledger_seal", two_seal),
        )
    ),
]
# The order in which locks are taken: another order is what may come when none is asked for.
ORDERS = [
    Lock(f"{function}: {order}", without(function, order, f"{order} DESC"), meeting)
    for function, order, meeting in (
        ("ledger_open_accounts", "ORDER BY 1", two_open_the_same_accounts),
        ("ledger_add_many", "ORDER BY account_id", a_batch_meets_its_accounts),
        ("ledger_post_many", "ORDER BY other_id", a_batch_meets_its_funds),
        ("ledger_roll_up", "ORDER BY 1", a_roll_up_meets_its_funds),
    )
]
LET_GO = [
    Lock(
        "ledger_take: what it locked in vain",
        without("ledger_take", "RAISE no_data_found;", ""),
        meeting,
    )
    for meeting in (the_last_cent_is_wanted_by_two, the_slots_are_emptied_while_one_is_picked)
]
PLANS = [
    Lock(
        f"ledger_post: {setting}",
        f"ALTER FUNCTION ledger_post RESET {setting}",
        a_transfer_meets_its_accounts,
    )
    for setting in ("enable_seqscan", "enable_bitmapscan")
]
# Whether the planner needs to be told depends on how many accounts there are: see decisions 101 and 110.
FOR_MILLIONS = {
    "ledger_post: plan_cache_mode",
    "ledger_post_many: plan_cache_mode",
    "ledger_post_many: enable_seqscan",
    "ledger_post_many: enable_bitmapscan",
    "ledger_add_many: enable_hashjoin",
    "ledger_add_many: enable_mergejoin",
    "ledger_leaves: enable_nestloop",
    "ledger_leaves: enable_mergejoin",
    "ledger_leaves: enable_seqscan",
    "ledger_leaves: work_mem",
}
# A plan that is switched off and taken all the same is reckoned dear enough to be compiled (PostgreSQL
# 15 to 17): every posting took half a second.
NEVER_COMPILED = {
    f"{function}: jit"
    for function in ("ledger_post", "ledger_post_many", "ledger_add_many", "ledger_leaves")
}
COMPILED = r"""
    SELECT proname FROM pg_proc
    WHERE proname LIKE 'ledger\_%' AND array_to_string(proconfig, ',') LIKE '%enable\_%=off%'
        AND NOT 'jit=off' = ANY (proconfig)
"""
LOCKS_OF_THE_DATABASE = r"""
    SELECT proname || ': ' || clause[1]
    FROM pg_proc, regexp_matches(
        prosrc, '(FOR (?:NO KEY )?UPDATE(?: SKIP LOCKED)?|LOCK TABLE)', 'g') clause
    WHERE proname LIKE 'ledger\_%'
    UNION
    SELECT proname || ': ' || split_part(setting, '=', 1) FROM pg_proc, unnest(proconfig) setting
    WHERE proname LIKE 'ledger\_%' AND setting NOT LIKE 'search\_path=%'
"""


def each_lock() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("lock", LOCKS + ORDERS + LET_GO + PLANS, ids=str)


@pytest.fixture(autouse=True)
def quick_deadlocks(own_database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {own_database} SET deadlock_timeout = '50ms'")
    connection.close()


@each_lock()
def test_with_the_lock_the_books_come_out_right(lock: Lock) -> None:
    assert lock.meeting()


@each_lock()
def test_without_the_lock_they_do_not(lock: Lock) -> None:
    with connection.cursor() as cursor:
        cursor.execute(lock.remove)
    connection.close()  # for the plans it has made

    assert not lock.meeting()


def test_every_lock_of_the_database_is_tried() -> None:
    with connection.cursor() as cursor:
        cursor.execute(LOCKS_OF_THE_DATABASE)
        locks = {name for (name,) in cursor.fetchall()}

    assert locks == {lock.name for lock in LOCKS + PLANS} | FOR_MILLIONS | NEVER_COMPILED


def test_what_turns_a_plan_off_turns_compiling_off() -> None:
    with connection.cursor() as cursor:
        cursor.execute(COMPILED)
        assert not cursor.fetchall()
        cursor.execute("ALTER FUNCTION ledger_post RESET jit")
        cursor.execute(COMPILED)
        assert cursor.fetchall() == [("ledger_post",)]
