"""What happened with one provider, as tables: what it got, owes and costs, and who decided what."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Case, Max, OuterRef, Subquery, When
from django.db.models.functions import Lower
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.money import to_cents
from ontwikkelrekening.audit.claim_tables import proposal_columns, recoveries_table
from ontwikkelrekening.payouts.models import Repayment, Withdrawable, WriteOff
from ontwikkelrekening.tables.table import Column, Listed, Queried, Table, Text, table_on
from providers.models import Claim, Course, IbanChange, Provider, Recovery, StateChange
from providers.owing import Debt
from providers.states import CourseState


def recoveries(request: HttpRequest, provider: Provider) -> Table:
    proposed = Recovery.objects.filter(claim__provider=provider)
    return recoveries_table(
        request,
        proposed.prefetch_related("claim__enrolment__course"),
        Column(
            "claim",
            _("Claim"),
            lambda x: x.claim.enrolment.course.name,
            link=lambda x: reverse("audit:claim", args=[x.claim_id]),
        ),
        Column("amount", _("Amount"), lambda x: to_cents(x.claim.amount), "cents"),
    )


def debts(request: HttpRequest, owed: Sequence[Debt]) -> Table:
    """What of each claim has still to be paid back; what came in paid the oldest first."""
    claims = Claim.objects.select_related("enrolment__course")
    claim_of = claims.in_bulk([debt.claim_id for debt in owed])
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
        source=Listed(owed),
    )


def repayments(request: HttpRequest, provider: Provider) -> Table:
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


def reminders(request: HttpRequest, provider: Provider) -> Table:
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
    )


def write_offs(request: HttpRequest, provider: Provider) -> Table:
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
    )


def suspensions(request: HttpRequest, provider: Provider) -> Table:
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


def iban_changes(request: HttpRequest, provider: Provider) -> Table:
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


def prices(request: HttpRequest, provider: Provider) -> Table:
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
