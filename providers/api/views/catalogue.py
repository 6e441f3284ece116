"""The catalogue: every published course of every provider, for everybody."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response

from providers.api import serializers
from providers.api.describing import listed
from providers.api.filtering import Filter, narrowed, one_of
from providers.api.limits import AddressLimit
from providers.api.pagination import Ordering
from providers.api.views.base import ApiView
from providers.models import Category, Course, Mode
from providers.spelling import composed

NEWEST = Ordering("published_at", datetime.fromisoformat)
WORDS = r"^[^\x00-\x1f\x7f]{1,100}$"


def _words(text: str) -> str:
    if not re.fullmatch(WORDS, text):
        raise ValueError("Give 1 to 100 letters.")
    return composed(text)


def _number(text: str) -> int:
    if not re.fullmatch("[0-9]{1,6}", text):
        raise ValueError("Give a whole number.")
    return int(text)


def _yes_no(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("Give true or false.")
    return text == "true"


def _at_most(name: str, lookup: str, explanation: str) -> Filter:
    schema = {"type": "integer", "minimum": 0, "maximum": 999_999}
    return Filter(name, lookup, _number, explanation, schema)


FILTERS = (
    one_of("category", "category", Category.values, "Such as coaching, evc or childcare."),
    one_of("modeOfDelivery", "mode", Mode.values, "Online, on location, at the workplace."),
    Filter("exam", "has_exam", _yes_no, "false: without an exam.", {"type": "boolean"}),
    Filter("certificate", "has_certificate", _yes_no, "true: with one.", {"type": "boolean"}),
    _at_most("hoursMax", "hours__lte", "Short: at most so many hours."),
    _at_most("weeksMax", "weeks__lte", "At most so many weeks."),
    _at_most("priceMax", "price__lte", "At most so many euros."),
    Filter(
        "place",
        "place__iexact",
        _words,
        "Near: in this place.",
        {"type": "string", "pattern": WORDS},
    ),
    Filter(
        "search",
        "said",
        _words,
        "Words in its name, text or place, or in the name of its provider.",
        {"type": "string", "pattern": WORDS},
    ),
)


# Any web page may read it (CORS), problems and what is left of the limit as well.
FOR_ANY_PAGE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match, X-Request-Id",
    "Access-Control-Expose-Headers": "API-Version, ETag, Link, RateLimit, Retry-After, X-Request-Id",
}


class Catalogue(ApiView):
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (AddressLimit,)
    http_method_names = ["get", "head", "options"]
    ordering, row = NEWEST, serializers.CatalogueCourse
    filters = FILTERS

    @listed(
        "catalogue",
        row,
        "Published courses, newest first",
        parameters=tuple(each.parameter() for each in FILTERS),
    )
    def get(self, request: Request) -> Response:
        plain = tuple(each for each in FILTERS if each.name != "search")
        offer = Course.objects.published().saying(request.query_params.get("search", ""))
        return self.page(narrowed(request, offer.select_related("provider"), plain))

    def options(self, request: Request, *_: Any, **__: Any) -> Response:  # type: ignore[override]
        """A browser asks this before it sends a header of its own, such as If-None-Match."""
        return Response(status=204)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        answered = super().finalize_response(request, response, *args, **kwargs)
        for name, value in FOR_ANY_PAGE.items():
            answered.headers[name] = value
        return answered
