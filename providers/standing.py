"""What is to be paid to a provider and by it, and whether it is paid now: asked together, as software asks often."""

from __future__ import annotations

from datetime import date, datetime
from typing import NamedTuple

from django.db import connection
from django.utils.timezone import localdate

from providers.models import Provider
from providers.models.suspensions import IN_FORCE
from providers.owing import receivable_code

# What a provider owes is on no hot account, so its total is exact (ledger/models.py).
STANDING = f"""
    SELECT (SELECT t.credits - t.debits FROM ledger_totals(ARRAY[%(payable)s]::bigint[]) t),
           coalesce((SELECT t.debits - t.credits
                     FROM ledger_account a JOIN ledger_total t ON t.account_id = a.id
                     WHERE a.code = %(receivable)s), 0),
           (SELECT max(until) FROM providers_suspension
            WHERE provider_id = %(provider)s AND {IN_FORCE})
"""  # noqa: S608


class Standing(NamedTuple):
    """Cents that are approved and in no payment file yet, cents to pay back, and the last day of a suspension."""

    payable: int
    owed: int
    suspended_until: date | None


def standing_of(provider: Provider, *, at: datetime) -> Standing:
    with connection.cursor() as cursor:
        cursor.execute(
            STANDING,
            {
                "payable": provider.payable_id,
                "receivable": receivable_code(provider.pk),
                "provider": provider.pk,
                "at": at,
                "today": localdate(at),
            },
        )
        return Standing(*cursor.fetchone())
