"""Providers: what each was paid, is to be paid, and has to pay back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Cast, Coalesce, Concat
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.models import Total
from ontwikkelrekening.audit import provider_tables
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.accounts import account_line
from ontwikkelrekening.audit.claim_tables import cents_of, claims_table, payouts_table
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.signal_tables import signals_table
from ontwikkelrekening.audit.signals import KINDS, look_for
from ontwikkelrekening.payouts.models import Payout
from ontwikkelrekening.tables.table import Column, Queried, table_on
from providers.models import Claim, Course, Provider, Suspension
from providers.owing import debts_of, late, receivable_code
from providers.states import ClaimState


@audit_page
def providers(request: HttpRequest) -> HttpResponseBase:
    table = table_on(
        request,
        "providers",
        caption=_("Providers"),
        columns=[
            Column(
                "name",
                _("Provider"),
                lambda x: x.name,
                link=lambda x: reverse("audit:provider", args=[x.id]),
                order="name",
            ),
            Column(
                "kvk",
                _("Chamber of Commerce number"),
                lambda x: x.kvk_number,
                "code",
                order="kvk_number",
            ),
            Column(
                "admitted", _("Admitted on"), lambda x: x.admitted_on, "date", order="admitted_on"
            ),
            Column(
                "courses",
                _("Courses"),
                lambda x: x.courses_count or 0,
                "count",
                order="courses_count",
            ),
            Column("paid", _("Paid"), lambda x: cents_of(x.paid), "cents", order="paid"),
            Column(
                "unpaid", _("To be paid"), lambda x: cents_of(x.unpaid), "cents", order="unpaid"
            ),
            Column("owed", _("To be paid back"), lambda x: x.owed, "cents", order="owed"),
            Column(
                "suspended",
                _("Payments suspended up to and including"),
                lambda x: x.suspended_until,
                "date",
                order="suspended_until",
            ),
        ],
        source=Queried(_providers()),
        sort="name",
        empty=_("No provider has been admitted yet."),
    )
    return answer(
        request, "audit/providers.html", title=_("Providers"), section="providers", tables=[table]
    )


def _providers() -> QuerySet[Any, Any]:
    claimed = Claim.objects.filter(provider=OuterRef("pk")).order_by()
    courses = Course.objects.filter(provider=OuterRef("pk")).order_by()
    # An account that is not hot: its total is exact (ledger/models.py).
    receivable = Concat(Value("receivable:"), Cast(OuterRef("pk"), CharField()))
    totals = Total.objects.filter(account__code=receivable)
    suspended = Suspension.objects.in_force(at=timezone.now()).filter(provider=OuterRef("pk"))
    unpaid = Q(state__in=[ClaimState.APPROVED, ClaimState.IN_FILE])
    return Provider.objects.annotate(
        courses_count=Subquery(courses.values("provider").annotate(n=Count("pk")).values("n")[:1]),
        paid=_sum_of(claimed.filter(state=ClaimState.PAID)),
        unpaid=_sum_of(claimed.filter(unpaid)),
        owed=Coalesce(Subquery(totals.values(owed=F("debits") - F("credits"))), 0),
        suspended_until=Subquery(suspended.values("until")[:1]),
    )


def _sum_of(claims: QuerySet[Claim]) -> Subquery:
    return Subquery(claims.values("provider").annotate(total=Sum("amount")).values("total")[:1])


@audit_page
def provider(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(_providers().select_related("payable__account_class"), id=id)
    claimed = Claim.objects.filter(provider=found)
    payouts = Payout.objects.filter(provider=found).select_related("batch").defer("batch__file")
    debts = debts_of(found)
    return answer(
        request,
        "audit/provider.html",
        title=found.name,
        section="providers",
        trail=[(_("Providers"), reverse("audit:providers"))],
        tables=[
            signals_table(request, look_for(KINDS.values(), at=timezone.now(), provider=found)),
            payouts_table(request, Queried(payouts)),
            claims_table(request, claimed),
            provider_tables.recoveries(request, found),
            provider_tables.debts(request, debts),
            provider_tables.reminders(request, found),
            provider_tables.repayments(request, found),
            provider_tables.write_offs(request, found),
            provider_tables.suspensions(request, found),
            provider_tables.iban_changes(request, found),
            provider_tables.prices(request, found),
        ],
        provider=found,
        payable=account_line(found.payable),
        paid=cents_of(found.paid),
        receivable=receivable_code(found.pk),
        late=late(debts, on=timezone.localdate()),
    )
