"""The ledger's tables: account classes, accounts, bookings and transfers. Only `posting` writes them."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q


class Side(models.TextChoices):
    DEBIT = "debit"
    CREDIT = "credit"


class AccountClass(models.Model):
    """One line of the chart of accounts."""

    code = models.SlugField(primary_key=True, max_length=32)
    name = models.CharField(max_length=100)
    normal_side = models.CharField(max_length=6, choices=Side.choices)
    rgs_code = models.CharField("RGS code", max_length=20, blank=True)
    may_overdraw = models.BooleanField(default=False)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """A pseudonymous account with its running totals in cents."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=64, unique=True)
    account_class = models.ForeignKey(AccountClass, on_delete=models.PROTECT, related_name="+")
    normal_side = models.CharField(max_length=6, choices=Side.choices)
    may_overdraw = models.BooleanField(default=False)
    debits = models.BigIntegerField(default=0)
    credits = models.BigIntegerField(default=0)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="account_is_never_overdrawn",
                condition=Q(may_overdraw=True)
                | Q(normal_side=Side.CREDIT, credits__gte=F("debits"))
                | Q(normal_side=Side.DEBIT, debits__gte=F("credits")),
            ),
        ]

    def __str__(self) -> str:
        return self.code


class Booking(models.Model):
    """One event in the books: what happened, why, and on which date."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=32)
    cause = models.CharField(max_length=100)
    description = models.CharField(max_length=200)
    effective_on = models.DateField()
    booked_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.description


class Transfer(models.Model):
    """A positive amount in cents from one account (credit) to another (debit)."""

    id = models.UUIDField(primary_key=True)
    booking = models.ForeignKey(Booking, on_delete=models.PROTECT, related_name="transfers")
    debit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    credit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    amount = models.BigIntegerField()
    effective_on = models.DateField()
    booked_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="transfer_amount_is_positive", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="transfer_has_two_accounts",
                condition=~Q(debit_account=F("credit_account")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)
