"""Pages by cursor: each names the last row seen, so a page costs the same however far one reads."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from providers.api.fields import ApiSerializer
from providers.api.problems import BadQuery

LIMIT, LIMIT_MAX = 50, 100
OF_A_PAGE = ("after", "limit", "fields")  # may differ from page to page


@dataclass(frozen=True, slots=True)
class Ordering:
    """Rows by one field and then by key, in one direction."""

    field: str
    parse: Callable[[str], Any]
    key: str = "id"
    parse_key: Callable[[str], Any] = UUID
    descending: bool = True

    def names(self) -> list[str]:
        sign = "-" if self.descending else ""
        return [f"{sign}{self.field}", f"{sign}{self.key}"]

    def past(self, value: Any, key: Any) -> Q:
        """Rows that come after this one; the first condition lets an index do the work."""
        beyond = "lt" if self.descending else "gt"
        return Q(**{f"{self.field}__{beyond}e": value}) & (
            Q(**{f"{self.field}__{beyond}": value}) | Q(**{f"{self.key}__{beyond}": key})
        )


def page(
    request: Request, rows: QuerySet[Any], ordering: Ordering, row: type[ApiSerializer]
) -> Response:
    """One page of rows as `{"items": [...], "next": <address or null>}`."""
    limit = limit_of(request)
    after = cursor_of(request, ordering)
    if after is not None:
        rows = rows.filter(ordering.past(*after))
    found = list(rows.order_by(*ordering.names())[: limit + 1])
    more = len(found) > limit
    following = _address(request, found[limit - 1], ordering) if more else None
    items = [row.show(each) for each in found[:limit]]
    if (wanted := fields_of(request, row, ordering)) is not None:
        items = [{name: item[name] for name in item if name in wanted} for item in items]
    response = Response({"items": items, "next": following})
    if following:
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response


def fields_of(request: Request, row: type[ApiSerializer], ordering: Ordering) -> set[str] | None:
    """The fields that are asked for, and the key of a row; None is all. Raises BadQuery."""
    given = request.query_params.get("fields")
    if given is None:
        return None
    wanted, known = set(given.split(",")), list(row().fields)
    if not wanted.issubset(known):
        raise BadQuery(("fields", f"fields are some of {','.join(known)}."))
    return {ordering.key, *wanted}


def limit_of(request: Request) -> int:
    """How many rows are asked for; raises BadQuery."""
    given = request.query_params.get("limit", str(LIMIT))
    if not re.fullmatch(r"[0-9]{1,3}", given) or not 1 <= int(given) <= LIMIT_MAX:
        raise BadQuery(("limit", f"limit is a whole number from 1 to {LIMIT_MAX}."))
    return int(given)


def cursor_of(request: Request, ordering: Ordering) -> tuple[Any, Any] | None:
    """The row that the page comes after; raises BadQuery for what was not answered here."""
    text = request.query_params.get("after")
    if text is None:
        return None
    try:
        value, key = _signer(request).unsign_object(text)
    except BadSignature:
        wrong = "after", "after is the cursor of a page of this list, in this order, so filtered."
        raise BadQuery(wrong) from None
    return ordering.parse(value), ordering.parse_key(key)


def _signer(request: Request) -> Signer:
    """Signs the cursors of one list in one order with the same filters."""
    asked = sorted(
        (name, value) for name, value in request.query_params.items() if name not in OF_A_PAGE
    )
    return Signer(salt=json.dumps(["after", request.path.lower(), asked]))


def _address(request: Request, row: Any, ordering: Ordering) -> str:
    value, key = (
        (row[ordering.field], row[ordering.key])
        if isinstance(row, dict)
        else (getattr(row, ordering.field), getattr(row, ordering.key))
    )
    query = request.query_params.copy()
    query["after"] = _signer(request).sign_object([str(value), str(key)])
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
