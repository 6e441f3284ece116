"""Rounds: scarce money divided by published priority and a lottery anyone can redraw.

What is published cannot be changed: triggers in migrations/guards.sql refuse it.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext_lazy as _

from ledger.models import Account
from ledger.money import TRANSFER_MAX
from ontwikkelrekening.eligibility.models import Policy, Scheme
from ontwikkelrekening.eligibility.models.decisions import MACHINE
from ontwikkelrekening.eligibility.models.policies import SLUG
from ontwikkelrekening.eligibility.parameters import YEARS_VALID_MAX
from providers import rows
from providers.models import Category


class RoundState(models.TextChoices):
    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")
    CLOSED = "closed", _("closed")
    DRAWN = "drawn", _("drawn")


class Division(models.TextChoices):
    """The published way of division."""

    PRIORITY = "priority", _("by priority, then rounds missed, then a lottery")
    LOTTERY = "lottery", _("by rounds missed, then a lottery")


class LastGrant(models.TextChoices):
    """What happens when less is left than the next on the list asked for."""

    PARTIAL = "partial", _("gets what is left")
    NONE = "none", _("gets nothing; who is left waits for money that comes back")


class RoundQuerySet(models.QuerySet["Round"]):
    def public(self) -> RoundQuerySet:
        """Everything but drafts."""
        return self.exclude(state=RoundState.DRAFT)


class Round(models.Model):
    """An application window of a scheme with a ceiling and a committed lottery seed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="rounds")
    code = models.SlugField(max_length=32, unique=True)
    name = models.CharField(max_length=100)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    waits_until = models.DateField("waiting list until")
    ceiling = models.BigIntegerField(
        "ceiling (cents)", validators=[MinValueValidator(1), MaxValueValidator(TRANSFER_MAX)]
    )
    grant = models.BigIntegerField(
        "highest amount per person (cents)",
        validators=[MinValueValidator(1), MaxValueValidator(TRANSFER_MAX)],
    )
    kind = models.SlugField("kind of credit", max_length=32, default="round")
    categories = ArrayField(models.CharField(max_length=16, choices=Category.choices))
    years_valid = models.PositiveSmallIntegerField(
        "calendar years valid",
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(YEARS_VALID_MAX)],
    )
    division = models.CharField(max_length=8, choices=Division.choices, default=Division.PRIORITY)
    last_grant = models.CharField(
        max_length=7, choices=LastGrant.choices, default=LastGrant.PARTIAL
    )
    fallback = models.CharField("in case of failure", max_length=500)
    seed_hash = models.CharField(max_length=64, blank=True)
    # Randomness from outside that nobody here can steer, named beforehand; empty: none.
    outside_source = models.CharField(max_length=200, blank=True)
    outside_value = models.CharField(max_length=200, blank=True)
    seed = models.CharField(max_length=64, blank=True)  # hexadecimal, once revealed
    # SHA-256 of what the draw fixed, line by line as published; set at the draw.
    list_hash = models.CharField(max_length=64, blank=True)
    state = models.CharField(max_length=9, choices=RoundState.choices, default=RoundState.DRAFT)
    policy = models.ForeignKey(Policy, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, null=True, related_name="+")
    prepared_by = models.CharField(max_length=100)
    published_by = models.CharField(max_length=100, blank=True)
    published_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    drawn_at = models.DateTimeField(null=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["-opens_at"]
        constraints = [
            models.CheckConstraint(
                name="round_opens_before_it_closes", condition=Q(closes_at__gt=F("opens_at"))
            ),
            models.CheckConstraint(  # nothing is granted after the last day of the list
                name="round_waits_longer_than_it_is_open",
                condition=Q(waits_until__gt=TruncDate("closes_at")),
            ),
            models.CheckConstraint(
                name="round_has_room_for_a_grant",
                condition=Q(grant__gt=0, ceiling__gte=F("grant"), ceiling__lte=TRANSFER_MAX),
            ),
            models.CheckConstraint(
                name="round_is_divided_in_a_known_way",
                condition=Q(division__in=Division.values, last_grant__in=LastGrant.values),
            ),
            models.CheckConstraint(
                name="round_pays_for_known_categories",
                condition=Q(categories__contained_by=Category.values) & ~Q(categories=[]),
            ),
            models.CheckConstraint(
                name="round_credit_is_valid_for_a_lifetime_at_most",
                condition=Q(years_valid=None)
                | Q(years_valid__gte=1, years_valid__lte=YEARS_VALID_MAX),
            ),
            models.CheckConstraint(
                name="round_code_can_stand_in_an_address", condition=Q(code__regex=SLUG)
            ),
            models.CheckConstraint(
                name="round_is_published_by_someone_else",
                condition=Q(state=RoundState.DRAFT, published_by="")
                | (
                    ~Q(state=RoundState.DRAFT)
                    & ~Q(published_by="")
                    & ~Q(published_by=F("prepared_by"))
                ),
            ),
            models.CheckConstraint(
                name="published_round_has_committed_its_seed",
                condition=Q(state=RoundState.DRAFT)
                | (~Q(seed_hash="") & Q(policy__isnull=False, account__isnull=False)),
            ),
            models.CheckConstraint(
                name="round_is_closed_and_drawn_as_its_state_says",
                condition=Q(
                    state__in=[RoundState.DRAFT, RoundState.PUBLISHED],
                    closed_at=None,
                    drawn_at=None,
                    seed="",
                    list_hash="",
                )
                | Q(
                    state=RoundState.CLOSED,
                    closed_at__isnull=False,
                    drawn_at=None,
                    seed="",
                    list_hash="",
                )
                | Q(state=RoundState.DRAWN, closed_at__isnull=False, drawn_at__isnull=False)
                & ~Q(seed="")
                & ~Q(list_hash=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def open_at(cls, moment: datetime) -> list[Round]:
        """The rounds one can apply to at a moment, the latest first."""
        where = "state = %s AND opens_at <= %s AND closes_at > %s ORDER BY opens_at DESC"
        return rows.select(cls, where, RoundState.PUBLISHED, moment, moment)

    def is_open(self, *, at: datetime) -> bool:
        return self.state == RoundState.PUBLISHED and self.opens_at <= at < self.closes_at


class Application(models.Model):
    """A citizen's entry in a round: one per person, changeable until closing."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    round = models.ForeignKey(
        Round, on_delete=models.PROTECT, related_name="applications", db_index=False
    )
    account_code = models.CharField(max_length=16)
    wanted = models.BigIntegerField()  # cents
    applied_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    withdrawn = models.BooleanField(default=False)

    class Meta:
        indexes = [models.Index(name="application_of_account", fields=["account_code"])]
        constraints = [
            models.UniqueConstraint(
                name="person_applies_once_per_round", fields=["round", "account_code"]
            ),
            models.CheckConstraint(name="application_wants_something", condition=Q(wanted__gt=0)),
        ]

    def __str__(self) -> str:
        return str(self.id)


class Assessment(models.Model):
    """What the rules say of an application on the day the round closed.

    Written from applications in bulk, which are never removed: so without foreign keys to check.
    """

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, primary_key=True, db_constraint=False
    )
    round = models.ForeignKey(
        Round,
        on_delete=models.PROTECT,
        related_name="assessments",
        db_index=False,
        db_constraint=False,
    )
    eligible = models.BooleanField()
    priority = models.PositiveSmallIntegerField()
    missed = models.PositiveSmallIntegerField()  # earlier rounds without a grant

    def __str__(self) -> str:
        return str(self.application_id)


class Refusal(models.Model):
    """An application that takes no part: which conditions were not met, and who stands behind that.

    Which they were is erased with the citizen. A round is not drawn before a person has confirmed every refusal in it.
    """

    application = models.OneToOneField(Application, on_delete=models.PROTECT, primary_key=True)
    unmet = models.JSONField("not met")  # [rule, value] each, as in the trace of a decision
    confirmed_by = models.CharField(max_length=100, blank=True)
    confirmed_at = models.DateTimeField(null=True)
    erased_on = models.DateField(null=True)  # from then on without what was not met

    class Meta:
        verbose_name = "refusal in a round"
        verbose_name_plural = "refusals in a round"
        constraints = [
            models.CheckConstraint(
                name="refusal_is_confirmed_by_a_person",
                condition=Q(confirmed_by="", confirmed_at=None)
                | (~Q(confirmed_by__in=["", MACHINE]) & Q(confirmed_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="erased_refusal_says_nothing_of_conditions",
                condition=Q(erased_on=None) & ~Q(unmet=[]) | Q(erased_on__isnull=False, unmet=[]),
            ),
        ]

    def __str__(self) -> str:
        return str(self.application_id)


class Admission(models.Model):
    """A proposal to let a refused application take part after all; somebody else answers it.

    Before the draw, whether the refusal is confirmed or not. The reason is personal, so it is kept
    with the citizen (citizens.Writing).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    refusal = models.ForeignKey(Refusal, on_delete=models.PROTECT, related_name="admissions")
    reason = models.UUIDField()  # citizens.Writing
    proposed_by = models.CharField(max_length=100)
    proposed_at = models.DateTimeField()
    answered_by = models.CharField(max_length=100, blank=True)
    answered_at = models.DateTimeField(null=True)
    admitted = models.BooleanField(default=False)

    class Meta:
        verbose_name = "admission in a round"
        verbose_name_plural = "admissions in a round"
        constraints = [
            models.CheckConstraint(
                name="admission_is_proposed_by_a_person",
                condition=~Q(proposed_by__in=["", MACHINE]),
            ),
            models.CheckConstraint(
                name="admission_is_answered_by_someone_else",
                condition=Q(answered_by="", answered_at=None, admitted=False)
                | (
                    ~Q(answered_by__in=["", MACHINE])
                    & ~Q(answered_by=F("proposed_by"))
                    & Q(answered_at__isnull=False)
                ),
            ),
            models.UniqueConstraint(
                name="refusal_has_one_admission_that_stands",
                fields=["refusal"],
                condition=Q(answered_by="") | Q(admitted=True),
            ),
        ]

    def __str__(self) -> str:
        return str(self.refusal_id)


class Placing(models.Model):
    """The place of an application in the draw, and what it was granted, in cents.

    Drawn from applications in one statement; they are never removed: so without foreign keys.
    """

    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, primary_key=True, db_constraint=False
    )
    round = models.ForeignKey(
        Round,
        on_delete=models.PROTECT,
        related_name="placings",
        db_index=False,
        db_constraint=False,
    )
    rank = models.PositiveIntegerField()
    priority = models.PositiveSmallIntegerField()
    missed = models.PositiveSmallIntegerField()
    lot = models.BinaryField(max_length=32)
    wanted = models.BigIntegerField()
    granted = models.BigIntegerField(default=0)
    # Its turn came when it took part no more: the account has ended, or money of this round came back.
    left_list = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="rank_is_given_once_per_round", fields=["round", "rank"]),
            models.CheckConstraint(
                name="grant_is_no_more_than_wanted",
                condition=Q(granted__gte=0, granted__lte=F("wanted")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.round_id} #{self.rank}"
