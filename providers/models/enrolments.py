"""What citizens agreed to and what is claimed of it. They know accounts, never people."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField

from ledger.models import Account
from providers.models.catalogue import Course, Provider
from providers.states import COUNT_NO_MORE, ClaimState, EnrolmentState


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def of(self, provider: Provider) -> EnrolmentQuerySet:
        """What the provider may see: its own courses, once the citizen handed over the code."""
        return self.filter(provider=provider, redeemed_at__isnull=False)

    def coming(self, *, on: date) -> EnrolmentQuerySet:
        """Enrolments whose course has still to start."""
        return self.filter(state=EnrolmentState.REDEEMED, starts_on__gt=on)

    def claimable(self, *, on: date) -> EnrolmentQuerySet:
        """Started enrolments with an instalment that was not claimed yet."""
        stands = ~Q(claims__state__in=COUNT_NO_MORE)
        return (
            self.filter(state=EnrolmentState.REDEEMED, starts_on__lte=on, claim_until__gte=on)
            .annotate(
                claimed=models.Count("claims", filter=stands),
                instalments=models.Func(
                    "terms", function="jsonb_array_length", output_field=models.IntegerField()
                ),
            )
            .filter(claimed__lt=models.F("instalments"))
        )

    def unused(self, *, on: date) -> EnrolmentQuerySet:
        """Agreed enrolments whose code can no longer be used."""
        return self.filter(state=EnrolmentState.AGREED, code_valid_until__lt=on)

    def past_their_term(self, *, on: date) -> EnrolmentQuerySet:
        """Running enrolments that take no claim any more."""
        return self.filter(state=EnrolmentState.REDEEMED, claim_until__lt=on)


class Enrolment(models.Model):
    """A course agreed by a citizen the provider does not know yet: a code, a maximum, the terms.

    `terms` are the instalments stamped at agreement:
    [{"instalment": "start", "cents": 25000, "after": "start"}, ...].
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    course = models.ForeignKey(Course, on_delete=models.PROTECT, related_name="enrolments")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="enrolments")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")  # reserved
    maximum = MoneyField(max_digits=8, decimal_places=2)
    terms = models.JSONField()
    starts_on = models.DateField()
    ends_on = models.DateField()  # the term: the last day the course runs
    claim_until = models.DateField()  # the last day a claim is taken
    code_digest = models.BinaryField(max_length=32, unique=True)  # keyed; the code is not stored
    code_valid_until = models.DateField()
    state = models.CharField(
        max_length=9, choices=EnrolmentState.choices, default=EnrolmentState.AGREED
    )
    agreed_at = models.DateTimeField()
    redeemed_at = models.DateTimeField(null=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        ordering = ["-agreed_at"]
        indexes = [models.Index(fields=["provider", "-redeemed_at", "-id"])]
        constraints = [
            models.CheckConstraint(
                name="enrolment_maximum_is_positive",
                condition=Q(maximum__gt=0, maximum_currency="EUR"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def is_unused(self, *, on: date) -> bool:
        """Whether its code can no longer be used, though nothing in the books says so yet."""
        return self.state == EnrolmentState.AGREED and self.code_valid_until < on


class ClaimQuerySet(models.QuerySet["Claim"]):
    def of(self, provider: Provider) -> ClaimQuerySet:
        return self.filter(provider=provider)

    def standing(self) -> ClaimQuerySet:
        """Claims that count against what is left: not refused, withdrawn or recovered."""
        return self.exclude(state__in=COUNT_NO_MORE)

    def undecided(self) -> ClaimQuerySet:
        return self.filter(state__in=[ClaimState.SUBMITTED, ClaimState.IN_REVIEW])

    def payments(self) -> models.QuerySet[Claim, Any]:
        """One row for each payment reference: what it pays, when it was sent, when it was paid."""
        return (
            self.exclude(taken_up_at=None)
            .order_by()
            .values(reference=models.F("payment_reference"))
            .annotate(
                total=models.Sum("amount"),
                number=models.Count("id"),
                sent_at=models.Min("taken_up_at"),
                settled_at=models.Min("paid_at"),
            )
        )

    def due(self) -> ClaimQuerySet:
        """Approved claims that no payment file has taken to the bank."""
        return self.filter(state=ClaimState.APPROVED)


class Claim(models.Model):
    """One instalment asked by a provider against an enrolment."""

    id = models.UUIDField(primary_key=True)
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="claims")
    provider = models.ForeignKey(
        Provider, on_delete=models.PROTECT, related_name="claims", db_index=False
    )
    instalment = models.CharField(max_length=32)  # an instalment named in the enrolment's terms
    amount = MoneyField(max_digits=8, decimal_places=2)
    evidence = models.JSONField(
        default=dict
    )  # {"certificate": true, "attendance": 85, "exam": true}
    state = models.CharField(max_length=9, choices=ClaimState.choices, default=ClaimState.SUBMITTED)
    reason = models.CharField(max_length=500, blank=True)  # why it waits, was refused or recovered
    payment_reference = models.CharField(max_length=35, blank=True)  # SEPA EndToEndId
    submitted_at = models.DateTimeField()
    submitted_by = models.CharField(max_length=100)  # as StateChange.actor
    assessed_at = models.DateTimeField(null=True)
    taken_up_at = models.DateTimeField(null=True)  # into a payment that was released and stands
    paid_at = models.DateTimeField(null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-submitted_at"]
        indexes = [
            models.Index(fields=["provider", "-submitted_at", "-id"]),
            models.Index(fields=["provider", "payment_reference"]),
        ]
        constraints = [
            models.UniqueConstraint(
                name="instalment_is_claimed_once",
                fields=["enrolment", "instalment"],
                condition=~Q(state__in=COUNT_NO_MORE),
            ),
            models.CheckConstraint(
                name="claim_amount_is_positive", condition=Q(amount__gt=0, amount_currency="EUR")
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    @property
    def booking_id(self) -> uuid.UUID:
        """The id of the booking of its approval, when it was approved."""
        return uuid.uuid5(self.id, "approved")

    @property
    def recovery_id(self) -> uuid.UUID:
        """The id of the booking of its recovery, when it was recovered."""
        return uuid.uuid5(self.id, "recovered")

    def as_submitted(self) -> Claim:
        """The claim as it came in, whatever became of it."""
        return Claim(
            id=self.id,
            enrolment_id=self.enrolment_id,
            provider_id=self.provider_id,
            instalment=self.instalment,
            amount=self.amount,
            evidence=self.evidence,
            submitted_at=self.submitted_at,
            submitted_by=self.submitted_by,
        )


class Doubt(models.TextChoices):
    """Why a person has to look at a claim: stored as a code, read by everyone in their own language."""

    TERMS = "terms", _("The claim does not fit the terms of the enrolment.")
    NOT_STARTED = "not_started", _("The course has not started yet.")
    NOT_COMPLETED = (
        "not_completed",
        _(
            "Nothing shows that the course was completed: no certificate, too little attendance"
            " and no exam taken."
        ),
    )
    SESSION_BEFORE = "session_before", _("The session before this one has not been claimed.")
    TOO_SOON = "too_soon", _("Too few days have passed since the start for this part.")
    NO_COURSE = (
        "no_course",
        _("Nothing shows yet that the citizen follows a course beside this."),
    )
    SAMPLE = (
        "sample",
        _("Drawn by chance: people look at some claims. This says nothing about the claim itself."),
    )
    SANDBOX = "sandbox", _("You asked the sandbox for a review.")


class Review(models.Model):
    """A person's judgement of a claim that a rule could not settle; a refusal needs two people."""

    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="review")
    picked_because = models.CharField(max_length=16, choices=Doubt.choices)
    opened_at = models.DateTimeField()
    verdict = models.CharField(max_length=8, blank=True)  # "approve" or "refuse"
    reason = models.CharField(max_length=500, blank=True)
    judged_by = models.CharField(max_length=100, blank=True)
    confirmed_by = models.CharField(max_length=100, blank=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="refusal_is_confirmed_by_someone_else",
                condition=~Q(verdict="refuse")
                | Q(confirmed_by="")
                | ~Q(confirmed_by=models.F("judged_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"review of {self.claim_id}"
