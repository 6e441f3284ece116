"""The books of a small scheme for the tests of the ledger, by names that read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

from ledger.accounts import open_accounts
from ledger.models import Transfer
from ledger.posting import NewBooking, NewTransfer, post

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ON = date(2026, 3, 2)


@dataclass(frozen=True)
class Names:
    """Account ids by the names the tests use."""

    treasury: int
    fund: int
    fatima: int
    henk: int
    fatimas_course: int
    provider: int
    in_transit: int
    bank: int


def open_books(*, fund_cents: int = 0) -> Names:
    """Open the accounts of a scheme with two citizens and one provider; fill the fund."""

    def opened(account_class: str, code: str = "") -> int:
        code = code or f"{account_class}:{uuid4()}"
        return open_accounts([code], account_class=account_class, at=AT)[code]

    names = Names(
        treasury=opened("treasury"),
        fund=opened("fund"),
        fatima=opened("tranche"),
        henk=opened("tranche"),
        fatimas_course=opened("reserved"),
        provider=opened("payable"),
        in_transit=opened("in_transit"),
        bank=opened("bank"),
    )
    if fund_cents:
        move(names.treasury, names.fund, fund_cents, kind="fund")
    return names


def move(
    debit: int,
    credit: int,
    cents: int,
    *,
    kind: str = "top_up",
    on: date = ON,
    at: datetime = AT,
    id: UUID | None = None,
) -> UUID:
    """Post one transfer in a booking of its own; return the booking's id."""
    id = id or uuid4()  # noqa: A001
    post(booking(id, kind=kind, on=on), [NewTransfer(debit, credit, cents)], at=at)
    return id


def place(booking_id: UUID) -> tuple[int, int]:
    """Where in the books the only transfer of a booking stands."""
    return Transfer.objects.values_list("xid", "seq").get(booking_id=booking_id)


def name(booking_id: UUID) -> str:
    """That place as findings write it."""
    return "{}-{}".format(*place(booking_id))


def booking(id: UUID | None = None, *, kind: str = "top_up", on: date = ON) -> NewBooking:
    """A booking with its id and date, the rest made up."""
    id = id or uuid4()  # noqa: A001
    return NewBooking(id, kind, f"test:{id}", f"{kind} in a test", on)
