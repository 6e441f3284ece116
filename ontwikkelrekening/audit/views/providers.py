"""Providers: what each was paid, is to be paid, and has to pay back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import (
    Case,
    CharField,
    Count,
    F,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Concat, Lower
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.models import Total
from ledger.money import to_cents
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.accounts import account_line
from ontwikkelrekening.audit.claim_tables import (
    cents_of,
    claims_table,
    payouts_table,
    proposal_columns,
    recoveries_table,
)
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.signal_tables import signals_table
from ontwikkelrekening.audit.signals import KINDS, look_for
from ontwikkelrekening.payouts.models import Payout, Repayment, Withdrawable, WriteOff
from ontwikkelrekening.tables.table import Column, Listed, Queried, Table, Text, table_on
from providers.models import (
    Claim,
    Course,
    IbanChange,
    Provider,
    Recovery,
    StateChange,
    Suspension,
)
from providers.owing import Debt, debts_of, late, receivable_code
from providers.states import ClaimState, CourseState


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
            _recoveries(request, found),
            _debts(request, debts),
            _reminders(request, found),
            _repayments(request, found),
            _write_offs(request, found),
            _suspensions(request, found),
            _iban_changes(request, found),
            _prices(request, found),
        ],
        provider=found,
        payable=account_line(found.payable),
        paid=cents_of(found.paid),
        receivable=receivable_code(found.pk),
        late=late(debts, on=timezone.localdate()),
    )


def _recoveries(request: HttpRequest, provider: Provider) -> Table:
    recoveries = Recovery.objects.filter(claim__provider=provider)
    return recoveries_table(
        request,
        recoveries.prefetch_related("claim__enrolment__course"),
        Column(
            "claim",
            _("Claim"),
            lambda x: x.claim.enrolment.course.name,
            link=lambda x: reverse("audit:claim", args=[x.claim_id]),
        ),
        Column("amount", _("Amount"), lambda x: to_cents(x.claim.amount), "cents"),
    )


def _debts(request: HttpRequest, debts: Sequence[Debt]) -> Table:
    """What of each claim has still to be paid back; what came in paid the oldest first."""
    claims = Claim.objects.select_related("enrolment__course")
    claim_of = claims.in_bulk([debt.claim_id for debt in debts])
    return table_on(
        request,
        "debts",
        caption=_("What has still to be paid back"),
        columns=[
            Column(
                "claim",
                _("Claim"),
                lambda x: claim_of[x.claim_id].enrolment.course.name,
                link=lambda x: reverse("audit:claim", args=[x.claim_id]),
            ),
            Column("decided", _("Recovered on"), lambda x: x.decided_on, "date"),
            Column("last", _("Last day to pay back"), lambda x: x.last_day, "date"),
            Column("cents", _("Still to be paid back"), lambda x: x.cents, "cents"),
        ],
        source=Listed(debts),
        empty=_("This provider has nothing to pay back."),
    )


def _repayments(request: HttpRequest, provider: Provider) -> Table:
    return table_on(
        request,
        "repayments",
        caption=_("Repayments"),
        columns=[
            Column(
                "received",
                _("Received on"),
                lambda x: x.received_on,
                "date",
                link=lambda x: reverse("audit:booking", args=[x.pk]),
                order="received_on",
            ),
            Column(
                "reference", _("Reference on the bank statement"), lambda x: x.reference, "code"
            ),
            Column("booked", _("Booked by"), lambda x: x.booked_by),
            Column("at", _("Booked at"), lambda x: x.booked_at, "moment", order="booked_at"),
            *_withdrawal_columns(),
            Column("amount", _("Amount"), lambda x: to_cents(x.amount), "cents", order="amount"),
        ],
        source=Queried(Repayment.objects.filter(provider=provider)),
        sort="-received",
        empty=_("Nothing has been paid back."),
    )


def _withdrawal_columns() -> list[Column]:
    return [
        Column("withdrawn_at", _("Withdrawn on"), lambda x: x.withdrawn_at, "moment"),
        Column("withdrawn", _("By whom, and why"), _withdrawn_by),
    ]


def _withdrawn_by(booked: Withdrawable) -> str:
    return f"{booked.withdrawn_by}: {booked.withdrawn_because}" if booked.withdrawn_at else ""


def _reminders(request: HttpRequest, provider: Provider) -> Table:
    return table_on(
        request,
        "reminders",
        caption=_("Reminders to pay back"),
        columns=[
            Column("sent_at", _("Sent on"), lambda x: x.sent_at, "moment", order="sent_at"),
            Column("sent", _("Sent by"), lambda x: x.sent_by),
            Column(
                "until", _("Last day to pay back"), lambda x: x.pay_until, "date", order="pay_until"
            ),
            Column("amount", _("Amount"), lambda x: to_cents(x.amount), "cents", order="amount"),
        ],
        source=Queried(provider.reminders.all()),
        sort="-sent_at",
        empty=_("This provider was never reminded."),
    )


def _write_offs(request: HttpRequest, provider: Provider) -> Table:
    return table_on(
        request,
        "write_offs",
        caption=_("What was written off"),
        columns=[
            *proposal_columns(),
            *_withdrawal_columns(),
            Column(
                "amount",
                _("Amount"),
                lambda x: to_cents(x.amount),
                "cents",
                link=lambda x: reverse("audit:booking", args=[x.pk]) if x.agreed else None,
                order="amount",
            ),
        ],
        source=Queried(WriteOff.objects.filter(provider=provider)),
        sort="-at",
        empty=_("Nothing has been written off."),
    )


def _suspensions(request: HttpRequest, provider: Provider) -> Table:
    return table_on(
        request,
        "suspensions",
        caption=_("Suspensions of payments"),
        columns=[
            *proposal_columns(),
            Column("until", _("Last day"), lambda x: x.until, "date", order="until"),
            Column("lifted", _("Lifted by"), lambda x: x.lifted_by),
            Column("lifted_at", _("Lifted on"), lambda x: x.lifted_at, "moment", order="lifted_at"),
        ],
        source=Queried(provider.suspensions.all()),
        sort="-at",
        empty=_("Nobody has proposed to suspend payments."),
    )


def _iban_changes(request: HttpRequest, provider: Provider) -> Table:
    return table_on(
        request,
        "ibans",
        caption=_("Changes of IBAN"),
        columns=[
            Column("before", _("IBAN until then"), _iban_before, "code"),
            Column("after", _("New IBAN"), lambda x: x.after, "code"),
            *proposal_columns(),
        ],
        source=Queried(provider.iban_changes.all()),
        sort="-at",
        empty=_("No IBAN has been proposed."),
    )


def _iban_before(change: IbanChange) -> Text:
    return _("none: this is the first one") if change.is_first else change.before


def _prices(request: HttpRequest, provider: Provider) -> Table:
    """What its courses cost from when until when; those of one name follow each other.

    A price to which somebody agreed stays, so another price is another course.
    """
    withdrawn = StateChange.objects.filter(
        subject_id=OuterRef("pk"), to_state=CourseState.WITHDRAWN
    ).order_by()
    last = withdrawn.values("subject_id").annotate(at=Max("at")).values("at")
    offered = Course.objects.filter(provider=provider, published_at__isnull=False).annotate(
        until=Case(When(state=CourseState.WITHDRAWN, then=Subquery(last)))
    )
    return table_on(
        request,
        "prices",
        caption=_("Prices of courses"),
        columns=[
            Column("course", _("Course"), lambda x: x.name, order="name"),
            Column("category", _("Category"), lambda x: x.get_category_display()),
            Column("hours", _("Hours of study"), lambda x: x.hours, "count", order="hours"),
            Column(
                "from", _("Offered since"), lambda x: x.published_at, "moment", order="published_at"
            ),
            Column("until", _("Withdrawn on"), lambda x: x.until, "moment", order="until"),
            Column("price", _("Price"), lambda x: to_cents(x.price), "cents", order="price"),
        ],
        source=Queried(offered.order_by(Lower("name"), "published_at", "pk")),
        empty=_("No course has been published yet."),
    )
