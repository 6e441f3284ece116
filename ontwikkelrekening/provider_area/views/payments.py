"""What was paid to a provider, what is on its way, what comes next, and when payments are held."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from ledger.balances import balance
from ontwikkelrekening.provider_area.access import Staff, for_staff
from ontwikkelrekening.provider_area.first_iban import no_iban_yet
from ontwikkelrekening.provider_area.pages import answer
from ontwikkelrekening.provider_area.paying_back import to_pay_back
from ontwikkelrekening.tables.table import Column, Listed, Queried, Table, table_on
from providers.models import Claim, Suspension
from providers.owing import Debt
from providers.words import iban_in_part
from providers.words import instalment as instalment_words


@require_safe
@for_staff
def payments(request: HttpRequest, staff: Staff) -> HttpResponseBase:
    table = table_on(
        request,
        "payments",
        caption=_("Payments to you"),
        columns=[
            Column(
                "reference",
                _("Reference on the bank statement"),
                lambda x: x["reference"],
                "code",
                link=_claims_of,
                order="reference",
            ),
            Column("number", _("Claims"), lambda x: x["number"], "count", order="number"),
            Column("amount", _("Amount"), lambda x: int(x["total"] * 100), "cents", order="total"),
            Column(
                "sent", _("Sent to the bank"), lambda x: x["sent_at"], "moment", order="sent_at"
            ),
            Column("paid", _("Paid"), lambda x: x["settled_at"], "moment", order="settled_at"),
        ],
        source=Listed(list(Claim.objects.of(staff.provider).payments())),
        sort="-sent",
        empty=_("Nothing has been paid yet."),
    )
    provider = staff.provider
    suspended = provider.suspensions.in_force(at=timezone.now())
    past = provider.suspensions.filter(agreed=True).exclude(pk__in=suspended)
    pay_back = to_pay_back(provider, on=timezone.localdate())
    changes = provider.iban_changes.order_by("answered_at")
    asked = changes.filter(agreed=None).first()
    return answer(
        request,
        "payments.html",
        staff,
        title=pgettext_lazy("provider", "Payments"),
        section="payments",
        tables=[
            table,
            *([_debts(request, pay_back.debts)] if pay_back else []),
            _suspensions(request, past),
        ],
        suspension=suspended.first(),
        payable=balance(provider.payable_id),
        no_iban=no_iban_yet(provider),
        pay_back=pay_back,
        iban=iban_in_part(provider.iban),
        since=changes.filter(agreed=True).last(),
        asked=asked and {"on": asked.proposed_at, "iban": iban_in_part(asked.after)},
    )


def _debts(request: HttpRequest, debts: Sequence[Debt]) -> Table:
    claims = Claim.objects.select_related("enrolment__course")
    claim_of = claims.in_bulk([debt.claim_id for debt in debts])
    return table_on(
        request,
        "debts",
        caption=_("What you have still to pay back"),
        columns=[
            Column(
                "claim",
                _("Claim"),
                lambda x: claim_of[x.claim_id].enrolment.course.name,
                link=lambda x: reverse("provider_area:claim", args=[x.claim_id]),
            ),
            Column(
                "instalment",
                _("Instalment"),
                lambda x: instalment_words(claim_of[x.claim_id].instalment),
            ),
            Column("decided", _("Recovered on"), lambda x: x.decided_on, "date"),
            Column("last", _("Last day to pay back"), lambda x: x.last_day, "date"),
            Column("cents", _("Still to pay back"), lambda x: x.cents, "cents"),
        ],
        source=Listed(debts),
    )


def _suspensions(request: HttpRequest, past: QuerySet[Suspension]) -> Table:
    return table_on(
        request,
        "suspensions",
        caption=_("Earlier suspensions of payments to you"),
        columns=[
            Column("since", _("Since"), lambda x: x.answered_at, "moment", order="answered_at"),
            Column("until", _("Last day"), lambda x: x.until, "date", order="until"),
            Column(
                "lifted", _("Ended sooner on"), lambda x: x.lifted_at, "moment", order="lifted_at"
            ),
            Column("reason", _("Reason"), lambda x: x.reason),
        ],
        source=Queried(past),
        sort="-since",
    )


def _claims_of(payment: dict[str, Any]) -> str:
    return f"{reverse('provider_area:claims')}?{urlencode({'reference': payment['reference']})}"
