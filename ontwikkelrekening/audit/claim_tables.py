"""Claims and payments as tables, for every page that shows some."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.money import to_cents
from ontwikkelrekening.payouts.models import Payout, PayoutState
from ontwikkelrekening.tables.table import Column, Queried, Table, table_on
from providers.models import Claim, Recovery
from providers.models.proposals import Proposal


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
        # Not joined: all that match would be, before the page is cut from them.
        source=Queried(wanted.prefetch_related("enrolment__course", "provider")),
        sort="-submitted",
        empty=_("No claims match."),
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


def recoveries_table(
    request: HttpRequest, recoveries: QuerySet[Recovery], *of_claim: Column
) -> Table:
    """Proposals to recover a claim; `of_claim` says which one, where there are more."""
    return table_on(
        request,
        "recoveries",
        caption=_("Recoveries"),
        columns=[
            *of_claim,
            *proposal_columns(Column("heard", _("What the provider says"), lambda x: x.heard)),
        ],
        source=Queried(recoveries),
        sort="-at",
        empty=_("Nobody has proposed to recover anything."),
    )


def proposal_columns(*beside_reason: Column) -> list[Column]:
    """Who proposed something, when and why, and what a second person said to it."""
    return [
        Column("proposed", _("Proposed by"), lambda x: x.proposed_by),
        Column("at", _("Proposed on"), lambda x: x.proposed_at, "moment", order="proposed_at"),
        Column("reason", _("Reason"), lambda x: x.reason),
        *beside_reason,
        Column("state", _("State"), _answer_to, "state"),
        Column("answered", _("Answered by"), lambda x: x.answered_by),
        Column(
            "answered_at", _("Answered on"), lambda x: x.answered_at, "moment", order="answered_at"
        ),
    ]


def _answer_to(proposal: Proposal) -> str:
    return {None: "waiting", True: "approved", False: "refused"}[proposal.agreed]


def cents_of(amount: object) -> int:
    return int(amount * 100) if amount else 0  # type: ignore[operator]
