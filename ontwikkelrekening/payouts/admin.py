"""Payment batches in the administration: prepared by one person, released by another."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet, Sum
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.admin import ReadOnlyInline
from ledger.errors import UnableToPost
from ontwikkelrekening.eligibility.wording import euros
from ontwikkelrekening.payouts import paying
from ontwikkelrekening.payouts.admin_bank import BankEntryAdmin, BankStatementAdmin
from ontwikkelrekening.payouts.admin_debts import DebtorAdmin, RepaymentAdmin, WriteOffAdmin
from ontwikkelrekening.payouts.admin_recovering import RecoveryAdmin
from ontwikkelrekening.payouts.errors import UnableToPay
from ontwikkelrekening.payouts.models import REASON_MAX, BatchState, PaymentBatch, Payout
from ontwikkelrekening.payouts.sepa import UnableToWriteFile
from providers.administration import Act, ActingAdmin, Queue, Request, in_state
from providers.states import IllegalMove

__all__ = [
    "BankEntryAdmin",
    "BankStatementAdmin",
    "DebtorAdmin",
    "PaymentBatchAdmin",
    "RecoveryAdmin",
    "RepaymentAdmin",
    "WriteOffAdmin",
]

REFUSALS = (UnableToPay, UnableToWriteFile, UnableToPost, IllegalMove)
RIGHT = "payouts.change_paymentbatch"


class PayOn(forms.Form):
    pay_on = forms.DateField(
        label=gettext_lazy("Pay on"),
        help_text=gettext_lazy("Today, or one of the next 30 days."),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class ByReference(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A payment by its reference, as it was copied: with blanks around it, too."""

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.strip() if isinstance(value, str) else value)


class CameBack(forms.Form):
    """Which payment of a batch came back, as the bank statement names it, and why."""

    payout = ByReference(
        label=gettext_lazy("Reference on the bank statement"),
        queryset=Payout.objects.none(),
        to_field_name="reference",
        widget=forms.TextInput,
        error_messages={
            "invalid_choice": gettext_lazy("This batch has no payment with this reference.")
        },
    )
    reason = forms.CharField(
        label=gettext_lazy("Why it came back"),
        help_text=gettext_lazy("As the bank says it, for example: account closed."),
        max_length=REASON_MAX,
    )


def _came_back(batch: PaymentBatch, data: QueryDict | None) -> CameBack:
    form = CameBack(data)
    form.fields["payout"].queryset = batch.payouts.all()  # type: ignore[attr-defined]
    return form


def _prepare(request: Request) -> str:
    batch = paying.prepare_batch(by=request.by, pay_on=request.answers["pay_on"], at=timezone.now())
    return _("%(batch)s is prepared. Someone else can release it now.") % {"batch": batch}


def _release(request: Request) -> str:
    paying.release_batch(request.subject, by=request.by, at=timezone.now())
    return _("%(batch)s is released. Download the file and send it to the bank.") % {
        "batch": request.subject
    }


def _withdraw(request: Request) -> str:
    paying.withdraw_batch(request.subject, by=request.by, at=timezone.now())
    return _("%(batch)s is withdrawn. Its claims wait for the next batch.") % {
        "batch": request.subject
    }


def _settle(request: Request) -> str:
    paying.settle_batch(request.subject, by=request.by, at=timezone.now())
    return _("%(batch)s is settled.") % {"batch": request.subject}


def _return(request: Request) -> str:
    payout = paying.return_payout(
        request.answers["payout"],
        reason=request.answers["reason"],
        by=request.by,
        at=timezone.now(),
    )
    return _("%(payout)s came back. What is still due of it waits for the next batch.") % {
        "payout": payout
    }


class PayoutInline(ReadOnlyInline):
    model = Payout
    fields = ["reference", "provider", "iban", "amount", "state", "reason"]
    ordering = ["reference"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("provider")


@admin.register(PaymentBatch)
class PaymentBatchAdmin(ActingAdmin):
    list_display = [
        "message_id",
        "state",
        "pay_on",
        "payments",
        "total",
        "prepared_by",
        "released_by",
        "settled_by",
    ]
    list_filter = ["state"]
    queues = [
        Queue(
            gettext_lazy("Payment batches to release"),
            RIGHT,
            lambda: PaymentBatch.objects.filter(state=BatchState.PREPARED),
            "state__exact=prepared",
        ),
        Queue(
            gettext_lazy("Payment batches to settle"),
            RIGHT,
            lambda: PaymentBatch.objects.filter(state=BatchState.RELEASED),
            "state__exact=released",
        ),
    ]
    ordering = ["-prepared_at"]
    inlines = [PayoutInline]
    fields = [
        "message_id",
        "state",
        "pay_on",
        "total",
        "payments",
        "file_to_send",
        "file_sha256",
        "prepared_by",
        "prepared_at",
        "released_by",
        "released_at",
        "settled_by",
        "settled_at",
    ]
    acts = [
        Act(
            "prepare",
            gettext_lazy("Prepare payments"),
            "payouts.add_paymentbatch",
            _prepare,
            gettext_lazy(
                "All approved claims are bundled per provider, but for those of providers whose payments "
                "are suspended or to whose first IBAN two people have not agreed yet. Nothing is paid yet."
            ),
            errors=REFUSALS,
            form=PayOn,
            on_list=True,
        ),
        Act(
            "release",
            gettext_lazy("Release"),
            RIGHT,
            _release,
            gettext_lazy("The payment file is written and booked. This cannot be undone."),
            errors=REFUSALS,
            offered=in_state(BatchState.PREPARED),
            grave=True,
        ),
        Act(
            "withdraw",
            gettext_lazy("Withdraw"),
            RIGHT,
            _withdraw,
            gettext_lazy("Nothing is paid; the claims wait for the next batch."),
            errors=REFUSALS,
            offered=in_state(BatchState.PREPARED),
        ),
        Act(
            "settle",
            gettext_lazy("Mark as settled"),
            RIGHT,
            _settle,
            gettext_lazy("The bank statement shows that the file was paid."),
            errors=REFUSALS,
            offered=in_state(BatchState.RELEASED),
            grave=True,
        ),
        Act(
            "return",
            gettext_lazy("Record a returned payment"),
            RIGHT,
            _return,
            gettext_lazy(
                "The bank sent one payment of this file back, also after it was settled. What is still "
                "due of it waits for the next batch. What was recovered of it is so paid back."
            ),
            errors=REFUSALS,
            form_for=_came_back,
            offered=in_state(BatchState.RELEASED, BatchState.SETTLED),
            grave=True,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        batches = super().get_queryset(request).defer("file")
        counted: QuerySet[Any] = batches.annotate(
            payments_count=Count("payouts"), amount=Sum("payouts__amount")
        )
        return counted

    @admin.display(description=gettext_lazy("payments"))
    def payments(self, batch: Any) -> int:
        return int(batch.payments_count)

    @admin.display(description=gettext_lazy("amount"))
    def total(self, batch: Any) -> str:
        return euros(int((batch.amount or 0) * 100))

    @admin.display(description=gettext_lazy("file for the bank"))
    def file_to_send(self, batch: PaymentBatch) -> str:
        if not batch.file_sha256:
            return "-"
        address = reverse("payouts:file", args=[batch.message_id])
        return format_html('<a href="{}" download>{}.xml</a>', address, batch.message_id)
