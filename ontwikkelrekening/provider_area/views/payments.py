"""What was paid to a provider, what is on its way, and what will go into the next payment."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django.views.decorators.http import require_safe

from ledger.balances import balance
from ontwikkelrekening.provider_area.access import Staff, for_staff
from ontwikkelrekening.provider_area.pages import answer
from ontwikkelrekening.provider_area.paying_back import to_pay_back
from ontwikkelrekening.tables.table import Column, Listed, table_on
from providers.models import Claim
from providers.words import iban_in_part


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
    changes = provider.iban_changes.order_by("answered_at")
    asked = changes.filter(agreed=None).first()
    return answer(
        request,
        "payments.html",
        staff,
        title=pgettext_lazy("provider", "Payments"),
        section="payments",
        tables=[table],
        payable=balance(provider.payable_id),
        pay_back=to_pay_back(provider),
        iban=iban_in_part(provider.iban),
        since=changes.filter(agreed=True).last(),
        asked=asked and {"on": asked.proposed_at, "iban": iban_in_part(asked.after)},
    )


def _claims_of(payment: dict[str, Any]) -> str:
    return f"{reverse('provider_area:claims')}?{urlencode({'reference': payment['reference']})}"
