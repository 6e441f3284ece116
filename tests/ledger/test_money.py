from decimal import Decimal

import pytest
from djmoney.money import Money

from ledger.money import NotWholeCents, to_cents, to_money


@pytest.mark.parametrize(
    ("euros", "cents"), [("0", 0), ("0.01", 1), ("1240.00", 124_000), ("1.2", 120)]
)
def test_euros_are_whole_cents_in_the_books(euros: str, cents: int) -> None:
    assert to_cents(Money(euros, "EUR")) == cents
    assert to_money(cents) == Money(euros, "EUR")


@pytest.mark.parametrize(
    "amount",
    [Money("0.001", "EUR"), Money("1", "USD"), Money(Decimal("NaN"), "EUR")],
    ids=str,
)
def test_what_is_not_whole_cents_is_never_rounded(amount: Money) -> None:
    with pytest.raises(NotWholeCents):
        to_cents(amount)
