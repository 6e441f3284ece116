"""Taking claims in at the door: what cannot be right is refused here, with a named error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypedDict
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from djmoney.money import Money

from ledger.money import to_cents
from providers import rows
from providers.errors import Unable
from providers.models import Claim, Enrolment, Provider
from providers.moving import move
from providers.outbox import enqueue
from providers.states import EnrolmentState


class UnableToClaim(Unable):
    """The claim is refused at the door; nothing was written."""


class UnknownEnrolment(UnableToClaim):
    field, sentence = "enrolment", "You have no enrolment with this id."


class EnrolmentHasEnded(UnableToClaim):
    field, sentence = "enrolment", "The enrolment was cancelled or is finished."


class BeforeTheStart(UnableToClaim):
    field, sentence = "enrolment", "The course has not started yet."


class AfterTheTerm(UnableToClaim):
    field, sentence = "enrolment", "The last day on which this enrolment takes a claim has passed."


class UnknownInstalment(UnableToClaim):
    field, sentence = "instalment", "The terms of the enrolment have no such instalment."


class InstalmentIsClaimed(UnableToClaim):
    field, sentence = "instalment", "This instalment has been claimed already."


class AboveTheInstalment(UnableToClaim):
    field, sentence = "amount", "The amount is higher than the instalment in the terms."


class AboveWhatIsLeft(UnableToClaim):
    field, sentence = "amount", "The amount is higher than what is left of the enrolment's maximum."


class AmountIsWrong(UnableToClaim):
    field, sentence = "amount", "An amount is positive, in euros, with at most two decimals."


class ClaimIdIsTaken(UnableToClaim):
    field, sentence = "id", "Another claim has this id."


class Evidence(TypedDict, total=False):
    """What shows that the instalment is due; no names, no documents."""

    certificate: bool
    attendance: int  # per cent of the hours
    exam: bool


@dataclass(frozen=True, slots=True)
class Instalment:
    """One instalment of the terms stamped on an enrolment."""

    name: str
    cents: int
    after: str  # "start", "completion" or "session"
    attendance_min: int = 0  # per cent of the hours that counts as completion; 0: none does

    @classmethod
    def of(cls, enrolment: Enrolment, name: str) -> Instalment | None:
        for term in enrolment.terms:
            if term["instalment"] == name:
                minimum = term.get("attendance_min", 0)
                return cls(name, term["cents"], term["after"], minimum)
        return None


@transaction.atomic(savepoint=False)
def submit(
    id: UUID,
    enrolment_id: UUID,
    instalment: str,
    amount: Money,
    evidence: Evidence | Mapping[str, Any],
    *,
    provider: Provider,
    actor: str,
    at: datetime,
) -> Claim:
    """Write the claim and queue its assessment; the same id and content comes back as it is.

    Without a savepoint of its own: a refusal ends the caller's transaction too.
    """
    cents = _cents(amount)
    enrolment, claims = _locked(enrolment_id, provider)
    claim = Claim(
        id=id,
        enrolment=enrolment,
        provider_id=enrolment.provider_id,
        instalment=instalment,
        amount=amount,
        evidence=dict(evidence),
        submitted_at=at,
    )
    known = _known(claim, claims)
    if known is not None:
        return known
    _check(enrolment, instalment, cents, claims, on=timezone.localdate(at))
    with rows.at_once():
        rows.insert(claim)
        enqueue("claim.assess", str(id), lane=str(provider.pk), at=at)
    return claim


@transaction.atomic
def withdraw(claim: Claim, *, actor: str, at: datetime) -> Claim:
    """The provider takes back a claim that is not decided yet."""
    Enrolment.objects.select_for_update().get(pk=claim.enrolment_id)
    locked = Claim.objects.select_for_update().get(pk=claim.pk)
    move(locked, "withdraw", actor=actor, at=at)
    return locked


def _cents(amount: Money) -> int:
    number: Decimal = amount.amount
    if (
        amount.currency.code != "EUR"
        or not number.is_finite()
        or number <= 0
        or number != number.quantize(Decimal("0.01"))
    ):
        raise AmountIsWrong
    return to_cents(amount)


def _locked(enrolment_id: UUID, provider: Provider) -> tuple[Enrolment, list[Claim]]:
    """The enrolment, locked so that its claims are taken in one by one, and those there are."""
    redeemed = "id = %s AND provider_id = %s AND redeemed_at IS NOT NULL FOR UPDATE"
    with rows.at_once():
        found = rows.ask(Enrolment, redeemed, enrolment_id, provider.pk)
        claims = rows.ask(Claim, "enrolment_id = %s", enrolment_id)
    for enrolment in found():
        return enrolment, claims()
    raise UnknownEnrolment


def _known(claim: Claim, claims: list[Claim]) -> Claim | None:
    for other in claims:
        if other.pk == claim.pk:
            if _content(other) != _content(claim):
                raise ClaimIdIsTaken
            return other
    return None


def _content(claim: Claim) -> tuple[object, ...]:
    return claim.instalment, claim.amount, claim.evidence


def _check(
    enrolment: Enrolment, instalment: str, cents: int, claims: list[Claim], *, on: date
) -> None:
    _check_term(enrolment, on=on)
    terms = Instalment.of(enrolment, instalment)
    if terms is None:
        raise UnknownInstalment
    standing = [claim for claim in claims if claim.stands]
    if any(claim.instalment == instalment for claim in standing):
        raise InstalmentIsClaimed
    if cents > terms.cents:
        raise AboveTheInstalment
    if cents > to_cents(enrolment.maximum) - sum(to_cents(claim.amount) for claim in standing):
        raise AboveWhatIsLeft


def _check_term(enrolment: Enrolment, *, on: date) -> None:
    if enrolment.state != EnrolmentState.REDEEMED:
        raise EnrolmentHasEnded
    if on < enrolment.starts_on:
        raise BeforeTheStart
    if on > enrolment.claim_until:
        raise AfterTheTerm
