"""Webhooks: where you are told of changes, and how the telling went."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from providers.api import serializers
from providers.api.describing import described, listed
from providers.api.pagination import Ordering
from providers.api.views.base import ApiView, found
from providers.models import Endpoint
from providers.webhooks.managing import register, remove, rotate, send_again, verify

NEWEST = Ordering("registered_at", datetime.fromisoformat)
NEWEST_DELIVERY = Ordering("created_at", datetime.fromisoformat)


class Webhook(ApiView):
    """A view of the caller's own endpoints."""

    scope = "webhooks"

    def own(self, endpoint_id: UUID) -> Endpoint:
        return found(self.caller.provider.endpoints.all(), endpoint_id)


class Endpoints(Webhook):
    ordering, row = NEWEST, serializers.Endpoint

    @listed("webhooks", row, "Your endpoints, newest first")
    def get(self, request: Request) -> Response:
        return self.page(self.caller.provider.endpoints.all())

    @described(
        "webhooks",
        "Register an endpoint",
        takes=serializers.NewEndpoint,
        gives=serializers.EndpointWithSecret,
        status=201,
        once=True,
    )
    def post(self, request: Request) -> HttpResponse:
        url = self.received(serializers.NewEndpoint)["url"]
        return self.once(lambda: self._register(url))

    def _register(self, url: str) -> Response:
        endpoint = register(self.caller.provider, url, at=timezone.now())
        response = Response(serializers.EndpointWithSecret.show(endpoint), status=201)
        response.headers["Location"] = f"/api/v1/webhooks/{endpoint.id}"
        return response


class OneEndpoint(Webhook):
    @described("webhooks", "One endpoint", gives=serializers.Endpoint)
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        return Response(serializers.Endpoint.show(self.own(endpoint_id)))

    @described("webhooks", "Remove an endpoint", gives=None, status=204)
    def delete(self, request: Request, endpoint_id: UUID) -> Response:
        remove(self.own(endpoint_id))
        return Response(status=204)


class Verifications(Webhook):
    @described(
        "webhooks",
        "Verify an endpoint with the challenge it was sent",
        takes=serializers.Challenge,
        gives=serializers.Endpoint,
        once=True,
    )
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        endpoint = self.own(endpoint_id)
        challenge = self.received(serializers.Challenge)["challenge"]
        return self.once(
            lambda: Response(
                serializers.Endpoint.show(verify(endpoint, challenge, at=timezone.now()))
            )
        )


class Secrets(Webhook):
    @described(
        "webhooks",
        "Draw a new secret; the one before goes on signing beside it",
        gives=serializers.EndpointWithSecret,
        status=201,
        once=True,
    )
    def post(self, request: Request, endpoint_id: UUID) -> HttpResponse:
        self.received_nothing()
        endpoint = self.own(endpoint_id)
        return self.once(
            lambda: Response(serializers.EndpointWithSecret.show(rotate(endpoint)), status=201)
        )


class Deliveries(Webhook):
    ordering, row = NEWEST_DELIVERY, serializers.Delivery

    @listed("webhooks", row, "What was sent to an endpoint, newest first")
    def get(self, request: Request, endpoint_id: UUID) -> Response:
        return self.page(self.own(endpoint_id).deliveries.all())


class Retries(Webhook):
    @described("webhooks", "Send an event again", gives=serializers.Delivery, once=True)
    def post(self, request: Request, endpoint_id: UUID, delivery_id: UUID) -> HttpResponse:
        self.received_nothing()
        delivery = found(self.own(endpoint_id).deliveries.all(), delivery_id)
        return self.once(
            lambda: Response(serializers.Delivery.show(send_again(delivery, at=timezone.now())))
        )
