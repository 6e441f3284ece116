"""What a provider has still to pay back after recoveries."""

from __future__ import annotations

from uuid import UUID

from ledger.balances import balances
from ledger.models import Account
from providers.models import Provider


def receivable_code(provider: UUID) -> str:
    """The account of what a provider owes; opened with its first recovery."""
    return f"receivable:{provider}"


def owed_by(provider: Provider) -> int:
    """What a provider has still to pay back, in cents."""
    account = Account.objects.filter(code=receivable_code(provider.pk)).first()
    return balances([account.pk])[account.pk] if account else 0
