"""Writing off what a provider will not pay back: one person proposes it with a reason, another agrees.

The citizen has had the credit back since the recovery, and keeps it. The state bears what the scheme never gets: it owes the scheme what
the provider owed. What is written off pays the oldest debts first, as what is repaid does (decision 317).
"""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.utils.timezone import localdate
from djmoney.money import Money

from ledger.accounts import open_account
from ledger.errors import Overdrawn
from ledger.money import to_cents
from ledger.posting import NewBooking, NewTransfer, post
from ontwikkelrekening.payouts.models import WriteOff
from ontwikkelrekening.payouts.vouchers import WRITE_OFFS
from providers.errors import Unable
from providers.locks import lock_provider
from providers.models import Provider
from providers.models.proposals import REASON_MAX
from providers.owing import owed_by, receivable_code
from providers.spelling import is_seen
from providers.vouching import vouched
from providers.webhooks.announcing import announce_account


class UnableToWriteOff(Unable):
    """It cannot be proposed or agreed to; the provider owes what it owed."""


class NothingWrittenOff(UnableToWriteOff):
    field, sentence = "amount", "An amount is more than nothing."


class MoreThanIsOwed(UnableToWriteOff):
    field, sentence = "amount", "The provider does not owe that much."


class NoReason(UnableToWriteOff):
    field = "reason"
    sentence = "Write in at most 500 letters what was tried, and why this will not be paid back."


class WriteOffWaits(UnableToWriteOff):
    sentence = "Another write-off of what this provider owes waits for an answer."


class AnsweredBefore(UnableToWriteOff):
    sentence = "This write-off was answered before."


class SamePerson(UnableToWriteOff):
    sentence = "Who proposed the write-off cannot agree to it as well."


@transaction.atomic
def propose(provider: Provider, amount: Money, *, reason: str, by: str, at: datetime) -> WriteOff:
    """Propose to write off a part of what a provider owes, or all of it; nothing changes until somebody else agrees.

    `reason` is for the provider to read. Raises a subclass of UnableToWriteOff.
    """
    provider, reason = lock_provider(provider.pk), reason.strip()
    if not amount.amount > 0:
        raise NothingWrittenOff
    if to_cents(amount) > owed_by(provider):
        raise MoreThanIsOwed
    if not is_seen(reason) or len(reason) > REASON_MAX:
        raise NoReason
    if WriteOff.objects.filter(provider=provider, agreed=None).exists():
        raise WriteOffWaits
    return WriteOff.objects.create(
        id=uuid4(),
        provider=provider,
        amount=amount,
        reason=reason,
        proposed_by=by,
        proposed_at=at,
    )


@transaction.atomic
def agree(write_off: WriteOff, *, by: str, at: datetime) -> WriteOff:
    """A second person agrees: the provider no longer owes it.

    Raises AnsweredBefore, SamePerson, or MoreThanIsOwed when it was paid back meanwhile.
    """
    waiting = _waiting(write_off)
    if by == waiting.proposed_by:
        raise SamePerson
    waiting.answer(agreed=True, by=by, at=at)
    state = open_account("treasury", account_class="treasury", at=at)
    code = receivable_code(waiting.provider_id)
    receivable = open_account(code, account_class="receivable", at=at)
    booking = NewBooking(
        id=waiting.pk,
        kind="write_off",
        cause=f"write_off:{waiting.pk}",
        description=vouched("Afgeboekt: de staat draagt dit", WRITE_OFFS, [waiting.pk]),
        effective_on=localdate(at),
    )
    borne = NewTransfer(debit=state.pk, credit=receivable.pk, cents=to_cents(waiting.amount))
    try:
        post(booking, [borne], at=at)
    except Overdrawn as error:
        raise MoreThanIsOwed from error
    announce_account([waiting.provider_id], "written_off", at=at)
    return waiting


@transaction.atomic
def decline(write_off: WriteOff, *, by: str, at: datetime) -> None:
    """The provider owes what it owed: another disagrees, or who proposed it takes it back."""
    _waiting(write_off).answer(agreed=False, by=by, at=at)


def _waiting(write_off: WriteOff) -> WriteOff:
    waiting = WriteOff.objects.select_for_update(no_key=True).get(pk=write_off.pk)
    if waiting.agreed is not None:
        raise AnsweredBefore
    return waiting
