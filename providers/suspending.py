"""Suspending payments to a provider: one person proposes it with a reason, another agrees, for weeks at most.

Claims are taken in and assessed as always; what is approved waits. A court annulled payments that were held
without such a decision (research: STAP), so there is no other way to hold one back.
"""

from __future__ import annotations

from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from providers.errors import Unable
from providers.locks import lock_provider
from providers.models import Provider, Suspension
from providers.models.proposals import REASON_MAX
from providers.models.suspensions import LASTS
from providers.spelling import is_seen
from providers.webhooks.announcing import announce_account


class UnableToSuspend(Unable):
    """The suspension cannot be proposed, answered or lifted."""


class NoReason(UnableToSuspend):
    field = "reason"
    sentence = "Write in at most 500 letters what the serious suspicion is."


class LastsTooLong(UnableToSuspend):
    field = "until"
    sentence = "The last day is today or later, and at most 13 weeks from today."


class SuspensionStands(UnableToSuspend):
    sentence = "Payments to this provider are suspended already, or somebody has proposed it."


class AnsweredBefore(UnableToSuspend):
    sentence = "This suspension was answered before."


class SamePerson(UnableToSuspend):
    sentence = "Who proposed the suspension cannot agree to it as well."


class NotInForce(UnableToSuspend):
    sentence = "This suspension does not hold payments any more."


@transaction.atomic
def propose(provider: Provider, *, reason: str, until: date, by: str, at: datetime) -> Suspension:
    """Propose to hold payments until a day; nothing changes until somebody else agrees.

    `reason` is for the provider to read. Nobody can agree any more to one whose last day is over: who
    proposes another declines it. Raises a subclass of UnableToSuspend.
    """
    provider, reason = lock_provider(provider.pk), reason.strip()
    if not is_seen(reason) or len(reason) > REASON_MAX:
        raise NoReason
    _see_last_day(until, at=at)
    if provider.suspensions.standing(at=at).exists():
        raise SuspensionStands
    for lapsed in provider.suspensions.filter(agreed=None):
        lapsed.answer(agreed=False, by=by, at=at)
    return Suspension.objects.create(
        provider=provider, reason=reason, until=until, proposed_by=by, proposed_at=at
    )


@transaction.atomic
def agree(suspension: Suspension, *, by: str, at: datetime) -> Suspension:
    """A second person agrees: from now on nothing is paid to the provider until the last day is over.

    Raises a subclass of UnableToSuspend.
    """
    waiting = _waiting(suspension)
    if by == waiting.proposed_by:
        raise SamePerson
    _see_last_day(waiting.until, at=at)
    waiting.answer(agreed=True, by=by, at=at)
    announce_account([waiting.provider_id], "suspended", at=at)
    return waiting


@transaction.atomic
def decline(suspension: Suspension, *, by: str, at: datetime) -> None:
    """Paying goes on: another disagrees, or who proposed it takes it back."""
    _waiting(suspension).answer(agreed=False, by=by, at=at)


@transaction.atomic
def lift(suspension: Suspension, *, by: str, at: datetime) -> Suspension:
    """End it before its last day: what was approved meanwhile is paid with the next batch.

    Who waited for the lock looked at the clock before, perhaps before it was agreed to or lifted.
    Raises NotInForce.
    """
    lock_provider(suspension.provider_id)
    held = Suspension.objects.in_force(at=at).filter(pk=suspension.pk, lifted_at=None).first()
    if held is None or held.answered_at is None:
        raise NotInForce
    held.lifted_by, held.lifted_at = by, max(at, held.answered_at)
    held.save(update_fields=["lifted_by", "lifted_at"])
    announce_account([held.provider_id], "resumed", at=at)
    return held


def _waiting(suspension: Suspension) -> Suspension:
    lock_provider(suspension.provider_id)
    waiting = Suspension.objects.get(pk=suspension.pk)
    if waiting.agreed is not None:
        raise AnsweredBefore
    return waiting


def _see_last_day(until: date, *, at: datetime) -> None:
    today = localdate(at)
    if not today <= until <= today + LASTS:
        raise LastsTooLong
