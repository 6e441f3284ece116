"""Payment batches: approved claims bundled per provider into one SEPA file; what providers repay, and what the bank says."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, TruncDate
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField

from providers.models import Claim, Provider

# A government pays within 30 days (article 6:119b of the Civil Code), so no batch waits longer for its day.
PAID_WITHIN = timedelta(days=30)
REASON_MAX = 200
REFERENCE_MAX = 140


class BatchState(models.TextChoices):
    PREPARED = "prepared", _("prepared")
    WITHDRAWN = "withdrawn", _("withdrawn")
    RELEASED = "released", _("released")
    SETTLED = "settled", _("settled")


def _only(*acts: str, state: BatchState) -> Q:
    """In this state these acts, and no others, were done by somebody at some moment."""
    condition = Q(state=state)
    for act in ("withdrawn", "released", "settled"):
        undone = Q(**{f"{act}_by": "", f"{act}_at": None})
        done = ~Q(**{f"{act}_by": ""}) & Q(**{f"{act}_at__isnull": False})
        condition &= done if act in acts else undone
    return condition


class PaymentBatch(models.Model):
    """One SEPA pain.001 file, prepared by one person and released by another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    message_id = models.CharField(max_length=35, unique=True)
    state = models.CharField(max_length=9, choices=BatchState.choices, default=BatchState.PREPARED)
    pay_on = models.DateField()
    file = models.BinaryField(null=True)  # the XML as sent
    file_sha256 = models.CharField(max_length=64, blank=True)
    prepared_by = models.CharField(max_length=100)
    prepared_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    released_by = models.CharField(max_length=100, blank=True)
    released_at = models.DateTimeField(null=True)
    settled_by = models.CharField(max_length=100, blank=True)
    settled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "payment batches"
        ordering = ["-prepared_at"]
        constraints = [
            models.CheckConstraint(
                name="batch_is_released_by_someone_else",
                condition=~Q(released_by=F("prepared_by")),
            ),
            models.CheckConstraint(
                name="released_batch_has_its_file",
                condition=Q(released_by="") | (Q(file__isnull=False) & ~Q(file_sha256="")),
            ),
            models.CheckConstraint(
                name="batch_has_the_moments_of_its_state",
                condition=_only("released", "settled", state=BatchState.SETTLED)
                | _only("released", state=BatchState.RELEASED)
                | _only("withdrawn", state=BatchState.WITHDRAWN)
                | _only(state=BatchState.PREPARED),
            ),
            models.CheckConstraint(
                name="batch_is_paid_within_the_term",
                condition=Q(
                    pay_on__gte=TruncDate("prepared_at"),
                    pay_on__lte=TruncDate(Coalesce("released_at", "prepared_at")) + PAID_WITHIN,
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id


class PayoutState(models.TextChoices):
    OPEN = "open", _("open")
    WITHDRAWN = "withdrawn", _("withdrawn")
    PAID = "paid", _("paid")
    RETURNED = "returned", _("returned by the bank")
    SENT_BACK = "sent_back", _("returned by the bank after it was paid")


CAME_BACK = (PayoutState.RETURNED, PayoutState.SENT_BACK)


class Payout(models.Model):
    """The sum one provider gets from one batch; `reference` is the EndToEndId on the bank statement."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="payouts")
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    iban = models.CharField("IBAN", max_length=34)
    amount = MoneyField(max_digits=12, decimal_places=2)
    reference = models.CharField(max_length=35, unique=True)
    state = models.CharField(max_length=9, choices=PayoutState.choices, default=PayoutState.OPEN)
    reason = models.CharField(max_length=REASON_MAX, blank=True)  # why the bank sent it back
    claims = models.ManyToManyField(Claim, through="PayoutLine", related_name="payouts")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="provider_is_paid_once_per_batch", fields=["batch", "provider"]
            ),
            models.CheckConstraint(
                name="payout_is_positive", condition=Q(amount__gt=0, amount_currency="EUR")
            ),
            models.CheckConstraint(name="payout_goes_to_an_iban", condition=~Q(iban="")),
            models.CheckConstraint(
                name="payout_that_came_back_says_why",
                condition=~Q(state__in=CAME_BACK, reason=""),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class PayoutLine(models.Model):
    """One claim in one payout. A claim stands in one payout only, until that came to nothing."""

    payout = models.ForeignKey(Payout, on_delete=models.PROTECT, related_name="lines")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="payout_lines")
    stands = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="claim_stands_in_one_payout", fields=["claim"], condition=Q(stands=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.payout_id} {self.claim_id}"


class Repayment(models.Model):
    """What came in at the bank from a provider that owed it after a recovery.

    One that was booked wrongly is withdrawn: it stays, and no longer counts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, related_name="+")
    amount = MoneyField(max_digits=12, decimal_places=2)
    received_on = models.DateField()
    reference = models.CharField(max_length=REFERENCE_MAX)  # what the bank statement says of it
    booked_by = models.CharField(max_length=100)
    booked_at = models.DateTimeField()
    withdrawn_by = models.CharField(max_length=100, blank=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_because = models.CharField(max_length=REASON_MAX, blank=True)

    class Meta:
        ordering = ["-booked_at"]
        constraints = [
            models.CheckConstraint(
                name="repayment_is_positive", condition=Q(amount__gt=0, amount_currency="EUR")
            ),
            models.CheckConstraint(
                name="repayment_is_withdrawn_whole",
                condition=Q(withdrawn_by="", withdrawn_at=None, withdrawn_because="")
                | Q(withdrawn_at__isnull=False) & ~Q(withdrawn_by="") & ~Q(withdrawn_because=""),
            ),
            models.UniqueConstraint(
                name="repayment_is_booked_once",
                fields=["provider", "received_on", "reference"],
                condition=Q(withdrawn_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Debtor(Provider):
    """A provider, as who collects what it has still to pay back sees it."""

    class Meta:
        proxy = True
        verbose_name = "provider that has to pay back"
        verbose_name_plural = "providers that have to pay back"


class BankStatement(models.Model):
    """One statement of the account that is paid from, as the bank wrote it; each begins where the one before ended."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    identifier = models.CharField(max_length=35, unique=True)  # the bank's own
    iban = models.CharField("IBAN", max_length=34)
    follows = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="followed_by"
    )
    closes_on = models.DateField()
    opening = MoneyField("opening balance", max_digits=17, decimal_places=2)
    closing = MoneyField("closing balance", max_digits=17, decimal_places=2)
    taken_in_by = models.CharField(max_length=100)
    taken_in_at = models.DateTimeField()

    class Meta:
        ordering = ["-taken_in_at"]
        constraints = [
            models.UniqueConstraint(
                name="one_bank_statement_is_the_first",
                fields=["follows"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="bank_statement_is_in_euros",
                condition=Q(opening_currency="EUR", closing_currency="EUR"),
            ),
        ]

    def __str__(self) -> str:
        return self.identifier


class Became(models.TextChoices):
    """What an entry of a bank statement turned out to be."""

    PAID = "paid", _("a batch was paid")
    RETURNED = "returned", _("a payment came back")
    REPAID = "repaid", _("a provider paid back")
    KNOWN = "known", _("booked before")
    UNKNOWN = "unknown", _("not explained yet")
    EXPLAINED = "explained", _("explained by a person")


class BankEntry(models.Model):
    """What came in (positive) or went out (negative), and which bookings it is.

    Names, accounts and free text of who paid are not kept: they may be of anybody.
    """

    statement = models.ForeignKey(
        BankStatement, models.PROTECT, related_name="entries", verbose_name="bank statement"
    )
    number = models.PositiveIntegerField()  # in the statement, from 1
    booked_on = models.DateField()
    amount = MoneyField(max_digits=17, decimal_places=2)
    reference = models.CharField(max_length=REFERENCE_MAX, blank=True)  # the bank's, or ours
    became = models.CharField(max_length=9, choices=Became.choices)
    cause = models.CharField(max_length=100, blank=True)  # of the bookings, as in the ledger
    explanation = models.CharField(max_length=500, blank=True)
    explained_by = models.CharField(max_length=100, blank=True)
    explained_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "bank entries"
        ordering = ["statement", "number"]
        constraints = [
            models.UniqueConstraint(
                name="bank_entry_is_taken_in_once", fields=["statement", "number"]
            ),
            models.CheckConstraint(
                name="bank_entry_is_in_euros", condition=Q(amount_currency="EUR")
            ),
            models.CheckConstraint(
                name="bank_entry_is_explained_whole",
                condition=(
                    Q(became=Became.EXPLAINED, explained_at__isnull=False)
                    & ~Q(explanation="")
                    & ~Q(explained_by="")
                )
                | (
                    ~Q(became=Became.EXPLAINED)
                    & Q(explanation="", explained_by="", explained_at=None)
                ),
            ),
            models.CheckConstraint(
                name="bank_entry_names_what_it_became",
                condition=Q(became=Became.EXPLAINED)
                | (Q(became=Became.UNKNOWN, cause="") | ~Q(became=Became.UNKNOWN) & ~Q(cause="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement}/{self.number}"
