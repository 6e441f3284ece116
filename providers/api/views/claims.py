"""Claims: submit, list, read, take back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from providers.api import serializers
from providers.api.describing import described, listed
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
from providers.api.idempotency import REPLAYED, key_of, submit_under
from providers.api.pagination import Ordering
from providers.api.views.base import ApiView, found
from providers.claiming import withdraw
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
        claim, is_new = submit_under(
            key_of(request),
            values,
            provider=self.caller.provider,
            actor=self.caller.actor,
            at=timezone.now(),
        )
        response = Response(serializers.Claim.show(claim.as_submitted()), status=201)
        response.headers["Location"] = f"/api/v1/claims/{claim.id}"
        if not is_new:
            response.headers[REPLAYED] = "true"
        return response


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
        self.received_nothing()
        claim = found(Claim.objects.of(self.caller.provider), claim_id)
        return self.once(lambda: self._withdraw(claim))

    def _withdraw(self, claim: Claim) -> Response:
        withdrawn = withdraw(claim, actor=self.caller.actor, at=timezone.now())
        return Response(serializers.Claim.show(withdrawn))
