"""Recovering what a claim was approved for: one person proposes it, another decides.

Taking money back is a person's weighed decision (Awb 4:49 and 4:57; CRvB 2021:417), and the provider is heard
before it (Awb 4:8). The money goes back where the claim took it from: into the reservation.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from ledger.accounts import open_account
from ledger.money import to_cents
from ledger.posting import NewBooking, NewTransfer, post
from ledger.reversals import reversed_bookings
from providers.claiming.assessing import lock_claim
from providers.errors import Unable
from providers.models import Claim, Recovery
from providers.models.proposals import REASON_MAX
from providers.moving import move
from providers.owing import receivable_code
from providers.spelling import is_seen
from providers.states import CLAIM, ClaimState, after
from providers.vouchers import RECOVERIES
from providers.vouching import vouched


class UnableToRecover(Unable):
    """The recovery cannot be proposed or decided."""


class NoReason(UnableToRecover):
    field, sentence = "reason", "Write in at most 500 letters why this claim was not due."


class NotHeard(UnableToRecover):
    field = "heard"
    sentence = "Write in at most 500 letters what the provider says, or that it did not answer."


class IsOnItsWay(UnableToRecover):
    sentence = "This claim is in a payment file. Wait until the bank has answered."


class WasReversed(UnableToRecover):
    sentence = "The booking of this claim was reversed already."


class RecoveryStands(UnableToRecover):
    sentence = "Somebody has proposed to recover this claim already."


class AnsweredBefore(UnableToRecover):
    sentence = "This recovery was decided before."


class SamePerson(UnableToRecover):
    sentence = "Who proposed the recovery cannot decide it as well."


def propose_recovery(claim: Claim, *, reason: str, heard: str, by: str, at: datetime) -> Recovery:
    """Propose to take back what the claim was approved for; nothing changes until somebody else agrees.

    `reason` is for the provider to read; `heard` is what the provider said of it. Raises a subclass of
    UnableToRecover, or IllegalMove for a claim that was never approved.
    """
    reason, heard = reason.strip(), heard.strip()
    if not is_seen(reason) or len(reason) > REASON_MAX:
        raise NoReason
    if not is_seen(heard) or len(heard) > REASON_MAX:
        raise NotHeard
    with transaction.atomic():
        locked = _recoverable(claim.pk)
        if locked.recoveries.exclude(agreed=False).exists():
            raise RecoveryStands
        return Recovery.objects.create(
            claim=locked, reason=reason, heard=heard, proposed_by=by, proposed_at=at
        )


@transaction.atomic
def agree_to_recovery(recovery: Recovery, *, by: str, at: datetime) -> Claim:
    """A second person decides it: the provider owes what it got, or no longer gets what was approved.

    The caller gives back what of the reservation nobody can claim any more. Raises a subclass of
    UnableToRecover, or IllegalMove.
    """
    claim = _recoverable(recovery.claim_id)
    waiting = _waiting(recovery)
    if by == waiting.proposed_by:
        raise SamePerson
    from_account = claim.provider.payable_id
    if claim.state == ClaimState.PAID:
        code = receivable_code(claim.provider_id)
        from_account = open_account(code, account_class="receivable", at=at).pk
    waiting.answer(agreed=True, by=by, at=at)
    move(claim, "recover", actor=by, at=at, reason=waiting.reason)
    booking = NewBooking(
        id=claim.recovery_id,
        kind="recover",
        cause=f"claim:{claim.pk}",
        description=vouched(
            f"{claim.enrolment.course.name[:120]}: {claim.instalment}", RECOVERIES, [claim.pk]
        ),
        effective_on=timezone.localdate(at),
    )
    back = NewTransfer(
        debit=from_account, credit=claim.enrolment.account_id, cents=to_cents(claim.amount)
    )
    post(booking, [back], at=at)
    return claim


@transaction.atomic
def decline_recovery(recovery: Recovery, *, by: str, at: datetime) -> None:
    """The claim stays as it is: another disagrees, or who proposed it takes it back."""
    lock_claim(recovery.claim_id)
    _waiting(recovery).answer(agreed=False, by=by, at=at)


def _recoverable(claim_id: UUID) -> Claim:
    claim = lock_claim(claim_id)
    if claim.state == ClaimState.IN_FILE:
        raise IsOnItsWay
    after(CLAIM, "recover", claim.state)
    if reversed_bookings([claim.booking_id]):
        raise WasReversed
    return claim


def _waiting(recovery: Recovery) -> Recovery:
    waiting = Recovery.objects.select_for_update().get(pk=recovery.pk)
    if waiting.agreed is not None:
        raise AnsweredBefore
    return waiting
