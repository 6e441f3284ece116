"""The machine's assessment: within the terms it approves, unless chance draws the claim for a look.

Otherwise a person judges. The machine refuses nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override

from ledger.money import to_cents
from ledger.posting import NewBooking, NewTransfer, post
from providers.claiming.sampling import is_drawn
from providers.claiming.submitting import Instalment
from providers.models import Claim, Doubt, Enrolment, Review
from providers.moving import move
from providers.states import ClaimState
from providers.vouchers import CLAIMS
from providers.vouching import vouched

MACHINE = "assessment"
SESSION = "session-"


@transaction.atomic
def assess(
    subject: str, *, at: datetime, look: Callable[[Claim], Doubt | None] | None = None
) -> None:
    """Approve the claim with this id, or pick it for review; a decided claim stays as it is.

    `look` finds doubts about what only the scheme can see.
    """
    claim = lock_claim(UUID(subject))
    if claim.state != ClaimState.SUBMITTED:
        return
    doubt = doubt_about(claim, on=timezone.localdate(at)) or (look(claim) if look else None)
    if doubt is None and is_drawn(claim.enrolment_id, claim.instalment):
        doubt = Doubt.SAMPLE
    if doubt:
        pick(claim, because=doubt, actor=MACHINE, at=at)
    else:
        approve_and_book(claim, actor=MACHINE, at=at)


def lock_claim(claim_id: UUID) -> Claim:
    """The claim with its enrolment and provider; always locked enrolment first.

    Of the enrolment not the key: who writes a claim twice, as a release does, asks for that with the claim locked.
    """
    (enrolment_id,) = Claim.objects.filter(pk=claim_id).values_list("enrolment_id", flat=True)
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment_id)
    return (
        Claim.objects.select_for_update(of=("self",))
        .select_related("enrolment__course", "provider")
        .get(pk=claim_id)
    )


def doubt_about(claim: Claim, *, on: date) -> Doubt | None:
    """Why a person has to look at the claim; none when the terms settle it."""
    instalment = Instalment.of(claim.enrolment, claim.instalment)
    if instalment is None or to_cents(claim.amount) > instalment.cents:
        return Doubt.TERMS
    if on < claim.enrolment.starts_on:
        return Doubt.NOT_STARTED
    if instalment.after == "completion" and not _is_completed(claim, instalment):
        return Doubt.NOT_COMPLETED
    if instalment.after == "session" and not _earlier_session_is_claimed(claim):
        return Doubt.SESSION_BEFORE
    if _comes_too_soon(claim, instalment, on=on):
        return Doubt.TOO_SOON
    return None


def pick(claim: Claim, *, because: Doubt, actor: str, at: datetime) -> None:
    """Put the claim before a person; the provider reads why in the API's own language."""
    Review.objects.create(claim=claim, picked_because=because, opened_at=at)
    with override("en"):
        move(claim, "pick", actor=actor, at=at, reason=str(because.label))


def approve_and_book(claim: Claim, *, actor: str, at: datetime) -> None:
    """Approve the locked claim and book reserved -> payable, once, under an id of the claim's own."""
    move(claim, "approve", actor=actor, at=at, reason="", assessed_at=at)
    booking = NewBooking(
        id=claim.booking_id,
        kind="claim",
        cause=f"claim:{claim.id}",
        description=vouched(
            f"{claim.enrolment.course.name[:120]}: {claim.instalment}", CLAIMS, [claim.pk]
        ),
        effective_on=timezone.localdate(at),
    )
    transfer = NewTransfer(
        debit=claim.enrolment.account_id,
        credit=claim.provider.payable_id,
        cents=to_cents(claim.amount),
    )
    post(booking, [transfer], at=at)


def _is_completed(claim: Claim, instalment: Instalment) -> bool:
    evidence = claim.evidence
    attended = instalment.attendance_min and (
        evidence.get("attendance", 0) >= instalment.attendance_min
    )
    return bool(evidence.get("certificate") is True or attended or evidence.get("exam") is True)


def _earlier_session_is_claimed(claim: Claim) -> bool:
    before = _sessions_before(claim)
    if not before:
        return True
    earlier = f"{SESSION}{before}"
    return claim.enrolment.claims.standing().filter(instalment=earlier).exists()


def _sessions_before(claim: Claim) -> int:
    number = claim.instalment.removeprefix(SESSION)
    return max(int(number) - 1, 0) if number.isdigit() else 0


def _comes_too_soon(claim: Claim, instalment: Instalment, *, on: date) -> bool:
    """More than a session a day, or completed before the share of the days that counts as completion.

    A term is in whole weeks, so the last one may be a day: that week does not count.
    """
    enrolment = claim.enrolment
    passed = (on - enrolment.starts_on).days
    if instalment.after == "session":
        return passed < _sessions_before(claim)
    days = (enrolment.ends_on - enrolment.starts_on).days // 7 * 7
    return passed * 100 < days * instalment.attendance_min
