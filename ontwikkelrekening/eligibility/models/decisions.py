"""Decisions, never edited: facts used, steps taken, sums; and what a person adds to them."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.eligibility.models.policies import Policy, Scheme

MACHINE = "machine"  # who decided, where no person did


class Outcome(models.TextChoices):
    GRANTED = "granted", _("granted")
    REFUSED = "refused", _("refused")


class DecisionQuerySet(models.QuerySet["Decision"]):
    def standing(self) -> DecisionQuerySet:
        """Decisions that no later decision has replaced."""
        return self.filter(replaced_by=None)

    def of_year(self, year: int, *, scheme: Scheme) -> DecisionQuerySet:
        """Standing decisions of a scheme on a day in this calendar year."""
        return self.standing().filter(policy__scheme=scheme, decided_on__year=year)

    def waiting(self) -> DecisionQuerySet:
        """Refusals that no person has confirmed yet, oldest first."""
        return (
            self.standing()
            .filter(outcome=Outcome.REFUSED, confirmed_by="")
            .order_by("decided_on", "id")
        )


class Decision(models.Model):
    """The outcome for one citizen: the facts used, the steps of the rules, the policy version.

    Knows the citizen by account code only. Never edited: a later decision replaces it.
    A refusal is final only when a person has confirmed it (`confirmed_by`). Facts and steps are erased
    with the citizen (migrations/erasing.sql); the outcome, class and sums stay with the books.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account_code = models.CharField(max_length=16, db_index=True)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, related_name="decisions")
    decided_on = models.DateField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    priority = models.PositiveSmallIntegerField()
    amount = models.BigIntegerField()  # cents, all tranches together
    facts = models.JSONField()  # rules.Facts, by name
    trace = models.JSONField()  # [rule, holds, value] each; reading.steps_of gives them in full
    grants = models.JSONField(default=list)  # [kind, cents] each
    decided_by = models.CharField(max_length=100)  # "machine" or a member of staff
    confirmed_by = models.CharField(max_length=100, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by"
    )
    recorded_at = models.DateTimeField()
    erased_on = models.DateField(null=True)  # from then on without facts and steps

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="granted_decision_has_an_amount",
                condition=Q(outcome=Outcome.GRANTED, amount__gt=0)
                | Q(outcome=Outcome.REFUSED, amount=0),
            ),
            models.CheckConstraint(
                name="confirmed_decision_is_a_refusal_by_a_person",
                condition=Q(confirmed_by="", confirmed_at=None)
                | Q(~Q(confirmed_by__in=["", MACHINE]), outcome=Outcome.REFUSED)
                & Q(confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="machine_decides_first_and_a_person_after_it",
                condition=Q(decided_by=MACHINE, replaces=None)
                | Q(~Q(decided_by__in=["", MACHINE]), replaces__isnull=False),
            ),
            models.CheckConstraint(
                name="erased_decision_has_no_facts",
                condition=Q(erased_on=None) & ~Q(facts={})
                | Q(erased_on__isnull=False, facts={}, trace=[]),
            ),
        ]
        indexes = [
            models.Index(
                name="refusals_waiting_for_a_person",
                fields=["decided_on", "id"],
                condition=Q(outcome=Outcome.REFUSED, confirmed_by=""),
            ),
            models.Index(  # which a payment file vouches for, with what else is new
                name="refusals_since",
                fields=["recorded_at"],
                condition=Q(outcome=Outcome.REFUSED),
            ),
            models.Index(
                name="refusals_confirmed_since",
                fields=["confirmed_at"],
                condition=Q(confirmed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Extension(models.Model):
    """More time for a decision, with a reason that is kept with the citizen (Awb 4:14)."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="extensions")
    until = models.DateField("at the latest on")
    reason = models.UUIDField()  # citizens.Writing
    granted_by = models.CharField(max_length=100)
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="decision_is_extended_once", fields=["decision"]),
            models.CheckConstraint(
                name="extension_is_given_by_a_person",
                condition=~Q(granted_by__in=["", MACHINE]),
            ),
        ]

    def __str__(self) -> str:
        return f"tot {self.until}"


class Deviation(models.Model):
    """A reasoned human deviation from the rules because of hardship; takes two people.

    The reasons are personal, so they are kept with the citizen (citizens.Writing). Approved, it has a
    result: the decision that replaces the one deviated from. Answered without one, it was declined.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="deviations")
    grants = models.JSONField()  # [kind, cents] each
    reason = models.UUIDField()  # citizens.Writing
    proposed_by = models.CharField(max_length=100)
    proposed_at = models.DateTimeField()
    answered_by = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField(null=True)
    result = models.OneToOneField(
        Decision, on_delete=models.PROTECT, null=True, related_name="deviation"
    )

    class Meta:
        verbose_name = "deviation for hardship"
        verbose_name_plural = "deviations for hardship"
        constraints = [
            models.CheckConstraint(
                name="deviation_is_proposed_by_a_person",
                condition=~Q(proposed_by__in=["", MACHINE]) & ~Q(answered_by=MACHINE),
            ),
            models.CheckConstraint(
                name="deviation_is_approved_by_someone_else",
                condition=Q(result=None) | ~Q(answered_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="deviation_is_answered_by_a_person",
                condition=Q(answered_by="", answered_at=None, result=None)
                | (~Q(answered_by="") & Q(answered_at__isnull=False)),
            ),
            models.UniqueConstraint(
                name="decision_has_one_deviation_that_waits",
                fields=["decision"],
                condition=Q(answered_by=""),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
