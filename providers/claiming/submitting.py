"""Taking claims in at the door: what cannot be right is refused here, with a named error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone
from djmoney.money import Money
from psycopg.types.json import Jsonb

from ledger.money import to_cents
from providers import rows
from providers.errors import Unable
from providers.models import Claim, Enrolment, Provider
from providers.moving import move
from providers.outbox import ENQUEUE, ring
from providers.states import EnrolmentState

# A twin of this very claim is not waited for. The lock lets in the claims on an enrolment one by one;
# a statement does not see what was committed while it waited, so what is claimed already is summed by
# a function, which does (decision 406).
LET_IN = f"""
    WITH enrolment AS (
        SELECT id, provider_id, maximum FROM providers_enrolment
        WHERE (SELECT pg_try_advisory_xact_lock(hashtextextended(%(id)s::text, 0)))
            AND id = %(enrolment)s AND provider_id = %(provider)s
            AND state = 'redeemed' AND %(on)s BETWEEN starts_on AND claim_until
            AND EXISTS (
                SELECT FROM jsonb_to_recordset(terms) AS term (instalment text, cents bigint)
                WHERE term.instalment = %(instalment)s AND term.cents >= %(cents)s
            )
        FOR NO KEY UPDATE
    ), claim AS (
        INSERT INTO providers_claim (id, enrolment_id, provider_id, instalment, amount,
            amount_currency, evidence, state, reason, payment_reference, submitted_at, submitted_by)
        SELECT %(id)s, id, provider_id, %(instalment)s, %(amount)s,
            'EUR', %(evidence)s, 'submitted', '', '', %(at)s, %(actor)s
        FROM enrolment WHERE providers_claimed(id) + %(amount)s <= maximum
        ON CONFLICT DO NOTHING
        RETURNING id
    )
    {ENQUEUE.format(subjects="(SELECT id::text AS subject FROM claim) claim")}
"""  # noqa: S608


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


class ClaimIsOnItsWay(UnableToClaim):
    field, sentence = "id", "This claim is being submitted at this moment."


def wait_for_a_twin(id: UUID) -> None:
    """Hold a claim's id for this transaction: what is submitted under it elsewhere is known then."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(id)])


class Evidence(TypedDict, total=False):
    """What shows that the instalment is due; no names, no documents."""

    certificate: bool
    attendance: int  # per cent of the hours
    exam: bool


class Submitted(NamedTuple):
    """The claim as it is now, and whether it was not known before."""

    claim: Claim
    is_new: bool


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
) -> Submitted:
    """Write the claim and queue its assessment; the same id and content comes back as it is.

    One statement, which waits for another claim on the same enrolment. Raises UnableToClaim;
    ClaimIsOnItsWay when nothing is against it but a twin that is not committed yet.
    """
    cents = _cents(amount)
    claim = Claim(
        id=id,
        enrolment_id=enrolment_id,
        provider=provider,
        instalment=instalment,
        amount=amount,
        evidence=dict(evidence),
        submitted_at=at,
        submitted_by=actor,
    )
    if _let_in(claim, cents):
        return Submitted(claim, is_new=True)
    known = _known(id)
    if known is None:
        refusal = _refusal(claim, cents)
        known = _known(id)  # a twin that was committed meanwhile is no reason
        if known is None:
            raise refusal
    return Submitted(_the_same(known, claim), is_new=False)


@transaction.atomic
def withdraw(claim: Claim, *, actor: str, at: datetime) -> Claim:
    """The provider takes back a claim that is not decided yet."""
    Enrolment.objects.select_for_update(no_key=True).get(pk=claim.enrolment_id)
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


def _let_in(claim: Claim, cents: int) -> bool:
    """Write the claim and queue its assessment, unless something is against it."""
    values = {
        "id": claim.pk,
        "enrolment": claim.enrolment_id,
        "provider": claim.provider_id,
        "instalment": claim.instalment,
        "cents": cents,
        "amount": claim.amount.amount,
        "evidence": Jsonb(claim.evidence),
        "on": timezone.localdate(claim.submitted_at),
        "at": claim.submitted_at,
        "actor": claim.submitted_by,
        "work": "claim.assess",
        "lane": str(claim.provider_id),
    }
    with connection.cursor() as cursor:
        cursor.execute(LET_IN, values)
        is_in: bool = cursor.rowcount == 1
    if is_in:
        ring()
    return is_in


def _known(id: UUID) -> Claim | None:
    return next(iter(rows.select(Claim, "id = %s", id)), None)


def _the_same(known: Claim, claim: Claim) -> Claim:
    if _content(known) != _content(claim):
        raise ClaimIdIsTaken
    return known


def _content(claim: Claim) -> tuple[object, ...]:
    return claim.enrolment_id, claim.instalment, claim.amount, claim.evidence


def _refusal(claim: Claim, cents: int) -> UnableToClaim:
    """What is against the claim; looked up only when it was not let in."""
    enrolment = Enrolment.objects.of(claim.provider).filter(pk=claim.enrolment_id).first()
    if enrolment is None:
        return UnknownEnrolment()
    on = timezone.localdate(claim.submitted_at)
    return _outside_the_term(enrolment, on=on) or _against_the_terms(claim, enrolment, cents)


def _outside_the_term(enrolment: Enrolment, *, on: date) -> UnableToClaim | None:
    if enrolment.state != EnrolmentState.REDEEMED:
        return EnrolmentHasEnded()
    if on < enrolment.starts_on:
        return BeforeTheStart()
    if on > enrolment.claim_until:
        return AfterTheTerm()
    return None


def _against_the_terms(claim: Claim, enrolment: Enrolment, cents: int) -> UnableToClaim:
    terms = Instalment.of(enrolment, claim.instalment)
    standing = list(enrolment.claims.standing())
    if terms is None:
        return UnknownInstalment()
    if any(each.instalment == claim.instalment for each in standing):
        return InstalmentIsClaimed()
    if cents > terms.cents:
        return AboveTheInstalment()
    if cents > to_cents(enrolment.maximum) - sum(to_cents(each.amount) for each in standing):
        return AboveWhatIsLeft()
    return ClaimIsOnItsWay()
