"""Narrowing and ordering a list by parameters that the view names."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from providers.api.pagination import Ordering
from providers.api.problems import BadQuery


@dataclass(frozen=True, slots=True)
class Filter:
    """One parameter: which field it narrows, what it accepts, what it means."""

    name: str
    lookup: str
    parse: Callable[[str], Any]
    explanation: str
    schema: dict[str, Any]

    def read(self, request: Request) -> Any:
        """The value given, or None; raises BadQuery."""
        text = request.query_params.get(self.name)
        if text is None:
            return None
        try:
            return self.parse(text)
        except ValueError as error:
            raise BadQuery((self.name, str(error))) from None

    def parameter(self) -> OpenApiParameter:
        return OpenApiParameter(self.name, self.schema, description=self.explanation)


def one_of(name: str, lookup: str, values: list[str], explanation: str) -> Filter:
    def parse(text: str) -> str:
        if text not in values:
            raise ValueError(f"{name} is one of {', '.join(values)}.")
        return text

    return Filter(name, lookup, parse, explanation, {"type": "string", "enum": values})


def by_id(name: str, lookup: str, explanation: str) -> Filter:
    def parse(text: str) -> UUID:
        with suppress(ValueError):
            return UUID(text)
        raise ValueError(f"{name} is an id, a UUID.")

    return Filter(name, lookup, parse, explanation, {"type": "string", "format": "uuid"})


MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:)([0-9]{2})"
    r"(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})"
)
LEAP = "60"  # the second that is put in now and then before midnight, UTC; here it is midnight


def moment(text: str) -> datetime:
    """A moment in any offset (RFC 3339), to the microsecond: what is finer is left off.

    A plus that was not escaped arrives as a space.
    """
    if match := MOMENT.fullmatch(text.upper().replace(" ", "+")):
        minute, second, fraction, offset = match.groups(default="")
        with suppress(ValueError, OverflowError):  # there is no such day or hour
            if second != LEAP:
                return datetime.fromisoformat(f"{minute}{second}{fraction[:7]}{offset}")
            midnight = datetime.fromisoformat(f"{minute}59{offset}") + timedelta(seconds=1)
            if midnight.astimezone(UTC).time() == time.min:
                return midnight
    raise ValueError("Give a moment with its offset, such as 2026-03-02T10:00:00+01:00.")


TO = "In any offset; what is finer than a microsecond is left off."


def during(what: str, lookup: str) -> tuple[Filter, Filter]:
    """From a moment on, and before one."""
    schema = {"type": "string", "format": "date-time"}
    return (
        Filter(f"{what}From", f"{lookup}__gte", moment, f"Only {what} from then on. {TO}", schema),
        Filter(f"{what}Before", f"{lookup}__lt", moment, f"Only {what} before then. {TO}", schema),
    )


REFERENCE = "^[A-Za-z0-9-]{1,35}$"  # what SEPA allows in an EndToEndId, and we use


def reference(text: str) -> str:
    if not re.fullmatch(REFERENCE, text):
        raise ValueError("A reference has 1 to 35 letters, digits or dashes.")
    return text


def narrowed(request: Request, rows: QuerySet[Any], filters: tuple[Filter, ...]) -> QuerySet[Any]:
    """The rows that fit every filter given."""
    for each in filters:
        value = each.read(request)
        if value is not None:
            rows = rows.filter(**{each.lookup: value})
    return rows


def ordered(request: Request, ordering: Ordering, name: str) -> Ordering:
    """Newest first, unless `sort` asks for the oldest first."""
    given = request.query_params.get("sort", f"-{name}")
    if given not in (name, f"-{name}"):
        raise BadQuery(("sort", f"sort is {name} or -{name}."))
    return replace(ordering, descending=given.startswith("-"))


def sort_parameter(name: str) -> OpenApiParameter:
    schema = {"type": "string", "enum": [f"-{name}", name], "default": f"-{name}"}
    return OpenApiParameter("sort", schema, description="Newest (-) or oldest first.")
