"""Claims, and the enrolments that they are for."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.money import to_cents
from ontwikkelrekening.audit.access import audit_page, page_about
from ontwikkelrekening.audit.accounts import account_line, asked_scheme, got_credit_of, is_credit_of
from ontwikkelrekening.audit.claim_tables import claims_table, payouts_table, recoveries_table
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.views.bookings import transfers_table
from ontwikkelrekening.budgets.models import Agreement
from ontwikkelrekening.tables.histories import history_table
from ontwikkelrekening.tables.table import Cell, Column, Listed, Queried, table_on
from providers.models import Claim, Enrolment, Review, StateChange
from providers.states import ClaimState


@audit_page
def claims(request: HttpRequest) -> HttpResponseBase:
    state, scheme = request.GET.get("state", ""), asked_scheme(request)
    wanted = Claim.objects.all()
    if scheme:
        # No reservation is a grant; but for the "or" each account's claims would be looked up by itself.
        account = "enrolment__account"
        wanted = wanted.filter(is_credit_of(scheme, account) | got_credit_of(scheme, account))
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
        states=[
            ("", _("All")),
            ("unpaid", _("Approved, not yet paid")),
            *ClaimState.choices,
        ],
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
            transfers_table(request, found.booking_id, found.recovery_id),
            recoveries_table(request, found.recoveries.all()),
            payouts_table(request, Queried(payouts)),
        ],
        claim=found,
        amount=to_cents(found.amount),
        review=Review.objects.filter(claim=found).first(),
        bookings=reverse("audit:bookings") + f"?cause=claim:{found.id}",
    )


def _chooser(id: UUID) -> Iterable[str]:
    return Agreement.objects.filter(enrolment=id).values_list("account_code", flat=True)


@page_about(_chooser)
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
        learning_account=next(iter(_chooser(found.id)), None),
    )
