"""Payment batches, and what the bank made of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.claim_tables import cents_of, claims_table, payouts_table
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.payouts.models import CAME_BACK, PaymentBatch, Payout, PayoutState
from ontwikkelrekening.tables.table import Column, Queried, table_on
from providers.models import Claim


def _batches() -> QuerySet[Any, Any]:
    return PaymentBatch.objects.defer("file").annotate(
        payments=Count("payouts"),
        total=Sum("payouts__amount"),
        returned=Sum("payouts__amount", filter=Q(payouts__state__in=CAME_BACK)),
        paid=Sum("payouts__amount", filter=Q(payouts__state=PayoutState.PAID)),
    )


@audit_page
def batches(request: HttpRequest) -> HttpResponseBase:
    table = table_on(
        request,
        "batches",
        caption=_("Payment batches"),
        columns=[
            Column(
                "message",
                _("Payment batch"),
                lambda x: x.message_id,
                "code",
                link=lambda x: reverse("audit:batch", args=[x.id]),
                order="message_id",
            ),
            Column("state", _("State"), lambda x: x.state, "state", order="state"),
            Column("pay", _("Pay on"), lambda x: x.pay_on, "date", order="pay_on"),
            Column("prepared", _("Prepared by"), lambda x: x.prepared_by),
            Column("released", _("Released by"), lambda x: x.released_by),
            Column("payments", _("Payments"), lambda x: x.payments, "count", order="payments"),
            Column("total", _("Amount"), lambda x: cents_of(x.total), "cents", order="total"),
            Column("paid", _("Paid"), lambda x: cents_of(x.paid), "cents", order="paid"),
            Column(
                "returned",
                _("Sent back by the bank"),
                lambda x: cents_of(x.returned),
                "cents",
                order="returned",
            ),
        ],
        source=Queried(_batches().order_by("-prepared_at")),
        empty=_("No payment batch has been prepared yet."),
    )
    return answer(
        request, "audit/batches.html", title=_("Payments"), section="batches", tables=[table]
    )


@audit_page
def batch(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(_batches(), id=id)
    payouts = (
        Payout.objects.filter(batch=found).select_related("provider", "batch").defer("batch__file")
    )
    return answer(
        request,
        "audit/batch.html",
        title=found.message_id,
        section="batches",
        trail=[(_("Payments"), reverse("audit:batches"))],
        tables=[
            payouts_table(request, Queried(payouts)),
            claims_table(request, Claim.objects.filter(payouts__batch=found)),
        ],
        batch=found,
        total=cents_of(found.total),
        paid=cents_of(found.paid),
        returned=cents_of(found.returned),
        bookings=reverse("audit:bookings") + f"?cause=batch:{found.id}",
    )
