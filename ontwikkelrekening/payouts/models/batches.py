"""Payment batches: approved claims bundled per provider into one SEPA file."""

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


class VouchedRecord(models.Model):
    """What was put on record before a payment file went out, without a booking of its own: its digest as it was then.

    The booking of the file vouches for these rows, which name the records by kind and id.
    """

    pk = models.CompositePrimaryKey("kind", "subject")
    kind = models.CharField(max_length=32)
    subject = models.CharField(max_length=36)
    at = models.DateTimeField(db_index=True)
    digest = models.BinaryField(max_length=32)
    batch = models.ForeignKey(PaymentBatch, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
