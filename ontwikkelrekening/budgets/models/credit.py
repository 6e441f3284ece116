"""Funds, yearly top-up runs, tranches of credit and who agreed to which enrolment."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, OuterRef, Q
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models import Account
from ontwikkelrekening.citizens.models import Citizen
from ontwikkelrekening.eligibility.models import Decision, Scheme
from ontwikkelrekening.eligibility.parameters import YEARS_VALID_MAX
from providers.models import Category, Enrolment

# Childcare and travel are no aim of their own: they are paid beside a course.
BESIDE_A_COURSE = {Category.CHILDCARE, Category.TRAVEL}


class FunderKind(models.TextChoices):
    STATE = "state", pgettext_lazy("funder", "the state")
    SECTOR = "sector", pgettext_lazy("funder", "sector fund")
    MUNICIPALITY = "municipality", pgettext_lazy("funder", "municipality")
    EMPLOYER = "employer", pgettext_lazy("funder", "employer")


class ReturnRule(models.TextChoices):
    """Where credit goes that expires, or whose owner leaves or dies."""

    FUND = "fund", _("stays in the fund")
    FUNDER = "funder", _("back to the funder")


class Fund(models.Model):
    """The money of one scheme: who gives it, on what conditions, and its ledger accounts."""

    scheme = models.OneToOneField(Scheme, on_delete=models.PROTECT, related_name="fund")
    kind = models.CharField(max_length=12, choices=FunderKind.choices, default=FunderKind.STATE)
    # What its credit may pay for when nothing else is agreed; empty: what the policy says.
    categories = ArrayField(
        models.CharField(max_length=16, choices=Category.choices), default=list, blank=True
    )
    years_valid = models.PositiveSmallIntegerField(  # calendar years
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(YEARS_VALID_MAX)],
    )
    conditions = models.CharField(max_length=500, blank=True)
    return_rule = models.CharField(
        max_length=6, choices=ReturnRule.choices, default=ReturnRule.FUND
    )
    # The scheme whose reimbursement terms its credit follows, when it has no policy of its own.
    follows = models.ForeignKey(
        Scheme, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    source = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+"
    )  # treasury or bank
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="fund_is_of_a_known_kind",
                condition=Q(kind__in=FunderKind.values, return_rule__in=ReturnRule.values),
            ),
            models.CheckConstraint(
                name="fund_pays_for_known_categories",
                condition=Q(categories__contained_by=Category.values),
            ),
            models.CheckConstraint(
                name="fund_credit_is_valid_for_a_lifetime_at_most",
                condition=Q(years_valid=None)
                | Q(years_valid__gte=1, years_valid__lte=YEARS_VALID_MAX),
            ),
        ]

    def __str__(self) -> str:
        return f"fonds van {self.scheme}"


class FundSum(models.Model):
    """What became of a fund's money by the transactions below `up_to`: `fund_sums` adds those since.

    Everything in it follows from other rows, and `check_against_books` says so. All go equally far.
    """

    fund = models.OneToOneField(
        Fund, on_delete=models.PROTECT, primary_key=True, related_name="sums"
    )
    up_to = models.BigIntegerField()
    made_available = models.BigIntegerField()
    tranches = models.BigIntegerField()
    citizens = models.BigIntegerField()
    granted = models.BigIntegerField()
    free = models.BigIntegerField()
    reserved = models.BigIntegerField()
    claimed = models.BigIntegerField()
    paid = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.fund_id} up to {self.up_to}"


class ContributionFile(models.Model):
    """A funder's file as it was handed in: checked by one member of staff, taken in by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    fund = models.ForeignKey(Fund, on_delete=models.PROTECT, related_name="files")
    reference = models.CharField(max_length=100)
    text = models.TextField("content")
    contributions = models.PositiveIntegerField()
    cents = models.BigIntegerField("amount (cents)")
    uploaded_by = models.CharField(max_length=100)
    uploaded_at = models.DateTimeField()
    taken_in_by = models.CharField(max_length=100, blank=True)
    taken_in_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "file with contributions"
        verbose_name_plural = "files with contributions"
        ordering = ["-uploaded_at"]
        constraints = [
            models.UniqueConstraint(
                name="funder_uses_a_file_reference_once", fields=["fund", "reference"]
            ),
            models.CheckConstraint(
                name="file_is_taken_in_by_someone_else",
                condition=Q(taken_in_by="", taken_in_at=None)
                | (~Q(taken_in_by="") & ~Q(taken_in_by=F("uploaded_by")) & ~Q(taken_in_at=None)),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class TopUpRun(models.Model):
    """The yearly top-up of one scheme on one day, cut into chunks that workers share and may redo."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="runs")
    decided_on = models.DateField()
    started_at = models.DateTimeField()

    class Meta:
        verbose_name = "yearly top-up"
        verbose_name_plural = "yearly top-ups"
        constraints = [
            models.UniqueConstraint(name="top_up_runs_once_a_day", fields=["scheme", "decided_on"]),
        ]

    def __str__(self) -> str:
        return f"{self.scheme}, {date_format(self.decided_on, 'j F Y')}"


class TopUpChunk(models.Model):
    """A range of account codes (first up to and with last), decided and booked in one transaction."""

    run = models.ForeignKey(TopUpRun, on_delete=models.PROTECT, related_name="chunks")
    number = models.PositiveIntegerField()
    first_code = models.CharField(max_length=16)
    last_code = models.CharField(max_length=16)
    granted = models.PositiveIntegerField(null=True)
    refused = models.PositiveIntegerField(null=True)
    amount = models.BigIntegerField(null=True)  # cents
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="chunk_number_is_unique_in_its_run", fields=["run", "number"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} #{self.number}"


class TrancheQuerySet(models.QuerySet["Tranche"]):
    def of(self, account_code: str) -> TrancheQuerySet:
        return self.filter(account_code=account_code)

    def usable(self, *, on: date) -> TrancheQuerySet:
        """Credit whose last day has not passed."""
        return self.filter(Q(expires_on=None) | Q(expires_on__gte=on))

    def expired(self, *, on: date) -> TrancheQuerySet:
        return self.filter(expires_on__lt=on)

    def of_ended_accounts(self) -> TrancheQuerySet:
        """Credit of who left, died or was erased."""
        return self.filter(account_code__in=Citizen.objects.ended().values("account_code"))

    def paying_for(self, category: str) -> TrancheQuerySet:
        """Credit that may be spent on this category."""
        return self.filter(categories__contains=[category])

    def holding_credit(self) -> TrancheQuerySet:
        """Credit that is not all used or reserved, by the totals in the ledger."""
        return self.filter(account__total__credits__gt=F("account__total__debits"))


class Tranche(models.Model):
    """One grant of credit: which scheme, what it may pay for, until when; its own ledger account.

    `expires_on` is the last day it can be used; none means it stays.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    account_code = models.CharField(max_length=16)
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="tranches")
    decision = models.ForeignKey(
        Decision, on_delete=models.PROTECT, null=True, related_name="tranches"
    )
    kind = models.SlugField(max_length=32)  # "general", "coaching_evc", "childcare_travel", ...
    categories = ArrayField(models.CharField(max_length=16, choices=Category.choices))
    earmarked = models.BooleanField()
    granted = models.BigIntegerField()  # cents
    granted_on = models.DateField()
    expires_on = models.DateField(null=True)
    # Ledger accounts are never removed, so there is no foreign key to check for every tranche.
    account = models.OneToOneField(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    # The fund's account it came from, and where goes back what is not used.
    source = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )

    objects = TrancheQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(name="tranche_of_account", fields=["account_code"]),
            models.Index(
                fields=["expires_on"],
                name="tranche_expiry",
                condition=Q(expires_on__isnull=False),
            ),
        ]
        constraints = [
            models.CheckConstraint(name="tranche_is_positive", condition=Q(granted__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.granted_on}"

    def has_expired(self, *, on: date) -> bool:
        """Whether its last day has passed; what comes back to it then cannot be used any more."""
        return self.expires_on is not None and self.expires_on < on


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def of(self, account_code: str) -> AgreementQuerySet:
        return self.filter(account_code=account_code)

    def courses_running(self, *, on: date | OuterRef) -> AgreementQuerySet:
        """What childcare and travel that start on a day can stand beside."""
        return self.filter(enrolment__starts_on__lte=on, enrolment__ends_on__gte=on).exclude(
            enrolment__course__category__in=BESIDE_A_COURSE
        )


class Agreement(models.Model):
    """Which account stands behind an enrolment: the citizen's side, unseen by the provider.

    How much came from which tranche is not stored: the ledger's transfers say so.
    """

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="agreement")
    account_code = models.CharField(max_length=16, db_index=True)

    objects = AgreementQuerySet.as_manager()

    def __str__(self) -> str:
        return str(self.enrolment_id)
