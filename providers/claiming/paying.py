"""What the scheme's payments do to claims: into a file, paid, or handed back by the bank."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from providers.models import Claim
from providers.moving import move_all


def take_up(claims: Sequence[Claim], *, reference: str, actor: str, at: datetime) -> list[Claim]:
    """Approved claims of one provider go to the bank in a payment file, under one reference."""
    return _move(claims, "take_up", actor, at, payment_reference=reference, taken_up_at=at)


def settle(claims: Sequence[Claim], *, actor: str, at: datetime) -> list[Claim]:
    """The bank has paid."""
    return _move(claims, "settle", actor, at, paid_at=at)


def hand_back(claims: Sequence[Claim], *, actor: str, at: datetime) -> list[Claim]:
    """The bank returned the payment, before or after it was paid: the claims are due again."""
    return _move(claims, "return", actor, at, payment_reference="", taken_up_at=None, paid_at=None)


@transaction.atomic
def _move(
    claims: Sequence[Claim], event: str, actor: str, at: datetime, **changes: object
) -> list[Claim]:
    """Lock in id order, so two runs wait for each other, then move all or none."""
    ids = [claim.pk for claim in claims]
    locked = list(Claim.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
    move_all(locked, event, actor=actor, at=at, **changes)
    return locked
