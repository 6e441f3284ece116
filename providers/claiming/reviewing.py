"""People judge the claims that the machine could not settle; a refusal takes two of them."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from providers.claiming.assessing import approve_and_book, lock_claim
from providers.errors import Unable
from providers.models import Claim, Review
from providers.moving import move
from providers.states import CLAIM, after


class UnableToJudge(Unable):
    """The judgement is not possible."""


class NoReason(UnableToJudge):
    field, sentence = "reason", "A refusal needs a reason."


class NothingToConfirm(UnableToJudge):
    sentence = "Nobody has proposed to refuse this claim."


class JudgedMeanwhile(UnableToJudge):
    sentence = "This claim was judged already. Read the judgement first."


class SamePerson(UnableToJudge):
    sentence = "Who proposed the refusal cannot confirm it as well."


@transaction.atomic
def approve(claim: Claim, *, by: str, at: datetime) -> Claim:
    """A person approves a claim in review; it is booked at once. Raises JudgedMeanwhile."""
    locked, review = _not_judged(claim, "approve")
    _judge(review, verdict="approve", reason="", by=by, at=at)
    approve_and_book(locked, actor=by, at=at)
    return locked


@transaction.atomic
def refuse(claim: Claim, *, by: str, reason: str, at: datetime) -> Review:
    """Propose to refuse a claim in review; it stays in review until a second person confirms.

    Raises NoReason or JudgedMeanwhile.
    """
    if not reason.strip():
        raise NoReason
    _, review = _not_judged(claim, "refuse")
    _judge(review, verdict="refuse", reason=reason.strip(), by=by, at=at)
    return review


@transaction.atomic
def confirm_refusal(claim: Claim, *, by: str, at: datetime) -> Claim:
    """The second person refuses the claim; its instalment can be claimed again."""
    locked, review = _proposed_by_another(claim, by)
    review.confirmed_by = by
    review.save(update_fields=["confirmed_by"])
    move(locked, "refuse", actor=by, at=at, reason=review.reason, assessed_at=at)
    return locked


@transaction.atomic
def send_back(claim: Claim, *, by: str, at: datetime) -> Review:
    """The second person disagrees: the proposal is dropped and the claim stays in review."""
    _, review = _proposed_by_another(claim, by)
    _judge(review, verdict="", reason="", by="", at=at)
    return review


def _not_judged(claim: Claim, event: str) -> tuple[Claim, Review]:
    """The claim that waits for a first judgement."""
    locked, review = _in_review(claim, event)
    if review.verdict:
        raise JudgedMeanwhile
    return locked, review


def _proposed_by_another(claim: Claim, by: str) -> tuple[Claim, Review]:
    """The claim whose refusal waits for this person, who did not propose it."""
    locked, review = _in_review(claim, "refuse")
    if review.verdict != "refuse":
        raise NothingToConfirm
    if review.judged_by == by:
        raise SamePerson
    return locked, review


def _in_review(claim: Claim, event: str) -> tuple[Claim, Review]:
    locked = lock_claim(claim.pk)
    review = Review.objects.filter(claim=locked).first()
    after(CLAIM, event, locked.state)
    if review is None:
        raise NothingToConfirm
    return locked, review


def _judge(review: Review, *, verdict: str, reason: str, by: str, at: datetime) -> None:
    review.verdict, review.reason, review.judged_by, review.judged_at = verdict, reason, by, at
    review.save(update_fields=["verdict", "reason", "judged_by", "judged_at"])
