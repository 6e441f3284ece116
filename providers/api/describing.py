"""Says beside an operation what it takes and gives; `schema` makes the document of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers as drf

from providers.api.fields import ApiSerializer
from providers.api.serializers import Problem

Serializer = type[ApiSerializer]
Method = TypeVar("Method", bound=Callable[..., Any])
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": "^[A-Za-z0-9._~:-]{8,64}$"},
    OpenApiParameter.HEADER,
    required=True,
    description="Draw one for each act, a UUID for example; send the same one when you retry."
    " It belongs to the method and address that it is sent with.",
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    required=True,
    description="The ETag of what you change, as a GET answered it.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    {"type": "string"},
    OpenApiParameter.HEADER,
    description="The ETag of what you have: 304 when it still says so.",
)
LIMIT = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": 100, "default": 50},
    description="How many rows a page has.",
)
AFTER = OpenApiParameter("after", str, description="The cursor of the page; take it from `next`.")
# What may go wrong with an operation, by status.
ANY_TIME = {
    400: "The request is not valid.",
    401: "No token, or one that is not valid.",
    403: "The token lacks the scope.",
    406: "The answer can only be JSON.",
    412: "It has changed meanwhile, or there is no version to match.",
    429: "Too many requests; wait Retry-After seconds.",
}
WITH_ID = {404: "Not found, or not yours."}
WITH_BODY = {413: "The body is too large.", 415: "Only JSON is read, and not compressed."}
CONDITIONAL = {428: "If-Match is missing."}
ONCE = {
    409: "Not possible in the present state, or the key is in use at this moment.",
    422: "The rules do not allow it, or the key was used for another request.",
}
# The only kind that is described: some generators write no code that works for two kinds of one body.
MERGE_PATCH = "application/merge-patch+json"
ROW = "Row"  # how the schemas of rows end, of which `fields` may leave out all but the key


def described(
    tag: str,
    summary: str,
    *,
    gives: Serializer | None,
    takes: Serializer | None = None,
    status: int = 200,
    once: bool = False,
    conditional: bool = False,
    parameters: tuple[OpenApiParameter, ...] = (),
) -> Callable[[Method], Method]:
    """Describe one operation.

    `once` when it has an effect and takes an Idempotency-Key; `conditional` when it changes what was
    read before and takes its ETag.
    """

    def decorate(method: Method) -> Method:
        problems = ANY_TIME | WITH_ID | (ONCE | WITH_BODY if once else {})
        problems |= CONDITIONAL if conditional else {}
        reads = method.__name__ == "get"
        headers = [*([IDEMPOTENCY_KEY] if once else []), *([IF_MATCH] if conditional else [])]
        headers += [IF_NONE_MATCH] if reads else []
        unchanged = {304: None} if reads else {}
        described_: Method = extend_schema(
            tags=[tag],
            summary=summary,
            operation_id=_operation_id(method),
            description=(method.__doc__ or "").strip() or summary,
            request={MERGE_PATCH: takes} if conditional else takes,
            parameters=[*parameters, *headers],
            responses={status: gives, **unchanged, **dict.fromkeys(problems, Problem)},
        )(method)
        return described_

    return decorate


def listed(
    tag: str, rows: Serializer, summary: str, *, parameters: tuple[OpenApiParameter, ...] = ()
) -> Callable[[Method], Method]:
    """Describe a list that is read page by page."""
    every = (LIMIT, AFTER, _fields_of(rows), *parameters)
    return described(tag, summary, gives=_page_of(rows), parameters=every)


def _fields_of(rows: Serializer) -> OpenApiParameter:
    names = list(rows().fields)
    one = f"({'|'.join(names)})"
    return OpenApiParameter(
        "fields",
        {"type": "string", "pattern": f"^{one}(,{one})*$", "examples": [",".join(names[:2])]},
        description="Which fields of a row, with commas between them; its key is always there.",
    )


@cache
def _page_of(rows: Serializer) -> Serializer:
    members = {
        "__doc__": "A page: the rows, and where the next page is.",
        "items": type(f"{rows.__name__}{ROW}", (rows,), {"__doc__": rows.__doc__})(many=True),
        "next": drf.URLField(allow_null=True),
    }
    return type(f"{rows.__name__}Page", (ApiSerializer,), members)


def _operation_id(method: Callable[..., Any]) -> str:
    view, act = method.__qualname__.split(".")
    return f"{act}{view}"
