"""From where a signal shows. The statements and the words about them take the numbers from here."""

from decimal import Decimal

THRESHOLDS: dict[str, int | Decimal] = {
    # a price jump
    "price_lower_percent": 20,
    "price_months": 12,
    # suddenly many claims
    "sudden_weeks_before": 8,
    "sudden_times": 3,
    "sudden_claims": 20,
    # much at once after admission
    "new_days": 90,
    "new_claims": 20,
    "new_amount": Decimal(10_000),
    # codes in a burst
    "burst_codes": 10,
    "burst_seconds": 60,
    "burst_days": 90,
    # completed as soon as possible
    "soon_days": 2,
    "soon_percent": 90,
    "soon_claims": 20,
    "soon_within_days": 90,
    # a large share
    "share_percent": 10,
    "share_providers": 20,
    "share_amount": Decimal(100_000),  # of less, a few dear courses are a large share
    "share_days": 90,
    # recoveries
    "recovered_claims": 3,
    "recovered_percent": 5,
    "recovered_at_least": 2,  # one mistake is no pattern, also of twenty claims
    "recovered_months": 12,
    # an IBAN changed shortly before a payment
    "iban_days": 14,
    "iban_amount": Decimal(5_000),
    "iban_months": 12,
}
