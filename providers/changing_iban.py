"""Paying a provider on another IBAN: one person proposes it, another agrees.

Who could do this alone could have all of a provider's money sent to an account of his own. A payment that
was prepared for the old IBAN is not released: it is withdrawn and prepared again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max
from psycopg.errors import UniqueViolation

from providers.admitting import IbanIsTaken, checked_iban, refuse_taken
from providers.errors import Unable
from providers.models import IbanChange, Provider


class UnableToChangeIban(Unable):
    """The change of IBAN cannot be proposed or answered."""


class IbanIsTheSame(UnableToChangeIban):
    field, sentence = "iban", "The provider is paid on this IBAN already."


class NoReason(UnableToChangeIban):
    field, sentence = "reason", "Write how you know that the provider itself asks this."


class ChangeWaits(UnableToChangeIban):
    sentence = "Another change of this provider's IBAN waits for an answer."


class AnsweredBefore(UnableToChangeIban):
    sentence = "This change of IBAN was answered before."


class SamePerson(UnableToChangeIban):
    sentence = "Who proposed the change of IBAN cannot agree to it as well."


@transaction.atomic
def propose(provider: Provider, iban: str, *, reason: str, by: str, at: datetime) -> IbanChange:
    """Propose another IBAN; nothing changes until somebody else agrees.

    Raises a subclass of UnableToChangeIban, IbanIsWrong or IbanIsTaken.
    """
    provider = _locked(provider)
    after, reason = checked_iban(iban), reason.strip()
    if after == provider.iban:
        raise IbanIsTheSame
    refuse_taken(after)
    if not reason:
        raise NoReason
    if provider.iban_changes.filter(agreed=None).exists():
        raise ChangeWaits
    return IbanChange.objects.create(
        provider=provider,
        before=provider.iban,
        after=after,
        reason=reason,
        proposed_by=by,
        proposed_at=at,
    )


@transaction.atomic
def agree(change: IbanChange, *, by: str, at: datetime) -> Provider:
    """A second person agrees: from now on the provider is paid on the new IBAN."""
    provider, waiting = _waiting(change)
    if by == waiting.proposed_by:
        raise SamePerson
    before = provider.iban_changes.filter(agreed=True).aggregate(last=Max("answered_at"))["last"]
    if before and at <= before:  # on the clock of another server: changes stay in their order
        at = before + timedelta(microseconds=1)
    waiting.answer(agreed=True, by=by, at=at)
    provider.iban = waiting.after
    try:
        with transaction.atomic():
            provider.save(update_fields=["iban"])
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise IbanIsTaken from error
        raise
    return provider


@transaction.atomic
def decline(change: IbanChange, *, by: str, at: datetime) -> None:
    """The IBAN stays as it is: another disagrees, or who proposed it takes it back."""
    _, waiting = _waiting(change)
    waiting.answer(agreed=False, by=by, at=at)


def _locked(provider: Provider) -> Provider:
    """Nobody else changes its IBAN or releases a payment to it meanwhile."""
    return Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)


def _waiting(change: IbanChange) -> tuple[Provider, IbanChange]:
    provider = _locked(change.provider)
    waiting = IbanChange.objects.get(pk=change.pk)
    if waiting.agreed is not None:
        raise AnsweredBefore
    return provider, waiting
