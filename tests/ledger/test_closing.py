"""Periods, opening totals, and the balance on any day by either clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import partial
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from ledger.balances import balances_on
from ledger.checking import check_ledger
from ledger.closing import close_period, closed_through
from ledger.eras import begin_era
from ledger.errors import PeriodIsNotOver
from ledger.models import Opening
from ledger.posting import PeriodIsClosed, UnableToPost
from ledger.reports import trial_balance
from ledger.rolling_up import roll_up
from tests.ledger.attacks import without
from tests.ledger.books import Names, move, open_books
from tests.racing import Beside, together

JANUARY, FEBRUARY, MARCH = date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)


@pytest.fixture
def books(own_database: str) -> Names:  # or a roll-up would have nothing that is settled
    books = open_books()
    move(books.treasury, books.fund, 1_000, on=date(2026, 1, 1))
    move(books.fund, books.fatima, 300, on=date(2026, 1, 31))
    move(books.fund, books.fatima, 20, on=date(2026, 2, 1))
    return books


def test_a_date_in_an_open_period_may_lie_in_the_past(books: Names) -> None:
    close_period(through=JANUARY)

    move(books.fund, books.fatima, 1, on=date(2026, 2, 1))

    assert balances_on([books.fatima], on=date(2026, 2, 1)) == {books.fatima: 321}


def test_two_of_the_same_amount_count_twice(books: Names) -> None:
    for _ in range(2):
        move(books.fund, books.fatima, 7, on=MARCH)

    on = balances_on([books.fund, books.fatima], on=MARCH)

    assert on == {books.fund: 666, books.fatima: 334}


@pytest.mark.parametrize("on", [date(2026, 1, 31), date(2025, 6, 1)])
def test_a_closed_period_takes_nothing(books: Names, on: date) -> None:
    close_period(through=JANUARY)

    with pytest.raises(PeriodIsClosed), transaction.atomic():
        move(books.fund, books.fatima, 1, on=on)

    assert closed_through() == JANUARY


def test_a_day_that_is_not_over_is_not_closed(books: Names) -> None:
    with pytest.raises(PeriodIsNotOver), transaction.atomic():
        close_period(through=datetime.now(UTC).date())

    assert closed_through() is None


@pytest.mark.parametrize("again", [JANUARY, FEBRUARY])
def test_a_period_is_closed_once(books: Names, again: date) -> None:
    close_period(through=FEBRUARY)

    with pytest.raises(PeriodIsClosed), transaction.atomic():
        close_period(through=again)


def test_openings_are_kept_for_accounts_that_moved(books: Names) -> None:
    assert close_period(through=JANUARY) == 3
    assert close_period(through=FEBRUARY) == 2
    move(books.fund, books.fatima, 5, on=MARCH)
    assert close_period(through=MARCH) == 2

    fatimas = Opening.objects.filter(account_id=books.fatima).order_by("closed_through")
    assert [(o.closed_through, o.credits) for o in fatimas] == [
        (JANUARY, 300),
        (FEBRUARY, 320),
        (MARCH, 325),
    ]
    assert not check_ledger()


@pytest.mark.parametrize("closed", [[], [JANUARY], [JANUARY, FEBRUARY]], ids=len)
@pytest.mark.parametrize("rolled_up", [False, True])
def test_the_balance_on_a_day_is_the_same_closed_or_open(
    books: Names, closed: list[date], rolled_up: bool
) -> None:
    for through in closed:
        close_period(through=through)
    if rolled_up:
        roll_up()
    move(books.fund, books.fatima, 5, on=date(2026, 3, 1))
    days = [date(2025, 12, 31), date(2026, 1, 30), JANUARY, FEBRUARY, MARCH]

    on = [balances_on([books.fund, books.fatima, books.treasury], on=day) for day in days]

    assert [balance[books.fund] for balance in on] == [0, 1_000, 700, 680, 675]
    assert [balance[books.fatima] for balance in on] == [0, 0, 300, 320, 325]
    assert [balance[books.treasury] for balance in on] == [0, 1_000, 1_000, 1_000, 1_000]
    for day in days:
        lines = trial_balance(on=day)
        assert sum(line.debits for line in lines) == sum(line.credits for line in lines)


def test_an_account_has_one_total_however_often_the_books_were_closed(books: Names) -> None:
    for through in (JANUARY, FEBRUARY):
        close_period(through=through)

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM ledger_totals_on(%s, %s, NULL)", [[books.fatima], MARCH])
        assert cursor.fetchall() == [(books.fatima, 0, 320)]


@pytest.mark.usefixtures("own_database")
@pytest.mark.parametrize("closed", [False, True])
@pytest.mark.parametrize("rolled_up", [False, True])
def test_a_correction_in_the_past_does_not_change_what_was_known_then(
    rolled_up: bool, closed: bool
) -> None:
    books = open_books()
    monday = datetime(2026, 3, 2, 12, tzinfo=UTC)
    midnight = datetime(2026, 3, 6, tzinfo=UTC)  # when Friday begins
    on = date(2026, 3, 1)
    move(books.treasury, books.fund, 1_000, on=on, at=monday)
    move(books.fund, books.fatima, 300, on=on, at=monday)
    move(books.fund, books.fatima, 50, on=on, at=midnight)
    if rolled_up:
        roll_up()
    if closed:
        close_period(through=on)

    def known_on(day: int | None) -> list[int]:
        known = date(2026, 3, day) if day else None
        balances = balances_on([books.fund, books.fatima], on=on, known_on=known)
        return [balances[books.fund], balances[books.fatima]]

    assert known_on(None) == known_on(6) == [650, 350]
    assert known_on(5) == known_on(2) == [700, 300]
    assert known_on(1) == [0, 0]

    def fund_in_the_trial_balance(day: int) -> tuple[int, int]:
        lines = trial_balance(on=on, known_on=date(2026, 3, day))
        (fund,) = (line for line in lines if line.code == "fund")
        return fund.debits, fund.credits

    assert fund_in_the_trial_balance(6) == (350, 1_000)
    assert fund_in_the_trial_balance(5) == (300, 1_000)
    assert fund_in_the_trial_balance(1) == (0, 0)


def test_closing_waits_for_a_posting_under_way(own_database: str) -> None:
    books = open_books(fund_cents=100)
    posted, may_commit, closed = Event(), Event(), Event()

    def post_slowly() -> None:
        with transaction.atomic():
            move(books.fund, books.fatima, 1, on=JANUARY)
            posted.set()
            may_commit.wait(5)
        connection.close()

    def close() -> None:
        close_period(through=JANUARY)
        closed.set()
        connection.close()

    poster, closer = Thread(target=post_slowly), Thread(target=close)
    poster.start()
    posted.wait(5)
    closer.start()

    assert not closed.wait(0.3)
    may_commit.set()
    poster.join()
    closer.join()
    assert Opening.objects.get(account_id=books.fatima).credits == 1
    assert not check_ledger()


@pytest.mark.parametrize("plans", ["new", "kept"])
def test_a_posting_that_waited_for_the_closing_is_refused(own_database: str, plans: str) -> None:
    """Its first statement sees the books as they are when the wait is over, not when it began."""
    books = open_books(fund_cents=100)
    ready, closing, outcome = Event(), Event(), list[str]()

    def post_late() -> None:
        if plans == "kept":
            move(books.fund, books.fatima, 1, on=FEBRUARY)
        ready.set()
        closing.wait(5)
        try:
            move(books.fund, books.fatima, 1, on=JANUARY)
            outcome.append("posted in a closed period")
        except PeriodIsClosed:
            outcome.append("refused")
        connection.close()

    poster = Thread(target=post_late)
    poster.start()
    ready.wait(5)
    with transaction.atomic():
        close_period(through=JANUARY)
        closing.set()
        poster.join(0.3)
        assert not outcome
    poster.join()

    assert outcome == ["refused"]


@pytest.mark.parametrize("guarded", [True, False])
def test_a_snapshot_from_before_the_closing_posts_nothing_after_it(
    own_database: str, guarded: bool
) -> None:
    """A transaction that sees the books of its start would not see that they were closed."""
    books = open_books(fund_cents=100)
    if not guarded:
        with connection.cursor() as cursor:
            cursor.execute(
                without(
                    "ledger_place",
                    "current_setting('transaction_isolation') = 'read committed'",
                    "true",
                )
            )
    started, closed = Event(), Event()

    def post_late() -> str:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            assert closed_through() is None
            started.set()
            closed.wait(5)
            move(books.fund, books.fatima, 1, on=JANUARY)
        return "posted in a closed period"

    def close() -> str:
        started.wait(5)
        close_period(through=JANUARY)
        closed.set()
        return "closed"

    if guarded:
        with pytest.raises(UnableToPost, match="READ COMMITTED"):
            together([post_late, close])
        assert not check_ledger()
    else:
        assert together([post_late, close]) == ["posted in a closed period", "closed"]
        assert check_ledger()


@pytest.mark.parametrize("guarded", [True, False])
def test_a_snapshot_from_before_a_posting_closes_nothing(own_database: str, guarded: bool) -> None:
    """It waits for the posting, and would then count the books as they were without it."""
    books = open_books(fund_cents=100)
    if not guarded:
        take_out_the_isolation("ledger_close_period")

    with transaction.atomic():
        move(books.fund, books.fatima, 1, on=JANUARY)
        closing = Beside(at_first_sight(partial(close_period, through=JANUARY)))
        assert closing.waits() is not guarded

    assert closing.outcome() == ("UnableToPost" if guarded else "done")
    assert bool(check_ledger()) is not guarded


@pytest.mark.parametrize("guarded", [True, False])
def test_a_snapshot_from_before_a_posting_begins_no_era(own_database: str, guarded: bool) -> None:
    """After a restore: it would not see the highest place in the books."""
    books = open_books(fund_cents=100)
    if not guarded:
        take_out_the_isolation("ledger_begin_era")

    with transaction.atomic(), connection.cursor() as cursor:
        moved = move(books.fund, books.fatima, 1)
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("UPDATE ledger_transfer SET xid = 2^40 WHERE booking_id = %s", [moved])
        cursor.execute("UPDATE ledger_booking SET xid = 2^40 WHERE id = %s", [moved])
        beginning = Beside(at_first_sight(begin_era))
        assert beginning.waits() is not guarded

    assert beginning.outcome() == ("UnableToPost" if guarded else "done")
    if guarded:
        assert begin_era() == 2**40
    assert bool(check_ledger()) is not guarded


def take_out_the_isolation(function: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            without(
                function, "current_setting('transaction_isolation') <> 'read committed'", "false"
            )
        )


def at_first_sight(act: Callable[[], object]) -> Callable[[], None]:
    """The act in a transaction that sees the books of its start."""

    def acting() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            act()

    return acting
