"""Payments: what was sent to your bank account, and what you can expect."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone
from django.utils.timezone import localdate
from rest_framework.request import Request
from rest_framework.response import Response

from ledger.money import to_money
from providers.api import serializers
from providers.api.describing import described, listed
from providers.api.filtering import reference
from providers.api.pagination import Ordering
from providers.api.views.base import ApiView
from providers.models import Claim, Provider
from providers.owing import debts_of
from providers.reminding import reminder_of
from providers.standing import standing_of
from providers.words import iban_in_part

NEWEST = Ordering("sent_at", datetime.fromisoformat, key="reference", parse_key=reference)


class Payments(ApiView):
    scope = "payments"
    ordering, row = NEWEST, serializers.Payment

    @listed("payments", row, "Payments to you, newest first")
    def get(self, request: Request) -> Response:
        return self.page(Claim.objects.of(self.caller.provider).payments())


class OwnAccount(ApiView):
    scope = "payments"

    @described(
        "payments",
        "Your account, what is payable to you and what you owe",
        gives=serializers.Account,
    )
    def get(self, request: Request) -> Response:
        return Response(serializers.Account.show(_account(self.caller.provider, at=timezone.now())))


def _account(provider: Provider, *, at: datetime) -> dict[str, object]:
    standing = standing_of(provider, at=at)
    debts = debts_of(provider) if standing.owed else []
    reminder = reminder_of(provider, debts, on=localdate(at))
    return {
        "name": provider.name,
        "kvk_number": provider.kvk_number,
        "iban": iban_in_part(provider.iban) or None,
        "payable": to_money(standing.payable),
        "owed": to_money(standing.owed),
        "pay_back_until": debts[0].last_day if debts else None,
        "reminded_until": reminder.pay_until if reminder else None,
        "suspended_until": standing.suspended_until,
    }
