"""The books against a small model in Python: whatever happens, they agree to the cent.

`make explore` takes new paths.
"""

from __future__ import annotations

import os
from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from ledger.balances import balances, balances_on
from ledger.checking import check_ledger
from ledger.closing import close_period, closed_through
from ledger.holding import Hold, capture, release, reserve
from ledger.posting import (
    AlreadyReversed,
    NewBooking,
    NewTransfer,
    Overdrawn,
    PeriodIsClosed,
    post,
    reverse,
)
from ledger.reports import statement, trial_balance
from ledger.rolling_up import roll_up
from ledger.sealing import public_key_of, seal
from ledger.verifying import verify_ledger
from tests.ledger.books import open_books, place

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
CENTS = st.integers(1, 500)
PLACES = st.sampled_from(["treasury", "fund", "fatima", "henk", "provider"])
DAYS = st.integers(-3, 3)
MAY_OVERDRAW = {"treasury"}
DEBIT_NORMAL = {"treasury"}


class BooksMachine(RuleBasedStateMachine):
    """Every rule does one thing to the books and to the model, and expects the same answer."""

    posted = Bundle("posted")
    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.books = open_books()
        self.ids = {name: getattr(self.books, name) for name in PLACES_NAMES}
        self.lines: list[tuple[date, int, int, int]] = []  # date, debit, credit, cents
        self.reversed: set[UUID] = set()
        if closed_through() is None:
            close_period(through=date(2019, 12, 31))
        self.closed = closed_through() or date.min
        self.today = self.closed + timedelta(days=5)

    # --- the model

    def model(self, *, on: date | None = None) -> dict[int, int]:
        net: dict[int, int] = defaultdict(int)
        for day, debit, credit, cents in self.lines:
            if on is None or day <= on:
                net[debit] -= cents
                net[credit] += cents
        return net

    def in_normal_direction(self, account: int, net: int) -> int:
        return -net if account == self.ids["treasury"] else net

    def expect(self, lines: list[tuple[int, int, int]], day: date) -> type[Exception] | None:
        """What the books must answer to these transfers."""
        if day <= self.closed:
            return PeriodIsClosed
        net = self.model()
        for debit, credit, cents in lines:
            net[debit] -= cents
            net[credit] += cents
        touched = {account for debit, credit, _ in lines for account in (debit, credit)}
        if any(net[account] < 0 for account in touched - {self.ids["treasury"]}):
            return Overdrawn
        return None

    def attempt(self, act, lines: list[tuple[int, int, int]], day: date) -> bool:  # type: ignore[no-untyped-def]
        expected = self.expect(lines, day)
        if expected:
            with pytest.raises(expected):
                act()
            return False
        act()
        self.lines += [(day, *line) for line in lines]
        return True

    def day(self, offset: int) -> date:
        return self.today + timedelta(days=offset)

    def now(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)

    def booking(self, day: date, kind: str = "move") -> NewBooking:
        new = uuid4()
        return NewBooking(new, kind, f"test:{new}", kind, day)

    # --- the rules

    @rule(target=posted, debit=PLACES, credit=PLACES, cents=CENTS, offset=DAYS)
    def post_one(self, debit: str, credit: str, cents: int, offset: int):  # type: ignore[no-untyped-def]
        if debit == credit:
            return multiple()
        line = (self.ids[debit], self.ids[credit], cents)
        booking = self.booking(self.day(offset))
        transfers = [NewTransfer(*line)]
        if not self.attempt(
            lambda: post(booking, transfers, at=self.now()), [line], booking.effective_on
        ):
            return multiple()
        post(booking, transfers, at=self.now())  # again: nothing happens
        return multiple((booking.id, line))

    @rule(
        moves=st.lists(st.tuples(PLACES, PLACES, CENTS).filter(lambda m: m[0] != m[1]), min_size=2),
        offset=DAYS,
    )
    def post_a_batch(self, moves: list[tuple[str, str, int]], offset: int) -> None:
        lines = [(self.ids[debit], self.ids[credit], cents) for debit, credit, cents in moves]
        booking = self.booking(self.day(offset))
        transfers = [NewTransfer(*line) for line in lines]
        self.attempt(lambda: post(booking, transfers, at=self.now()), lines, booking.effective_on)

    @rule(transfer=posted, offset=DAYS)
    def reverse_one(self, transfer: tuple[UUID, tuple[int, int, int]], offset: int) -> None:
        transfer_id, (debit, credit, cents) = transfer
        day = self.day(offset)

        def act() -> None:
            reverse(place(transfer_id), reason=f"wrong {uuid4()}", effective_on=day, at=self.now())

        if transfer_id in self.reversed:
            with pytest.raises((AlreadyReversed, PeriodIsClosed, Overdrawn)):
                act()
        elif self.attempt(act, [(credit, debit, cents)], day):
            self.reversed.add(transfer_id)

    @rule(target=held, source=st.sampled_from(["fatima", "henk"]), cents=CENTS)
    def reserve_some(self, source: str, cents: int):  # type: ignore[no-untyped-def]
        booking = self.booking(self.today, "reserve")
        code = f"reserved:{uuid4()}"
        holds: list[Hold] = []

        def act() -> None:
            holds.append(
                reserve(
                    booking,
                    source=self.ids[source],
                    code=code,
                    account_class="reserved",
                    cents=cents,
                    at=self.now(),
                )
            )

        expected = Overdrawn if self.model()[self.ids[source]] < cents else None
        if expected:
            with pytest.raises(expected):
                act()
            return multiple()
        act()
        self.lines.append((self.today, self.ids[source], holds[0].account, cents))
        return holds[0]

    @rule(hold=held, cents=CENTS)
    def capture_a_part(self, hold: Hold, cents: int) -> None:
        booking = self.booking(self.today, "claim")
        provider = self.ids["provider"]
        self.attempt(
            lambda: capture(booking, hold=hold, to=provider, cents=cents, at=self.now()),
            [(hold.account, provider, cents)],
            self.today,
        )

    @rule(holds=st.lists(held, min_size=1, max_size=3, unique=True))
    def let_go(self, holds: list[Hold]) -> None:
        """A release and an expiry are the same booking."""
        left = self.model()
        released = release(self.booking(self.today, "release"), holds=holds, at=self.now())

        assert released == sum(left[hold.account] for hold in holds)
        self.lines += [
            (self.today, hold.account, hold.source, left[hold.account])
            for hold in holds
            if left[hold.account]
        ]

    @rule(days=st.integers(0, 4))
    def close_up(self, days: int) -> None:
        through = self.closed + timedelta(days=days)
        if through <= self.closed:
            with pytest.raises(PeriodIsClosed):
                close_period(through=self.closed)
        elif through < self.today:
            close_period(through=through)
            self.closed = through

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)

    @rule()
    def work_in_the_background(self) -> None:
        roll_up()
        seal(key=KEY, at=self.now(), range_max=16)

    # --- what must always hold

    @invariant()
    def balances_are_the_models(self) -> None:
        model = self.model()
        ids = [*self.ids.values(), *model]

        assert balances(ids) == {a: self.in_normal_direction(a, model[a]) for a in ids}

    @rule(offset=st.integers(-8, 3))
    def balances_on_a_day_are_the_models(self, offset: int) -> None:
        day = self.day(offset)
        model = self.model(on=day)
        ids = [*self.ids.values(), *model]

        assert balances_on(ids, on=day) == {a: self.in_normal_direction(a, model[a]) for a in ids}

    @rule()
    def statements_end_in_the_balance(self) -> None:
        lines = statement([self.ids["fatima"]], limit=5)

        if lines:
            assert lines[0].balance_after == self.model()[self.ids["fatima"]]
            # a booking counts as a whole: only after its last transfer must the floor hold
            ends = {line.booking_id: line.balance_after for line in reversed(lines)}
            assert all(cents >= 0 for cents in ends.values())

    def teardown(self) -> None:
        assert not check_ledger()
        lines = trial_balance()
        assert sum(line.debits for line in lines) == sum(line.credits for line in lines)
        public = bytes.fromhex(public_key_of(KEY))
        assert not [finding for _, found in verify_ledger([public]) for finding in found]


PLACES_NAMES = ("treasury", "fund", "fatima", "henk", "provider")


@pytest.mark.usefixtures("own_database")
def test_the_books_agree_with_a_model_whatever_happens() -> None:
    run_state_machine_as_test(
        BooksMachine,
        settings=settings(
            max_examples=int(os.environ.get("MACHINE_EXAMPLES", "25")),
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
