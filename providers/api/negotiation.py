"""What an answer may be: JSON, also for who names only how a problem is written."""

from __future__ import annotations

import re

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request

from providers.api.problems import MEDIA_TYPE

JSON = "application/json"
RANGES = (JSON, "application/*", "*/*")  # the first that is named says whether JSON will do
REFUSED = re.compile(r";\s*q=0(\.0*)?\s*(;|$)", re.IGNORECASE)


class Negotiation(DefaultContentNegotiation):
    """Generated clients ask for the kinds that an operation lists; of one without a body, for a problem."""

    def get_accept_list(self, request: Request) -> list[str]:
        asked = [kind.replace(MEDIA_TYPE, JSON) for kind in super().get_accept_list(request)]
        if any(map(REFUSED.search, asked)) and not _takes_json(asked):
            return []
        return asked


def _takes_json(asked: list[str]) -> bool:
    """Whether JSON is named without `q=0`, which means that it is not acceptable (RFC 9110, 12.4.2)."""
    taken = {_range(kind) for kind in asked if not REFUSED.search(kind)}
    refused = {_range(kind) for kind in asked} - taken
    return next((each in taken for each in RANGES if each in taken | refused), False)


def _range(kind: str) -> str:
    return kind.partition(";")[0].strip().lower()
