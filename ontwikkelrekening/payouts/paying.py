"""Paying: approved claims go into a batch, a second person releases it, the bank settles it.

One person prepares, another releases. A claim stands in one payout only: the database refuses a
second until the first came to nothing.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from uuid import uuid4, uuid5

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from ledger.accounts import open_account
from ledger.errors import Overdrawn
from ledger.money import to_cents, to_money
from ledger.posting import NewBooking, NewTransfer, post
from ledger.reversals import reversed_bookings
from ontwikkelrekening.payouts import errors
from ontwikkelrekening.payouts.models import (
    PAID_WITHIN,
    REASON_MAX,
    BatchState,
    PaymentBatch,
    Payout,
    PayoutLine,
    PayoutState,
)
from ontwikkelrekening.payouts.sepa import Payer, Payment, write_file
from ontwikkelrekening.payouts.vouchers import PAYOUTS
from ontwikkelrekening.payouts.vouching import vouch_for_records
from providers import claiming
from providers.locks import lock_providers
from providers.models import Claim, Provider, Suspension
from providers.owing import receivable_code
from providers.states import ClaimState
from providers.vouching import vouched


@transaction.atomic
def prepare_batch(*, by: str, pay_on: date, at: datetime) -> PaymentBatch:
    """Bundle all approved claims per provider, to be paid today or on a day within the term.

    What is due to a provider whose payments are suspended, or to whose first IBAN two people have still to agree,
    waits.

    Raises UnableToPayOn for another day and NothingToPay when there are no claims.
    """
    today = localdate(at)
    if not today <= pay_on <= today + PAID_WITHIN:
        raise errors.UnableToPayOn(pay_on, first=today, last=today + PAID_WITHIN)
    claims_of: dict[Provider, list[Claim]] = defaultdict(list)
    for claim in _due(at=at):
        claims_of[claim.provider].append(claim)
    if not claims_of:
        raise errors.NothingToPay
    id_ = uuid4()
    batch = PaymentBatch.objects.create(
        id=id_,
        message_id=f"OWR-{today:%Y%m%d}-{id_.hex[:8]}",
        pay_on=pay_on,
        prepared_by=by,
        prepared_at=at,
    )
    by_name = sorted(claims_of.items(), key=lambda item: (item[0].name, item[0].pk))
    payouts = [
        _payout(batch, provider, claims, number=number)
        for number, (provider, claims) in enumerate(by_name, start=1)
    ]
    Payout.objects.bulk_create(payouts)
    PayoutLine.objects.bulk_create(
        PayoutLine(payout=payout, claim=claim)
        for payout in payouts
        for claim in claims_of[payout.provider]
    )
    return batch


@transaction.atomic
def release_batch(batch: PaymentBatch, *, by: str, at: datetime) -> PaymentBatch:
    """Write the payment file and book what is on its way; by someone else than who prepared it.

    Raises SamePerson, WrongState, IbanChanged, PaymentsSuspended, ClaimReversed, or UnableToWriteFile.
    """
    batch = _locked(batch, BatchState.PREPARED)
    if by == batch.prepared_by:
        raise errors.SamePerson(by)
    to_pay = _payouts(batch, PayoutState.OPEN)
    lock_providers(to_pay.values_list("provider", flat=True))
    payouts = list(to_pay.select_for_update(of=("self",), no_key=True))
    for payout in payouts:
        if payout.iban != payout.provider.iban:
            raise errors.IbanChanged(payout)
    if held := _suspended(payouts, at=at):
        raise errors.PaymentsSuspended(held)
    lines = _lines(payouts)
    gone = reversed_bookings([line.claim.booking_id for line in lines])
    for line in lines:
        if line.claim.booking_id in gone:
            raise errors.ClaimReversed(batch, line.claim)
    batch.pay_on = max(batch.pay_on, localdate(at))
    batch.file = _file(batch, payouts, at=at)
    batch.file_sha256 = hashlib.sha256(batch.file).hexdigest()
    batch.state, batch.released_by, batch.released_at = BatchState.RELEASED, by, at
    batch.save(
        update_fields=["state", "pay_on", "file", "file_sha256", "released_by", "released_at"]
    )
    reference_of = {payout.pk: payout.reference for payout in payouts}
    claiming.take_up(
        {line.claim_id: reference_of[line.payout_id] for line in lines}, at=at, actor=by
    )
    vouch_for_records(batch)
    in_transit = open_account("in_transit", account_class="in_transit", at=at)
    _book(
        batch,
        "payment",
        [
            (payout, payout.provider.payable_id, in_transit.pk, to_cents(payout.amount))
            for payout in payouts
        ],
        description=vouched(f"Betaalbestand {batch.message_id}", PAYOUTS, [batch.pk]),
        on=localdate(at),
        at=at,
    )
    return batch


@transaction.atomic
def withdraw_batch(batch: PaymentBatch, *, by: str, at: datetime) -> PaymentBatch:
    """Take back a batch that was not released; its claims are due again."""
    batch = _locked(batch, BatchState.PREPARED)
    _let_go(list(_payouts(batch, PayoutState.OPEN)), state=PayoutState.WITHDRAWN)
    batch.state, batch.withdrawn_by, batch.withdrawn_at = BatchState.WITHDRAWN, by, at
    batch.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])
    return batch


@transaction.atomic
def settle_batch(
    batch: PaymentBatch, *, by: str, at: datetime, on: date | None = None
) -> PaymentBatch:
    """The bank has paid every payment that did not come back, on a day; today unless it says another.

    Raises WrongState or NotOnThatDay.
    """
    batch = _locked(batch, BatchState.RELEASED)
    on = _day_of_bank(batch, on, at=at)
    payouts = list(_payouts(batch, PayoutState.OPEN))
    in_transit = open_account("in_transit", account_class="in_transit", at=at)
    bank = open_account("bank", account_class="bank", at=at)
    _book(
        batch,
        "settle",
        [(payout, in_transit.pk, bank.pk, to_cents(payout.amount)) for payout in payouts],
        description=f"Betaald door de bank: {batch.message_id}",
        on=on,
        at=at,
    )
    claiming.settle([line.claim_id for line in _lines(payouts)], at=at, actor=by)
    Payout.objects.filter(pk__in=[payout.pk for payout in payouts]).update(state=PayoutState.PAID)
    batch.state, batch.settled_by, batch.settled_at = BatchState.SETTLED, by, at
    batch.save(update_fields=["state", "settled_by", "settled_at"])
    return batch


@transaction.atomic
def return_payout(
    payout: Payout, *, reason: str, by: str, at: datetime, on: date | None = None
) -> Payout:
    """The bank sent one payment back on a day (today unless it says another), before or after its batch was settled.

    The money comes from where it is: still in transit, or paid by the bank. The provider is still to be
    paid, its claims are due again; what was recovered meanwhile, it has so paid back. Raises NoReason, WrongState,
    NotOnThatDay, CameBackBefore a second time, and PaidBackMeanwhile when it does not owe that any more.
    """
    reason = reason.strip()
    if not 0 < len(reason) <= REASON_MAX:
        raise errors.NoReason
    batch = _locked(payout.batch, BatchState.RELEASED, BatchState.SETTLED)
    on = _day_of_bank(batch, on, at=at)
    before, account, state = {
        BatchState.RELEASED: (PayoutState.OPEN, "in_transit", PayoutState.RETURNED),
        BatchState.SETTLED: (PayoutState.PAID, "bank", PayoutState.SENT_BACK),
    }[BatchState(batch.state)]
    found = _payouts(batch, before).filter(pk=payout.pk).first()
    if found is None:
        raise errors.CameBackBefore(payout)
    came_from = open_account(account, account_class=account, at=at)
    standing = Claim.objects.filter(payout_lines__payout=found, payout_lines__stands=True)
    claims = list(standing.select_for_update(of=("self",)).order_by("pk"))  # none is recovered now
    due = [claim for claim in claims if claim.state != ClaimState.RECOVERED]
    owed = [claim for claim in claims if claim.state == ClaimState.RECOVERED]
    moves = [(found, came_from.pk, found.provider.payable_id, _sum(due))]
    if owed:
        code = receivable_code(found.provider_id)
        receivable = open_account(code, account_class="receivable", at=at)
        moves.append((found, came_from.pk, receivable.pk, _sum(owed)))
    try:
        _book(
            batch,
            "return",
            [move for move in moves if move[-1]],
            description=f"Teruggekomen van de bank: {found.reference}",
            on=on,
            at=at,
        )
    except Overdrawn as error:
        raise errors.PaidBackMeanwhile(found) from error
    claiming.hand_back([claim.pk for claim in due], at=at, actor=by)
    claiming.forget_payment(claim.pk for claim in owed)
    _let_go([found], state=state, reason=reason)
    return found


def _suspended(payouts: Iterable[Payout], *, at: datetime) -> Payout | None:
    """One of these payouts whose provider is not to be paid now; the caller has locked the providers."""
    held = set(Suspension.objects.in_force(at=at).values_list("provider_id", flat=True))
    return next((payout for payout in payouts if payout.provider_id in held), None)


def _due(*, at: datetime) -> list[Claim]:
    """Approved claims that stand in no payout, were not reversed in the books and are not held, locked.

    Two statements: the second sees what whoever held the locks has put into a batch meanwhile, and nothing
    that was approved since the first, which somebody may recover. It reads the IBAN that a payout gets and whether
    there is one at once; a provider that has one is never without again.
    """
    found = Claim.objects.due().select_for_update().order_by("pk").values_list("pk", flat=True)
    locked = set(found)
    held = Suspension.objects.in_force(at=at).values("provider")
    claims = Claim.objects.due().exclude(payout_lines__stands=True)
    claims = claims.exclude(provider__in=held).exclude(provider__iban="")
    due = [
        claim for claim in claims.select_related("provider").order_by("pk") if claim.pk in locked
    ]
    gone = reversed_bookings([claim.booking_id for claim in due])
    return [claim for claim in due if claim.booking_id not in gone]


def _locked(batch: PaymentBatch, *states: BatchState) -> PaymentBatch:
    batch = PaymentBatch.objects.select_for_update().get(pk=batch.pk)
    if batch.state not in states:
        raise errors.WrongState(batch, *states)
    return batch


def _day_of_bank(batch: PaymentBatch, on: date | None, *, at: datetime) -> date:
    today = localdate(at)
    assert batch.released_at  # noqa: S101  (the database holds it of a batch in these states)
    if on is not None and not localdate(batch.released_at) <= on <= today:
        raise errors.NotOnThatDay(batch, on)
    return on or today


def _payouts(batch: PaymentBatch, state: PayoutState) -> QuerySet[Payout]:
    payouts = batch.payouts.filter(state=state)
    return payouts.select_related("provider", "batch").order_by("reference")


def _lines(payouts: Iterable[Payout]) -> list[PayoutLine]:
    """What stands in these payouts, with its claim."""
    lines = PayoutLine.objects.filter(payout__in=list(payouts), stands=True)
    return list(lines.select_related("claim").order_by("claim_id"))


def _let_go(payouts: Sequence[Payout], *, state: PayoutState, reason: str = "") -> None:
    """These payouts came to nothing: their claims no longer stand in them and are due again."""
    Payout.objects.filter(pk__in=[payout.pk for payout in payouts]).update(
        state=state, reason=reason
    )
    PayoutLine.objects.filter(payout__in=payouts).update(stands=False)
    for payout in payouts:
        payout.state, payout.reason = state, reason


def _payout(
    batch: PaymentBatch, provider: Provider, claims: Sequence[Claim], *, number: int
) -> Payout:
    return Payout(
        batch=batch,
        provider=provider,
        iban=provider.iban,
        amount=to_money(_sum(claims)),
        reference=f"{batch.message_id}-{number:05d}",
    )


def _sum(claims: Iterable[Claim]) -> int:
    return sum(to_cents(claim.amount) for claim in claims)


def _book(
    batch: PaymentBatch,
    kind: str,
    moves: Sequence[tuple[Payout, int, int, int]],
    *,
    description: str,
    on: date,
    at: datetime,
) -> None:
    """Book for each payout cents from the one account to the other, in one booking."""
    if not moves:
        return
    transfers = [
        NewTransfer(debit=debit, credit=credit, cents=cents) for _, debit, credit, cents in moves
    ]
    booking = NewBooking(
        id=uuid5(moves[0][0].pk, kind),
        kind=kind,
        cause=f"batch:{batch.pk}",
        description=description,
        effective_on=on,
    )
    post(booking, transfers, at=at)


def _file(batch: PaymentBatch, payouts: Iterable[Payout], *, at: datetime) -> bytes:
    payments = (
        Payment(
            name=payout.provider.name,
            iban=payout.iban,
            cents=to_cents(payout.amount),
            reference=payout.reference,
            description=f"Ontwikkelrekening {payout.reference}",
        )
        for payout in payouts
    )
    payer = Payer(settings.PAYER_NAME, settings.PAYER_IBAN, settings.PAYER_BIC)
    return write_file(
        payments, payer=payer, message_id=batch.message_id, pay_on=batch.pay_on, at=at
    )
