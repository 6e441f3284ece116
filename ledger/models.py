"""The ledger's tables. Only the SQL functions beside the migrations write them; Django reads.

An account's totals are exact at every commit, but for a *hot* account (a fund, a bank: the other
side of everybody's transfers). Its totals go as far as the last roll-up; what came later is added
on reading (`ledger_totals`), so writers never queue for it.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

REVERSALS = UUID("6c1f3f1e-58a5-4a0c-9a3e-2f4b7d1c9e50")  # the namespace of their bookings' ids


class Side(models.TextChoices):
    DEBIT = "debit", _("Debit")
    CREDIT = "credit", _("Credit")


class AccountClass(models.Model):
    """One line of the chart of accounts."""

    code = models.SlugField(primary_key=True, max_length=32)
    name = models.CharField(max_length=100)
    normal_side = models.CharField(max_length=6, choices=Side.choices)
    rgs_code = models.CharField("RGS code", max_length=20, blank=True)
    may_overdraw = models.BooleanField(default=False)
    hot = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "account classes"
        ordering = ["code"]

    def __str__(self) -> str:
        return self.name


class Account(models.Model):
    """A pseudonymous account: what it is, for good. Its money is in its Total."""

    id = models.BigAutoField(primary_key=True)
    code = models.CharField(max_length=64)
    account_class = models.ForeignKey(
        AccountClass, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    normal_side = models.CharField(max_length=6, choices=Side.choices)
    may_overdraw = models.BooleanField(default=False)
    hot = models.BooleanField(default=False)
    opened_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="account_code_is_unique", fields=["code"])]

    def __str__(self) -> str:
        return self.code


class Total(models.Model):
    """The running totals of an account in cents: the only rows of the books that change all day.

    They are short and apart from the account, so that a change stays on its page and touches no index.
    `floor` says which side may not fall below the other: 1 the credits, -1 the debits, 0 neither.
    """

    account = models.OneToOneField(
        Account,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="total",
        db_constraint=False,
    )
    debits = models.BigIntegerField()
    credits = models.BigIntegerField()
    floor = models.SmallIntegerField()
    hot = models.BooleanField()

    class Meta:
        indexes = [
            models.Index(name="total_of_hot", fields=["account"], condition=Q(hot=True)),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}: {self.debits} / {self.credits}"


class Slot(models.Model):
    """A part of what a hot account may spend; a writer needs one free slot, not the account."""

    pk = models.CompositePrimaryKey("account", "number")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    number = models.SmallIntegerField()
    free = models.BigIntegerField()  # of domain ledger_free: never below zero (guards.sql)
    spent = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.account_id}/{self.number}"


class Booking(models.Model):
    """One event in the books: what happened, why, and on which date."""

    id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=32)
    cause = models.CharField(max_length=100)
    description = models.CharField(max_length=200)
    effective_on = models.DateField()
    booked_at = models.DateTimeField()
    xid = models.BigIntegerField()

    def __str__(self) -> str:
        return self.description


class Transfer(models.Model):
    """A positive amount in cents, debited to one account and credited to another.

    Its place in the books is its name: `xid`, the database transaction, which tells exactly what can
    no longer be joined by a late commit (see sealing), and `seq`, the order in which transfers were
    written. A booking's transfers are found by its `xid`: they were written in one transaction.
    """

    pk = models.CompositePrimaryKey("xid", "seq")
    booking = models.ForeignKey(
        Booking, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    debit_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    credit_account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    amount = models.BigIntegerField()  # of domain ledger_cents: positive (guards.sql)
    effective_on = models.DateField()
    booked_at = models.DateTimeField()
    seq = models.BigIntegerField()
    xid = models.BigIntegerField()

    class Meta:
        indexes = [
            models.Index(name="transfer_by_debit", fields=["debit_account", "xid", "seq"]),
            models.Index(name="transfer_by_credit", fields=["credit_account", "xid", "seq"]),
        ]

    def __str__(self) -> str:
        return f"{self.xid}-{self.seq}"

    @property
    def reversal_id(self) -> UUID:
        """The id of the booking that reverses it, when there is one."""
        return uuid5(REVERSALS, str(self))


class DayTotal(models.Model):
    """What a hot account was debited and credited on one day by both clocks, up to the roll-up."""

    pk = models.CompositePrimaryKey("account", "effective_on", "booked_on")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    effective_on = models.DateField()
    booked_on = models.DateField()  # the day in UTC on which it was recorded
    debits = models.BigIntegerField()
    credits = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.account_id} {self.effective_on}"


class Opening(models.Model):
    """The totals of an account at the end of a closed period, for accounts that moved in it."""

    pk = models.CompositePrimaryKey("account", "closed_through")
    account = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False
    )
    closed_through = models.DateField()
    debits = models.BigIntegerField()
    credits = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.account_id} {self.closed_through}"


class Seal(models.Model):
    """A signed Merkle root over a range of transfers, chained to the seal before it.

    `leaves` holds the hash of every transfer in the range, so that a change can be pinned down.
    """

    number = models.BigIntegerField(primary_key=True)
    count = models.IntegerField()
    last_xid = models.BigIntegerField()
    last_seq = models.BigIntegerField()
    root = models.BinaryField()
    previous = models.BinaryField(unique=True)
    digest = models.BinaryField(unique=True)
    signature = models.BinaryField()
    leaves = models.BinaryField()
    sealed_at = models.DateTimeField()
    # What the books said of their closing then: see Books.
    closed_through = models.DateField(null=True)
    closed_xid = models.BigIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.CheckConstraint(name="seal_is_not_empty", condition=Q(count__gt=0)),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"


class Books(models.Model):
    """How far the books are closed, rolled up and sealed: one row."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    closed_through = models.DateField(null=True)
    # No transfer of this transaction or a later one has that date or an earlier one.
    closed_xid = models.BigIntegerField(default=0)
    rolled_to = models.BigIntegerField(default=0)
    sealed_to = models.BigIntegerField(default=0)
    # Added to the server's transaction ids; grows when a restored server counts from low again.
    xid_offset = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(name="books_are_one", condition=Q(id=1))]

    def __str__(self) -> str:
        return f"closed through {self.closed_through}"
