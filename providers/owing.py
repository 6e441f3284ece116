"""What a provider has still to pay back after recoveries, and the last day for it.

A claim that was recovered after it was paid is a debt, unless the bank sent that payment back. What comes
in pays the oldest debts first (article 6:43 of the Civil Code), so what is still owed is of the newest. Nothing of it
is stored: it follows from the books and the recoveries (decision 315).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import IntegerField, Min, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.timezone import localdate

from ledger.balances import balances
from ledger.models import Account
from providers.free_days import last_day
from providers.models import Provider, Recovery
from providers.states import ClaimState

P = TypeVar("P", bound=Provider)

PAY_BACK = timedelta(weeks=6)  # after the decision was made known: Awb 4:87, first paragraph

# Of whom, for which claim, decided on which day, what of it is still owed in cents, and its place from old to new. A
# recovered claim that is still taken up in a payment was paid by it, and that did not come back (claiming/paying.py).
# The total of a provider's account is exact, as that is not hot (ledger/models.py).
DEBTS = """
    SELECT provider_id, claim_id, decided_on, least(cents, owed - newer) AS cents, answered_at
    FROM (
        SELECT claim.provider_id, claim.id AS claim_id, recovery.answered_at,
               (recovery.answered_at AT TIME ZONE 'Europe/Amsterdam')::date AS decided_on,
               (claim.amount * 100)::bigint AS cents, total.debits - total.credits AS owed,
               (coalesce(sum(claim.amount) OVER (
                   PARTITION BY claim.provider_id ORDER BY recovery.answered_at DESC, claim.id DESC
                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
               ), 0) * 100)::bigint AS newer
        FROM providers_recovery recovery
        JOIN providers_claim claim ON claim.id = recovery.claim_id
        JOIN ledger_account account ON account.code = 'receivable:' || claim.provider_id
        JOIN ledger_total total ON total.account_id = account.id
        WHERE recovery.agreed AND claim.state = 'recovered'
          AND claim.taken_up_at IS NOT NULL
    ) debt
    WHERE owed > newer
"""
OF_PROVIDER = f"""
    SELECT claim_id, cents, decided_on FROM ({DEBTS}) debt WHERE provider_id = %s
    ORDER BY answered_at, claim_id
"""  # noqa: S608
OF_THIS_ONE = f"FROM ({DEBTS}) debt WHERE debt.provider_id = providers_provider.id"
OWED = f"SELECT coalesce(sum(cents), 0) {OF_THIS_ONE}"
LATE = f"SELECT coalesce(sum(cents), 0) {OF_THIS_ONE} AND decided_on < %s"
DECIDED_FIRST = f"SELECT min(decided_on) {OF_THIS_ONE}"
WHO_OWES = f"SELECT provider_id FROM ({DEBTS}) debt"  # noqa: S608
WHO_IS_LATE = f"{WHO_OWES} WHERE decided_on < %s"


@dataclass(frozen=True, slots=True)
class Debt:
    """What of one recovered claim is still to be paid back, in cents."""

    claim_id: UUID
    cents: int
    decided_on: date

    @property
    def last_day(self) -> date:
        return pay_back_until(self.decided_on)


def pay_back_until(decided_on: date) -> date:
    """The last day to pay back what was recovered on a day: six weeks later, or the next working day."""
    return last_day(decided_on, PAY_BACK)


def receivable_code(provider: UUID) -> str:
    """The account of what a provider owes; opened with its first recovery."""
    return f"receivable:{provider}"


def owed_by(provider: Provider) -> int:
    """What a provider has still to pay back, in cents."""
    account = Account.objects.filter(code=receivable_code(provider.pk)).first()
    return balances([account.pk])[account.pk] if account else 0


def owes_since(provider: Provider) -> date | None:
    """The day of its first recovery of a claim that was paid; no debt is older."""
    recoveries = Recovery.objects.filter(
        agreed=True,
        claim__provider=provider,
        claim__state=ClaimState.RECOVERED,
        claim__paid_at__isnull=False,
    )
    first: datetime | None = recoveries.aggregate(at=Min("answered_at"))["at"]
    return localdate(first) if first else None


def debts_of(provider: Provider) -> list[Debt]:
    """What a provider has still to pay back, oldest first; that is also the order of their last days."""
    with connection.cursor() as cursor:
        cursor.execute(OF_PROVIDER, [provider.pk])
        return [Debt(*row) for row in cursor.fetchall()]


def late(debts: Iterable[Debt], *, on: date) -> int:
    """What of these is past its last day, in cents."""
    return sum(debt.cents for debt in debts if debt.last_day < on)


def with_debts(providers: QuerySet[P], *, on: date) -> QuerySet[Any]:
    """These with what each has still `to_pay_back`, what of it is `late` on a day, both in cents, and
    when the first of it was `decided_first`."""
    return providers.annotate(
        to_pay_back=RawSQL(OWED, [], IntegerField()),  # noqa: S611
        late=RawSQL(LATE, [_still_in_time(on)], IntegerField()),  # noqa: S611
        decided_first=RawSQL(DECIDED_FIRST, []),  # noqa: S611
    )


def who_owe(providers: QuerySet[P]) -> QuerySet[P]:
    return providers.filter(pk__in=RawSQL(WHO_OWES, []))  # noqa: S611


def who_are_late(providers: QuerySet[P], *, on: date) -> QuerySet[P]:
    """Those of which something is past its last day."""
    return providers.filter(pk__in=RawSQL(WHO_IS_LATE, [_still_in_time(on)]))  # noqa: S611


def _still_in_time(on: date) -> date:
    """The first day of a decision that can still be paid back in time on this day."""
    day = on - PAY_BACK
    while pay_back_until(day - timedelta(days=1)) >= on:
        day -= timedelta(days=1)
    return day
