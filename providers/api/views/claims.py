"""Claims: submit, list, read, take back."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from providers.api import serializers
from providers.api.filtering import (
    REFERENCE,
    Filter,
    by_id,
    during,
    narrowed,
    one_of,
    ordered,
    reference,
    sort_parameter,
)
from providers.api.idempotency import REPLAYED, KeyHasOtherContent, KeyIsInUse, key_of
from providers.api.pagination import Ordering
from providers.api.schema import described, listed
from providers.api.views.base import ApiView, found
from providers.claiming import submit, withdraw
from providers.claiming.submitting import ClaimIdIsTaken, ClaimIsOnItsWay, Submitted
from providers.models import Claim
from providers.states import ClaimState

NEWEST = Ordering("submitted_at", datetime.fromisoformat)
FILTERS = (
    one_of("state", "state", ClaimState.values, "Only claims in this state."),
    by_id("enrolment", "enrolment_id", "Only claims of this enrolment."),
    Filter(
        "paymentReference",
        "payment_reference",
        reference,
        "Only claims paid under this reference.",
        {"type": "string", "pattern": REFERENCE},
    ),
    *during("submitted", "submitted_at"),
)


class Claims(ApiView):
    scope = "claims"
    ordering, row, sort = NEWEST, serializers.Claim, "submittedAt"
    filters = FILTERS

    @listed(
        "claims",
        row,
        "Your claims, newest first",
        parameters=(*(each.parameter() for each in FILTERS), sort_parameter(sort)),
    )
    def get(self, request: Request) -> Response:
        return self.page(
            narrowed(request, Claim.objects.of(self.caller.provider), FILTERS),
            ordered(request, NEWEST, self.sort),
        )

    @described(
        "claims",
        "Submit a claim",
        takes=serializers.NewClaim,
        gives=serializers.Claim,
        status=201,
        once=True,
    )
    def post(self, request: Request) -> Response:
        values = self.received(serializers.NewClaim)
        try:
            claim, is_new = self._submit(values)
        except ClaimIdIsTaken:
            raise KeyHasOtherContent from None
        except ClaimIsOnItsWay:
            raise KeyIsInUse from None
        response = Response(serializers.Claim.show(claim.as_submitted()), status=201)
        response.headers["Location"] = f"/api/v1/claims/{claim.id}"
        if not is_new:
            response.headers[REPLAYED] = "true"
        return response

    def _submit(self, values: dict[str, Any]) -> Submitted:
        """The id follows from the provider and the key, so the claim itself keeps what was answered."""
        provider = self.caller.provider
        return submit(
            uuid5(provider.id, f"claim:{key_of(self.request)}"),
            values["enrolment"],
            values["instalment"],
            values["amount"],
            values.get("evidence", {}),
            provider=provider,
            actor=self.caller.actor,
            at=timezone.now(),
        )


class OneClaim(ApiView):
    scope = "claims"

    @described("claims", "One claim", gives=serializers.Claim)
    def get(self, request: Request, claim_id: UUID) -> Response:
        claim = found(Claim.objects.of(self.caller.provider), claim_id)
        return Response(serializers.Claim.show(claim))


class ClaimWithdrawals(ApiView):
    scope = "claims"

    @described(
        "claims", "Take back a claim that is not decided", gives=serializers.Claim, once=True
    )
    def post(self, request: Request, claim_id: UUID) -> HttpResponse:
        claim = found(Claim.objects.of(self.caller.provider), claim_id)
        return self.once(lambda: self._withdraw(claim))

    def _withdraw(self, claim: Claim) -> Response:
        withdrawn = withdraw(claim, actor=self.caller.actor, at=timezone.now())
        return Response(serializers.Claim.show(withdrawn))
