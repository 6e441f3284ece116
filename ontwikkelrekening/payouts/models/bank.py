"""What the bank says of the account that is paid from."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from djmoney.models.fields import MoneyField

from ontwikkelrekening.payouts.models.debts import REFERENCE_MAX

EXPLANATION_MAX = 500


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
    explanation = models.CharField(max_length=EXPLANATION_MAX, blank=True)
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
