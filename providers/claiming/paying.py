"""What the scheme's payments do to claims: into a file, paid, or handed back by the bank."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from providers.models import Claim
from providers.moving import move_all

CLAIMS_AT_ONCE = 2000


@transaction.atomic
def take_up(reference_of: Mapping[UUID, str], *, actor: str, at: datetime) -> None:
    """Approved claims, by their ids, go to the bank in a payment file, each under a reference."""
    claims = _move(reference_of, "take_up", actor, at, taken_up_at=at)
    for claim in claims:
        claim.payment_reference = reference_of[claim.pk]
    Claim.objects.bulk_update(claims, ["payment_reference"], batch_size=CLAIMS_AT_ONCE)


def settle(claims: Iterable[UUID], *, actor: str, at: datetime) -> None:
    """The bank has paid these claims."""
    _move(claims, "settle", actor, at, paid_at=at)


def hand_back(claims: Iterable[UUID], *, actor: str, at: datetime) -> None:
    """The bank returned the payment, before or after it was paid: the claims are due again."""
    _move(claims, "return", actor, at, payment_reference="", taken_up_at=None, paid_at=None)


def forget_payment(claims: Iterable[UUID]) -> None:
    """The bank returned the payment of these recovered claims: they stay as they are, in no payment."""
    Claim.objects.filter(pk__in=list(claims)).update(taken_up_at=None)


@transaction.atomic
def _move(
    ids: Iterable[UUID], event: str, actor: str, at: datetime, **changes: object
) -> list[Claim]:
    """Lock in id order, so two runs wait for each other, then move all or none."""
    locked = list(Claim.objects.select_for_update().filter(pk__in=list(ids)).order_by("pk"))
    move_all(locked, event, actor=actor, at=at, **changes)
    return locked
