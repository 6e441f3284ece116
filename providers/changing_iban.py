"""Paying a provider on an IBAN, the first one or another: one person proposes it, another agrees.

Who could do this alone could have all of a provider's money sent to an account of his own, or be paid himself as a
provider that does not exist. A payment that was prepared for the old IBAN is not released: it is withdrawn and
prepared again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, OuterRef, Subquery
from psycopg.errors import UniqueViolation
from stdnum import iban as iban_number

from providers.errors import Unable
from providers.locks import lock_provider
from providers.models import IbanChange, Provider
from providers.webhooks.announcing import announce_account


class UnableToChangeIban(Unable):
    """The IBAN cannot be proposed or agreed to."""


class IbanIsWrong(UnableToChangeIban):
    field, sentence = "iban", "This is not a valid IBAN."


class IbanIsTaken(UnableToChangeIban):
    field, sentence = "iban", "Another provider is paid on this IBAN."


class IbanIsProposed(UnableToChangeIban):
    field, sentence = "iban", "This IBAN is proposed for another provider, and waits for an answer."


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


class OwnProposals(UnableToChangeIban):
    sentence = "Who proposed one of these IBANs cannot agree to all of them."

    def __init__(self, own: list[IbanChange], *, by: str) -> None:
        names = ", ".join(change.provider.name for change in own[:10])
        more = f" and {len(own) - 10} more" if len(own) > 10 else ""
        super().__init__(
            f"{by} proposed the IBAN of {names}{more}: someone else has to agree. Nothing was agreed to."
        )


def checked_iban(iban: str) -> str:
    """An IBAN as it is kept: compact, in capitals; raises IbanIsWrong."""
    compact: str = iban_number.compact(iban)
    if not iban_number.is_valid(compact):
        raise IbanIsWrong
    return compact


@transaction.atomic
def propose(provider: Provider, iban: str, *, reason: str, by: str, at: datetime) -> IbanChange:
    """Propose an IBAN, the first one or another; nothing changes until somebody else agrees.

    Raises a subclass of UnableToChangeIban.
    """
    provider = lock_provider(provider.pk)
    after, reason = checked_iban(iban), reason.strip()
    if after == provider.iban:
        raise IbanIsTheSame
    if Provider.objects.filter(iban=after).exists():  # a payment on one IBAN is of one provider
        raise IbanIsTaken
    if not reason:
        raise NoReason
    if provider.iban_changes.filter(agreed=None).exists():
        raise ChangeWaits
    with _no_two(IbanIsProposed):
        return IbanChange.objects.create(
            provider=provider,
            before=provider.iban,
            after=after,
            reason=reason,
            proposed_by=by,
            proposed_at=at,
        )


def propose_first(
    ibans: Iterable[tuple[Provider, str]], *, reason: str, by: str, at: datetime
) -> None:
    """Propose an IBAN for each of many that were just admitted; the caller has checked them.

    Raises IbanIsProposed when somebody proposes one of them at the same moment.
    """
    proposed = [
        IbanChange(
            provider=provider, before="", after=iban, reason=reason, proposed_by=by, proposed_at=at
        )
        for provider, iban in ibans
    ]
    with _no_two(IbanIsProposed):
        IbanChange.objects.bulk_create(proposed, batch_size=1000)


@transaction.atomic
def agree(change: IbanChange, *, by: str, at: datetime) -> Provider:
    """A second person agrees: from now on the provider is paid on the new IBAN.

    Raises AnsweredBefore, SamePerson or IbanIsTaken.
    """
    provider, waiting = _waiting(change)
    if by == waiting.proposed_by:
        raise SamePerson
    before = provider.iban_changes.filter(agreed=True).aggregate(last=Max("answered_at"))["last"]
    if before and at <= before:  # on the clock of another server: changes stay in their order
        at = before + timedelta(microseconds=1)
    waiting.answer(agreed=True, by=by, at=at)
    provider.iban = waiting.after
    with _no_two(IbanIsTaken):
        provider.save(update_fields=["iban"])
    announce_account([provider.pk], "iban_changed", at=at)
    return provider


@transaction.atomic
def agree_to_first_ones(*, by: str, at: datetime) -> list[IbanChange]:
    """A second person agrees to every first IBAN that waits, to all or to none; in a few statements.

    Another IBAN of a provider that has one is looked at by itself. Raises OwnProposals or IbanIsTaken.
    """
    unpaid = Provider.objects.filter(
        pk__in=IbanChange.objects.first_ones_that_wait().values("provider")
    )
    held = list(unpaid.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))
    waiting = list(IbanChange.objects.first_ones_that_wait().filter(provider__in=held))
    if own := [change for change in waiting if change.proposed_by == by]:
        raise OwnProposals(own, by=by)
    IbanChange.objects.filter(pk__in=[change.pk for change in waiting]).update(
        agreed=True, answered_by=by, answered_at=at
    )
    agreed_to = IbanChange.objects.filter(provider=OuterRef("pk"), agreed=True).order_by()
    with _no_two(IbanIsTaken):
        Provider.objects.filter(pk__in=[change.provider_id for change in waiting]).update(
            iban=Subquery(agreed_to.values("after"))
        )
    announce_account([change.provider_id for change in waiting], "iban_changed", at=at)
    return waiting


@transaction.atomic
def decline(change: IbanChange, *, by: str, at: datetime) -> None:
    """The IBAN stays as it is: another disagrees, or who proposed it takes it back."""
    _, waiting = _waiting(change)
    waiting.answer(agreed=False, by=by, at=at)


def _waiting(change: IbanChange) -> tuple[Provider, IbanChange]:
    provider = lock_provider(change.provider_id)
    waiting = IbanChange.objects.get(pk=change.pk)
    if waiting.agreed is not None:
        raise AnsweredBefore
    return provider, waiting


@contextmanager
def _no_two(refusal: type[UnableToChangeIban]) -> Iterator[None]:
    """Two providers never share an IBAN, nor do two proposals: the database holds that against who does it at once."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            raise refusal from error
        raise
