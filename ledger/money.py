"""Between `Money` at the edge and whole cents in the books."""

from decimal import Decimal

from djmoney.money import Money

CURRENCY = "EUR"
TRANSFER_MAX = 10**12  # cents, the domain of amounts in the database


class NotWholeCents(ValueError):
    """An amount that is not euros, or has a fraction of a cent."""


def to_cents(amount: Money) -> int:
    """The amount in whole cents; raises NotWholeCents rather than round."""
    cents = amount.amount * 100
    if str(amount.currency) != CURRENCY or not cents.is_finite() or cents != int(cents):
        raise NotWholeCents(f"{amount.amount} {amount.currency} is not an amount in whole cents.")
    return int(cents)


def to_money(cents: int) -> Money:
    """The amount as Money in euros."""
    return Money(Decimal(cents).scaleb(-2), CURRENCY)
