"""Funds, providers, enrolments, claims and payment batches."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.money import to_cents
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.accounts import account_line, asked_scheme, holds_credit_of
from ontwikkelrekening.audit.charts import BarChart, bar_chart
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.positions import PLACES, Position, positions
from ontwikkelrekening.audit.views.books import transfers_table
from ontwikkelrekening.budgets.funders import statement_of
from ontwikkelrekening.budgets.models import Agreement, Fund
from ontwikkelrekening.payouts.models import PaymentBatch, Payout, PayoutState
from ontwikkelrekening.tables.histories import history_table
from ontwikkelrekening.tables.table import Cell, Column, Listed, Queried, Table, table_on
from providers.models import Claim, Course, Enrolment, Provider, Review, StateChange
from providers.states import ClaimState


def _fund_href(position: Position) -> str:
    return reverse("audit:fund", args=[position.scheme])


@audit_page
def funds(request: HttpRequest) -> HttpResponseBase:
    found = positions()
    places = [
        Column(key, title, lambda x, key=key: getattr(x, key), "cents", order=key)  # type: ignore[misc]
        for key, (title, _explained) in PLACES.items()
    ]
    table = table_on(
        request,
        "funds",
        caption=_("Funds"),
        columns=[
            Column("fund", _("Fund"), lambda x: x.name, link=_fund_href, order="name"),
            Column("made", _("Made available"), lambda x: x.made_available, "cents", order="made"),
            *places,
        ],
        source=Listed(found),
        totals=lambda: [
            Cell(_("Total")),
            Cell(sum(x.made_available for x in found), "cents"),
            *(Cell(sum(getattr(x, key) for x in found), "cents") for key in PLACES),
        ],
        empty=_("No fund has been opened yet."),
    )
    return answer(
        request,
        "audit/funds.html",
        title=_("Funds"),
        section="funds",
        tables=[table],
        charts=[(x, position_chart(x)) for x in found],
    )


def position_chart(position: Position) -> BarChart:
    return bar_chart(
        _("Where the money of %(fund)s is") % {"fund": position.name},
        [(title, getattr(position, key), key) for key, (title, _explained) in PLACES.items()],
    )


STATEMENT = {
    "received": _("Received, less what went back"),
    "in_fund": _("Still in the fund"),
    "for_rounds": _("Set apart for rounds"),
    "granted": _("Granted"),
    "free": _("Free on their accounts"),
    "reserved": _("Reserved"),
    "paid": _("Claimed by providers"),
    "came_back": _("Came back from citizens"),
}


@audit_page
def fund_page(request: HttpRequest, scheme: str) -> HttpResponseBase:
    found = next((x for x in positions() if x.scheme == scheme), None)
    if found is None:
        raise Http404
    fund = Fund.objects.select_related("scheme", "account").get(scheme__code=scheme)
    of_it = f"scheme={scheme}"
    hrefs = {
        "available": reverse("audit:account", args=[found.account]),
        "rounds": reverse("audit:rounds"),
        "committed": reverse("audit:class", args=["tranche"]) + f"?{of_it}",
        "reserved": reverse("audit:class", args=["reserved"]) + f"?{of_it}",
        "payable": reverse("audit:claims") + f"?state=unpaid&{of_it}",
        "paid": reverse("audit:claims") + f"?state=paid&{of_it}",
    }
    table = table_on(
        request,
        "position",
        caption=_("Where the money is"),
        columns=[
            Column("place", _("Place"), lambda x: PLACES[x][0], link=lambda x: hrefs[x]),
            Column("meaning", _("What it is"), lambda x: PLACES[x][1]),
            Column(
                "amount", _("Amount"), lambda x: getattr(found, x), "cents", link=lambda x: hrefs[x]
            ),
        ],
        source=Listed(list(PLACES)),
        totals=lambda: [Cell(_("Total")), Cell(""), Cell(found.total, "cents")],
    )
    statement = statement_of(fund)
    told = table_on(
        request,
        "statement",
        caption=_("Statement for the funder"),
        columns=[
            Column("what", _("What it is"), lambda x: STATEMENT[x]),
            Column("amount", _("Amount"), lambda x: getattr(statement, x), "cents"),
        ],
        source=Listed(list(STATEMENT)),
    )
    return answer(
        request,
        "audit/fund.html",
        title=found.name,
        section="funds",
        trail=[(_("Funds"), reverse("audit:funds"))],
        tables=[table, told],
        position=found,
        fund=fund,
        statement=statement,
        reach_href=reverse("audit:reach", args=[scheme]),
        chart=position_chart(found),
        difference=found.made_available - found.total,
    )


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
            Column("paid", _("Paid"), lambda x: _cents(x.paid), "cents", order="paid"),
            Column("unpaid", _("To be paid"), lambda x: _cents(x.unpaid), "cents", order="unpaid"),
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


def _cents(amount: object) -> int:
    return int(amount * 100) if amount else 0  # type: ignore[operator]


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
        tables=[payouts_table(request, Queried(payouts)), claims_table(request, claimed)],
        provider=found,
        payable=account_line(found.payable),
        paid=_cents(found.paid),
    )


def payouts_table(request: HttpRequest, payouts: Queried) -> Table:
    return table_on(
        request,
        "payouts",
        caption=_("Payments"),
        columns=[
            Column(
                "reference",
                _("Reference on the bank statement"),
                lambda x: x.reference,
                "code",
                order="reference",
            ),
            Column(
                "provider",
                _("Provider"),
                lambda x: x.provider.name,
                link=lambda x: reverse("audit:provider", args=[x.provider_id]),
            ),
            Column(
                "batch",
                _("Payment batch"),
                lambda x: x.batch.message_id,
                "code",
                link=lambda x: reverse("audit:batch", args=[x.batch_id]),
            ),
            Column("pay", _("Pay on"), lambda x: x.batch.pay_on, "date"),
            Column("state", _("State"), _payout_state, "state"),
            Column("reason", _("Reason"), lambda x: x.reason),
            Column("amount", _("Amount"), lambda x: to_cents(x.amount), "cents", order="amount"),
        ],
        source=payouts,
        sort="reference",
        empty=_("Nothing has been paid yet."),
    )


def _payout_state(payout: Payout) -> str:
    """What became of it; while nothing did, how far its batch is."""
    return payout.batch.state if payout.state == PayoutState.OPEN else payout.state


def claims_table(request: HttpRequest, wanted: QuerySet[Claim]) -> Table:
    return table_on(
        request,
        "claims",
        caption=_("Claims"),
        columns=[
            Column(
                "submitted",
                _("Submitted"),
                lambda x: x.submitted_at,
                "moment",
                link=lambda x: reverse("audit:claim", args=[x.id]),
                order="submitted_at",
            ),
            Column(
                "provider",
                _("Provider"),
                lambda x: x.provider.name,
                link=lambda x: reverse("audit:provider", args=[x.provider_id]),
            ),
            Column(
                "course",
                _("Course"),
                lambda x: x.enrolment.course.name,
                link=lambda x: reverse("audit:enrolment", args=[x.enrolment_id]),
            ),
            Column(
                "instalment",
                _("Instalment"),
                lambda x: x.instalment,
                "instalment",
                order="instalment",
            ),
            Column("state", _("State"), lambda x: x.state, "state", order="state"),
            Column("amount", _("Amount"), lambda x: to_cents(x.amount), "cents", order="amount"),
        ],
        source=Queried(wanted.select_related("enrolment__course", "provider")),
        sort="-submitted",
        empty=_("No claims match."),
    )


@audit_page
def claims(request: HttpRequest) -> HttpResponseBase:
    state, scheme = request.GET.get("state", ""), asked_scheme(request)
    wanted = Claim.objects.all()
    if scheme:
        wanted = wanted.filter(holds_credit_of(scheme, "enrolment__account"))
    if state == "unpaid":
        wanted = wanted.filter(state__in=[ClaimState.APPROVED, ClaimState.IN_FILE])
    elif state in ClaimState.values:
        wanted = wanted.filter(state=state)
    return answer(
        request,
        "audit/claims.html",
        title=_("Claims"),
        section="claims",
        tables=[claims_table(request, wanted)],
        scheme=scheme,
        also=f"&scheme={scheme.code}" if scheme else "",
        state=state,
        states=[("", _("All")), ("unpaid", _("Approved, not yet paid")), *ClaimState.choices],
    )


@audit_page
def claim(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(
        Claim.objects.select_related("enrolment__course", "enrolment__account", "provider"), id=id
    )
    payouts = found.payouts.select_related("batch", "provider").defer("batch__file")
    return answer(
        request,
        "audit/claim.html",
        title=_("Claim"),
        section="claims",
        trail=[(_("Claims"), reverse("audit:claims"))],
        tables=[
            history_table(request, StateChange.objects.filter(subject_id=found.id)),
            transfers_table(request, found.booking_id),
            payouts_table(request, Queried(payouts)),
        ],
        claim=found,
        amount=to_cents(found.amount),
        review=Review.objects.filter(claim=found).first(),
        bookings=reverse("audit:bookings") + f"?cause=claim:{found.id}",
    )


@audit_page
def enrolment(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(
        Enrolment.objects.select_related("course", "provider", "account__account_class"), id=id
    )
    terms = table_on(
        request,
        "terms",
        caption=_("Terms of reimbursement, stamped at agreement"),
        columns=[
            Column("instalment", _("Instalment"), lambda x: x["instalment"], "instalment"),
            Column("after", _("Due after"), lambda x: x["after"], "instalment"),
            Column("amount", _("Amount"), lambda x: x["cents"], "cents"),
        ],
        source=Listed(found.terms),
        totals=lambda: [
            Cell(_("Total")),
            Cell(""),
            Cell(sum(x["cents"] for x in found.terms), "cents"),
        ],
    )
    return answer(
        request,
        "audit/enrolment.html",
        title=_("Enrolment"),
        section="claims",
        trail=[(_("Claims"), reverse("audit:claims"))],
        tables=[
            terms,
            claims_table(request, Claim.objects.filter(enrolment=found)),
            history_table(request, StateChange.objects.filter(subject_id=found.id)),
        ],
        enrolment=found,
        maximum=to_cents(found.maximum),
        reserved=account_line(found.account),
        learning_account=Agreement.objects.filter(enrolment=found)
        .values_list("account_code", flat=True)
        .first(),
    )


def _batches() -> QuerySet[Any, Any]:
    return PaymentBatch.objects.defer("file").annotate(
        payments=Count("payouts"),
        total=Sum("payouts__amount"),
        returned=Sum("payouts__amount", filter=Q(payouts__state=PayoutState.RETURNED)),
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
            Column("total", _("Amount"), lambda x: _cents(x.total), "cents", order="total"),
            Column("paid", _("Paid"), lambda x: _cents(x.paid), "cents", order="paid"),
            Column(
                "returned",
                _("Sent back by the bank"),
                lambda x: _cents(x.returned),
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
        total=_cents(found.total),
        paid=_cents(found.paid),
        returned=_cents(found.returned),
        bookings=reverse("audit:bookings") + f"?cause=batch:{found.id}",
    )
