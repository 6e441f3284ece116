"""Enrolments: agreed by a citizen, redeemed by the provider with the citizen's code, and ended."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from djmoney.money import Money

from ledger.models import Account
from providers.codes import code_for, digest
from providers.errors import Unable
from providers.models import Course, Enrolment, Provider
from providers.moving import move
from providers.states import CourseState, EnrolmentState

CODE_DAYS_AFTER_START = 14  # handing in the code may wait until the second lesson
CLAIM_DAYS_AFTER_END = 91

__all__ = [
    "cancel",
    "code_for",
    "digest",
    "open_enrolment",
    "redeem",
]


class UnableToEnrol(Unable):
    """The enrolment cannot be opened, redeemed or ended."""


class CourseIsNotPublished(UnableToEnrol):
    field, sentence = "course", "The course is not published."


class UnknownCode(UnableToEnrol):
    field, sentence = "code", "No enrolment of one of your courses has this code."


class CodeIsUsed(UnableToEnrol):
    field, sentence = "code", "This code has been used already."


class CodeHasExpired(UnableToEnrol):
    field, sentence = "code", "This code was valid until its last day and is no longer accepted."


class CodeIsWithdrawn(UnableToEnrol):
    field, sentence = "code", "The citizen cancelled this enrolment."


class ClaimsStandInTheWay(UnableToEnrol):
    sentence = "The enrolment has claims that are not refused or withdrawn."


def open_enrolment(
    course: Course,
    *,
    id: UUID,
    account: Account,
    maximum: Money,
    terms: Sequence[dict[str, Any]],
    starts_on: date,
    at: datetime,
) -> Enrolment:
    """Record what a citizen agreed to; only who holds its code can tie it to a person.

    Raises CourseIsNotPublished.
    """
    if course.state != CourseState.PUBLISHED:
        raise CourseIsNotPublished
    ends_on = starts_on + timedelta(weeks=course.weeks, days=-1)
    return Enrolment.objects.create(
        id=id,
        course=course,
        provider_id=course.provider_id,
        account=account,
        maximum=maximum,
        terms=list(terms),
        starts_on=starts_on,
        ends_on=ends_on,
        claim_until=ends_on + timedelta(days=CLAIM_DAYS_AFTER_END),
        code_digest=digest(code_for(id)),
        code_valid_until=starts_on + timedelta(days=CODE_DAYS_AFTER_START),
        agreed_at=at,
    )


@transaction.atomic
def redeem(code: str, *, provider: Provider, actor: str, at: datetime) -> Enrolment:
    """Tie the enrolment behind the code to the provider, once.

    Another provider's code is as unknown as one that does not exist. Raises a subclass of
    UnableToEnrol.
    """
    enrolment = (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("course")
        .filter(code_digest=digest(code), provider=provider)
        .first()
    )
    if enrolment is None:
        raise UnknownCode
    _check_redeemable(enrolment, on=timezone.localdate(at))
    move(enrolment, "redeem", actor=actor, at=at, redeemed_at=at)
    return enrolment


def _check_redeemable(enrolment: Enrolment, *, on: date) -> None:
    if enrolment.redeemed_at is not None:
        raise CodeIsUsed
    if enrolment.state == EnrolmentState.CANCELLED:
        raise CodeIsWithdrawn
    if enrolment.state == EnrolmentState.LAPSED or enrolment.is_unused(on=on):
        raise CodeHasExpired


@transaction.atomic
def cancel(enrolment: Enrolment, *, actor: str, at: datetime) -> Enrolment:
    """End an enrolment before anything was claimed; the caller releases its money.

    Raises ClaimsStandInTheWay or IllegalMove.
    """
    locked = _locked(enrolment)
    if locked.claims.standing().exists():
        raise ClaimsStandInTheWay
    move(locked, "cancel", actor=actor, at=at)
    return locked


def _locked(enrolment: Enrolment) -> Enrolment:
    return Enrolment.objects.select_for_update().get(pk=enrolment.pk)
