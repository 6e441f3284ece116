"""What an answer may be: JSON, also for who names only how a problem is written."""

from __future__ import annotations

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from providers.api.problems import MEDIA_TYPE


class Negotiation(DefaultContentNegotiation):
    """Generated clients ask for the kinds that an operation lists; of one without a body, for a problem."""

    def get_accept_list(self, request: Request) -> list[str]:
        asked = super().get_accept_list(request)
        return [kind.replace(MEDIA_TYPE, "application/json") for kind in asked]
