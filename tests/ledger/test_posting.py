from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from ledger.accounts import open_account, open_accounts
from ledger.balances import balance, balances, balances_on
from ledger.checking import check_ledger
from ledger.holding import Hold, capture, release
from ledger.models import Account, AccountClass, Booking, Slot, Transfer
from ledger.posting import (
    AlreadyReversed,
    DifferentContent,
    NewBooking,
    NewTransfer,
    NotAnAmount,
    Overdrawn,
    UnableToPost,
    UnknownAccount,
    post,
    reverse,
)
from ledger.reports import statement, trial_balance
from tests.ledger.books import AT, ON, booking, move, open_books, place

pytestmark = pytest.mark.django_db


def test_a_top_up_moves_credit_from_the_fund_to_the_citizen() -> None:
    books = open_books(fund_cents=100_000)

    move(books.fund, books.fatima, 80_000)

    assert balances([books.fund, books.fatima, books.treasury]) == {
        books.fund: 20_000,
        books.fatima: 80_000,
        books.treasury: 100_000,
    }


def test_a_booking_of_many_transfers_is_written_whole() -> None:
    books = open_books(fund_cents=100_000)

    post(
        booking(),
        [
            NewTransfer(books.fund, books.fatima, 80_000),
            NewTransfer(books.fund, books.henk, 20_000),
        ],
        at=AT,
    )

    assert balances([books.fund, books.fatima, books.henk]) == {
        books.fund: 0,
        books.fatima: 80_000,
        books.henk: 20_000,
    }


def test_a_booking_that_overdraws_one_account_is_refused_whole() -> None:
    books = open_books(fund_cents=100_000)
    move(books.fund, books.fatima, 1_000)

    with pytest.raises(Overdrawn), transaction.atomic():
        post(
            booking(),
            [
                NewTransfer(books.fund, books.henk, 500),
                NewTransfer(books.fatima, books.fatimas_course, 1_001),
            ],
            at=AT,
        )

    assert balances([books.fatima, books.henk]) == {books.fatima: 1_000, books.henk: 0}
    assert not check_ledger()


@pytest.mark.parametrize("others", [0, 1])
def test_a_refusal_names_the_account_that_would_be_overdrawn(others: int) -> None:
    books = open_books(fund_cents=100)
    move(books.fund, books.fatima, 10)
    move(books.fund, books.henk, 10)
    fits = [NewTransfer(debit, books.fatimas_course, 1) for debit in (books.fund, books.henk)]

    with pytest.raises(Overdrawn, match=f"^account {code(books.fatima)} would be overdrawn$"):
        post(booking(), [NewTransfer(books.fatima, books.henk, 11), *fits * others], at=AT)


@pytest.mark.parametrize("others", [0, 1])
def test_a_refusal_names_an_account_that_was_overdrawn_already(others: int) -> None:
    """By a superuser: crediting it then does not help enough."""
    books = open_books(fund_cents=100)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_total SET debits = 2 WHERE account_id = %s", [books.fatima])
    transfers = [
        NewTransfer(books.fund, who, 1) for who in (books.fatima, books.henk)[: 1 + others]
    ]

    with pytest.raises(Overdrawn, match=f"^account {code(books.fatima)} would be overdrawn$"):
        post(booking(), transfers, at=AT)


def test_a_refusal_does_not_name_an_account_that_may_be_overdrawn() -> None:
    AccountClass.objects.create(code="cost", name="Cost", normal_side="debit", may_overdraw=True)
    cost = open_accounts(["cost"], account_class="cost", at=AT)["cost"]
    books = open_books()

    with pytest.raises(Overdrawn, match=f"^account {code(books.fatima)} would be overdrawn$"):
        move(books.fatima, cost, 1)


def test_a_refusal_does_not_name_an_account_that_has_the_money() -> None:
    books = open_books(fund_cents=1_000)
    move(books.fund, books.fatima, 500)
    till = open_till()
    both = NewTransfer(books.fatima, till, 100)

    with pytest.raises(Overdrawn, match=r"^account till would be overdrawn$"), transaction.atomic():
        post(booking(), [both], at=AT)
    with pytest.raises(Overdrawn, match=r"^account till would be overdrawn$"), transaction.atomic():
        post(booking(), [both, NewTransfer(books.fund, books.henk, 1)], at=AT)
    with pytest.raises(Overdrawn, match=f"^account {code(books.henk)}, till would be overdrawn$"):
        move(books.henk, till, 1)


@pytest.mark.parametrize(("short", "others"), [(10, ""), (12, " and 2 more")])
def test_a_refusal_names_ten_accounts_and_counts_the_others(short: int, others: str) -> None:
    books = open_books(fund_cents=100)
    codes = [f"tranche:{n:02}" for n in range(short)]
    opened = open_accounts(codes, account_class="tranche", at=AT)
    named = ", ".join(codes[:10])

    with pytest.raises(Overdrawn, match=f"^account {named}{others} would be overdrawn$"):
        post(booking(), [NewTransfer(opened[each], books.fund, 1) for each in codes], at=AT)


def open_till() -> int:
    """An account of the debit side that may not be overdrawn."""
    AccountClass.objects.create(code="till", name="Till", normal_side="debit")
    return open_accounts(["till"], account_class="till", at=AT)["till"]


def test_blanks_beyond_the_end_of_a_text_make_no_other_content() -> None:
    books = open_books(fund_cents=100)
    offered = NewBooking(uuid4(), "k" * 32 + " ", "c" * 100 + "  ", "d" * 200 + "  ", ON)

    for _ in range(2):
        post(offered, [NewTransfer(books.fund, books.fatima, 1)], at=AT)

    assert balance(books.fatima) == 1


@pytest.mark.parametrize("text", ["kind", "cause", "description"])
@pytest.mark.parametrize("is_there", [False, True])
def test_a_text_that_is_too_long_is_refused(text: str, is_there: bool) -> None:
    books = open_books(fund_cents=100)
    offered = booking()
    if is_there:
        post(offered, [NewTransfer(books.fund, books.fatima, 1)], at=AT)

    with pytest.raises(UnableToPost, match="too long"):
        post(
            NewBooking(**offered._asdict() | {text: "x" * 201}),
            [NewTransfer(books.fund, books.fatima, 1)],
            at=AT,
        )


@pytest.mark.parametrize("code", ["z" * 64 + " ", "z" * 65])
def test_a_code_that_is_too_long_is_refused(code: str) -> None:
    with pytest.raises(UnableToPost, match="code_is_bounded"):
        open_account(code, account_class="tranche", at=AT)


@pytest.mark.parametrize("others", [0, 1])
@pytest.mark.parametrize("cents", [10**12 + 1, 2**63 - 1, 2**63, 2**64])
def test_an_amount_is_bounded(cents: int, others: int) -> None:
    books = open_books(fund_cents=100)
    more = [NewTransfer(books.fund, books.henk, 1)] * others

    with pytest.raises(NotAnAmount):
        post(booking(), [NewTransfer(books.treasury, books.fund, cents), *more], at=AT)


@pytest.mark.parametrize("act", ["capture", "release"])
def test_a_hold_that_is_not_there_is_named(act: str) -> None:
    books = open_books(fund_cents=100)
    hold = Hold(account=2**40, source=books.fatima)

    acts: dict[str, Callable[..., object]] = {
        "capture": partial(capture, hold=hold, to=books.provider, cents=1),
        "release": partial(release, holds=[hold]),
    }
    with pytest.raises(UnknownAccount):
        acts[act](booking(), at=AT)


def code(account_id: int) -> str:
    return Account.objects.get(pk=account_id).code


@pytest.mark.parametrize(("cents", "fits"), [(99_999, True), (100_000, True), (100_001, False)])
def test_a_fund_holds_to_the_cent(cents: int, fits: bool) -> None:
    books = open_books(fund_cents=100_000)

    if fits:
        move(books.fund, books.fatima, cents)
    else:
        with pytest.raises(Overdrawn), transaction.atomic():
            move(books.fund, books.fatima, cents)

    assert balance(books.fund) == (100_000 - cents if fits else 100_000)
    assert not check_ledger()


def test_each_fund_is_spent_from_its_own_slots() -> None:
    """At first they are dealt out, then one holds enough, then what all hold is dealt out anew."""
    poor, rich = open_books(fund_cents=17), open_books(fund_cents=1_600)

    for cents in (1, 1, 5):
        for books in (rich, poor):
            move(books.fund, books.fatima, cents)

    assert balances([poor.fund, rich.fund]) == {poor.fund: 10, rich.fund: 1_593}
    assert not check_ledger()


def test_a_batch_that_fills_a_fund_deals_nothing_out() -> None:
    """Or who fills it would wait for those who spend from it."""
    books = open_books()

    post(booking(), [NewTransfer(books.treasury, books.fund, cents) for cents in (1, 2)], at=AT)

    assert not Slot.objects.exists()


def test_what_comes_back_into_a_fund_can_be_spent_again() -> None:
    books = open_books(fund_cents=1_000)
    move(books.fund, books.fatima, 1_000)
    move(books.fatima, books.fund, 400, kind="expire")

    move(books.fund, books.henk, 400)

    assert balances([books.fund, books.fatima, books.henk]) == {
        books.fund: 0,
        books.fatima: 600,
        books.henk: 400,
    }
    assert not check_ledger()


def test_posting_the_same_again_changes_nothing() -> None:
    books = open_books(fund_cents=100_000)
    given = booking()
    transfers = [NewTransfer(books.fund, books.fatima, 80_000)]
    post(given, transfers, at=AT)

    post(given, transfers, at=AT + timedelta(minutes=5))

    assert balance(books.fatima) == 80_000
    assert Transfer.objects.get(booking_id=given.id).booked_at == AT


@pytest.mark.parametrize("words", [{"kind": "other"}, {"cause": "other"}, {"description": "other"}])
def test_the_same_booking_in_other_words_is_refused(words: dict[str, Any]) -> None:
    books = open_books(fund_cents=100)
    given = booking()
    transfers = [NewTransfer(books.fund, books.fatima, 100)]
    post(given, transfers, at=AT)

    with pytest.raises(DifferentContent):
        post(given._replace(**words), transfers, at=AT)


@pytest.mark.parametrize("change", ["amount", "account", "fewer", "more", "twice", "date"])
def test_the_same_booking_with_other_content_is_refused(change: str) -> None:
    books = open_books(fund_cents=100_000)
    first = NewTransfer(books.fund, books.fatima, 100)
    second = NewTransfer(books.fund, books.henk, 100)
    given = booking()
    post(given, [first, second], at=AT)
    other = {
        "amount": [NewTransfer(books.fund, books.fatima, 101), second],
        "account": [NewTransfer(books.fund, books.henk, 100), second],
        "fewer": [first],
        "more": [first, second, NewTransfer(books.fund, books.henk, 1)],
        "twice": [first, second, second],
        "date": [first, second],
    }[change]
    again = booking(given.id, on=date(2026, 3, 3) if change == "date" else ON)

    with pytest.raises(DifferentContent), transaction.atomic():
        post(again, other, at=AT)

    assert balances([books.fatima, books.henk]) == {books.fatima: 100, books.henk: 100}


@pytest.mark.parametrize("cents", [0, -1])
def test_an_amount_is_positive(cents: int) -> None:
    books = open_books(fund_cents=100_000)

    with pytest.raises(NotAnAmount), transaction.atomic():
        move(books.fund, books.fatima, cents)


def test_an_account_cannot_pay_itself() -> None:
    books = open_books(fund_cents=100_000)

    with pytest.raises(NotAnAmount), transaction.atomic():
        move(books.treasury, books.treasury, 5)


def test_one_booking_spends_from_many_hot_accounts() -> None:
    """As a batch of payments does: more than the savepoints that the server remembers at hand."""
    books = open_books()
    codes = [f"payable:{number}" for number in range(100)]
    opened = open_accounts(codes, account_class="payable", at=AT)
    providers = list(opened.values())
    owed = [NewTransfer(books.treasury, provider, 30) for provider in providers]
    paid = [NewTransfer(provider, books.in_transit, 15) for provider in providers]
    too_much = [*paid, NewTransfer(opened["payable:98"], books.in_transit, 1)]

    post(booking(), owed, at=AT)
    post(booking(), paid, at=AT)  # deals out what there is
    with (
        pytest.raises(Overdrawn, match="payable:98 would be overdrawn by 1 cent"),
        transaction.atomic(),
    ):
        post(booking(), too_much, at=AT)
    post(booking(), paid, at=AT)  # takes what was dealt out

    assert set(balances(providers).values()) == {0}
    assert balance(books.in_transit) == 3_000
    assert check_ledger() == []


@pytest.mark.parametrize("longer", range(3))
def test_a_transfer_of_which_a_part_is_missing_is_refused(longer: int) -> None:
    books = open_books(fund_cents=100)
    columns = [[books.fund], [books.fatima], [1]]
    columns[longer] *= 2

    with pytest.raises(IntegrityError), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_post_many(%s, 'x', 'x', 'x', %s, %s, %s::bigint[], %s::bigint[], %s::bigint[])",
            [uuid4(), ON, AT, *columns],
        )


def test_a_booking_has_transfers() -> None:
    with pytest.raises(NotAnAmount):
        post(booking(), [], at=AT)


def test_an_unknown_account_is_refused() -> None:
    books = open_books(fund_cents=100_000)

    with pytest.raises(UnknownAccount), transaction.atomic():
        move(books.fund, 2**40, 100)

    assert not Booking.objects.filter(kind="top_up").exists()


@pytest.mark.parametrize("times", [1, 2])
def test_a_total_is_wider_until_its_first_posting(times: int) -> None:
    """So a page of totals has room for many changes before the server tidies it."""
    books = open_books(fund_cents=100)
    widths = "SELECT account_id, length(room) FROM ledger_total WHERE account_id IN (%s, %s)"

    post(booking(), times * [NewTransfer(books.fund, books.fatima, 1)], at=AT)

    with connection.cursor() as cursor:
        cursor.execute(widths, [books.fatima, books.henk])
        assert dict(cursor.fetchall()) == {books.fatima: 0, books.henk: 32}


def test_a_reversal_mirrors_a_transfer_once() -> None:
    books = open_books(fund_cents=100_000)
    top_up = move(books.fund, books.fatima, 80_000)

    for _ in range(2):
        reverse(place(top_up), reason="wrong citizen", effective_on=ON, at=AT)

    assert balances([books.fund, books.fatima]) == {books.fund: 100_000, books.fatima: 0}
    with pytest.raises(AlreadyReversed), transaction.atomic():
        reverse(place(top_up), reason="again", effective_on=ON, at=AT)


def test_spent_credit_cannot_be_reversed() -> None:
    books = open_books(fund_cents=100_000)
    top_up = move(books.fund, books.fatima, 80_000)
    move(books.fatima, books.fatimas_course, 1)

    with pytest.raises(Overdrawn), transaction.atomic():
        reverse(place(top_up), reason="too late", effective_on=ON, at=AT)


def test_the_balance_on_a_day_counts_up_to_that_day() -> None:
    books = open_books()
    move(books.treasury, books.fund, 1_000, on=date(2026, 1, 1))
    move(books.fund, books.fatima, 300, on=date(2026, 2, 28))
    move(books.fund, books.fatima, 200, on=date(2026, 3, 1))

    on = {
        day: balances_on([books.fund, books.fatima], on=day)
        for day in (date(2025, 12, 31), date(2026, 2, 28), date(2026, 3, 1))
    }

    assert [on[day][books.fund] for day in on] == [0, 700, 500]
    assert [on[day][books.fatima] for day in on] == [0, 300, 500]


def test_the_trial_balance_balances_now_and_on_a_day() -> None:
    books = open_books(fund_cents=100_000)
    move(books.fund, books.fatima, 80_000, on=date(2026, 3, 5))

    now = {line.code: (line.debits, line.credits) for line in trial_balance()}
    before = {line.code: (line.debits, line.credits) for line in trial_balance(on=ON)}

    assert now["fund"] == (80_000, 100_000)
    assert now["tranche"] == (0, 80_000)
    assert before["fund"] == (0, 100_000)
    assert sum(d - c for d, c in now.values()) == sum(d - c for d, c in before.values()) == 0


def test_a_statement_runs_back_from_the_balance_page_by_page() -> None:
    books = open_books(fund_cents=100_000)
    move(books.fund, books.fatima, 80_000)
    move(books.fatima, books.fatimas_course, 26_000, kind="reserve")
    move(books.fatimas_course, books.fatima, 6_000, kind="release")
    mine = [books.fatima, books.fatimas_course]

    whole = statement(mine, limit=10)
    pages = statement(mine, limit=2)
    while more := statement(mine, limit=2, before=pages[-1].cursor):
        pages += more

    assert pages == whole
    assert [
        (line.kind, line.cents, line.balance_after)
        for line in whole
        if line.account_id == books.fatima
    ] == [
        ("release", 6_000, 60_000),
        ("reserve", -26_000, 54_000),
        ("top_up", 80_000, 80_000),
    ]
    assert [line.balance_after for line in whole if line.account_id == books.fatimas_course] == [
        20_000,
        26_000,
    ]
    assert whole[-1].counter_account_code == Account.objects.get(pk=books.fund).code


@pytest.mark.parametrize("hot", [False, True])
@pytest.mark.parametrize("others", [0, 1])
def test_an_account_of_the_debit_side_holds_to_the_cent(hot: bool, others: int) -> None:
    """As a till does: debits come in, credits go out, one transfer at a time or in a batch."""
    AccountClass.objects.create(code="till", name="Till", normal_side="debit", hot=hot)
    till = open_accounts(["till"], account_class="till", at=AT)["till"]
    books = open_books(fund_cents=10)
    move(till, books.provider, 100)

    def pay(cents: int) -> None:
        rest = [NewTransfer(books.fund, books.henk, 1)] * others
        with transaction.atomic():
            post(booking(), [NewTransfer(books.provider, till, cents), *rest], at=AT)

    move(books.treasury, books.provider, 100)
    with pytest.raises(Overdrawn, match="account till would be overdrawn"):
        pay(101)
    pay(100)
    with pytest.raises(Overdrawn):
        pay(1)
    assert balance(till) == 0
    assert not check_ledger()
