"""Providers: what each was paid, and is to be paid."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.accounts import account_line
from ontwikkelrekening.audit.claim_tables import cents_of, claims_table, payouts_table
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.payouts.models import Payout
from ontwikkelrekening.tables.table import Column, Queried, Table, table_on
from providers.models import Claim, Course, IbanChange, Provider
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
    unpaid = Q(state__in=[ClaimState.APPROVED, ClaimState.IN_FILE])
    return Provider.objects.annotate(
        courses_count=Subquery(courses.values("provider").annotate(n=Count("pk")).values("n")[:1]),
        paid=_sum_of(claimed.filter(state=ClaimState.PAID)),
        unpaid=_sum_of(claimed.filter(unpaid)),
    )


def _sum_of(claims: QuerySet[Claim]) -> Subquery:
    return Subquery(claims.values("provider").annotate(total=Sum("amount")).values("total")[:1])


@audit_page
def provider(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(_providers().select_related("payable__account_class"), id=id)
    claimed = Claim.objects.filter(provider=found)
    payouts = Payout.objects.filter(provider=found).select_related("batch").defer("batch__file")
    return answer(
        request,
        "audit/provider.html",
        title=found.name,
        section="providers",
        trail=[(_("Providers"), reverse("audit:providers"))],
        tables=[
            payouts_table(request, Queried(payouts)),
            claims_table(request, claimed),
            _iban_changes(request, found),
        ],
        provider=found,
        payable=account_line(found.payable),
        paid=cents_of(found.paid),
    )


def _state(change: IbanChange) -> str:
    return {None: "waiting", True: "approved", False: "refused"}[change.agreed]


def _iban_changes(request: HttpRequest, provider: Provider) -> Table:
    return table_on(
        request,
        "ibans",
        caption=_("Changes of IBAN"),
        columns=[
            Column("before", _("IBAN until then"), lambda x: x.before, "code"),
            Column("after", _("New IBAN"), lambda x: x.after, "code"),
            Column("proposed", _("Proposed by"), lambda x: x.proposed_by),
            Column("at", _("Proposed on"), lambda x: x.proposed_at, "moment", order="proposed_at"),
            Column("reason", _("Reason"), lambda x: x.reason),
            Column("state", _("State"), _state, "state"),
            Column("answered", _("Answered by"), lambda x: x.answered_by),
            Column(
                "answered_at",
                _("Answered on"),
                lambda x: x.answered_at,
                "moment",
                order="answered_at",
            ),
        ],
        source=Queried(provider.iban_changes.all()),
        sort="-at",
        empty=_("The IBAN has not been changed."),
    )
