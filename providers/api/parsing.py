"""Reading JSON strictly: as it is, a limited size, one value for each name, no NaN, no endless nesting."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from django.http import HttpRequest
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from providers.api.problems import PayloadTooLarge
from providers.json_names import named_once

BYTES_MAX = 64 * 1024
DIGITS_MAX = 100


class BodyIsEncoded(APIException):
    """A body that was compressed, for one (RFC 9110, 12.5.3)."""

    status_code = 415
    default_code = "unsupported_encoding"
    default_detail = "A body is read as it is; send no Content-Encoding."
    headers = {"Accept-Encoding": "identity"}


def is_encoded(request: HttpRequest | Request) -> bool:
    return request.headers.get("Content-Encoding", "").strip().lower() not in ("", "identity")


class StrictJSONParser(BaseParser):
    """JSON, or a problem that says what is wrong with it."""

    media_type = "application/json"

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        context = parser_context or {}
        if is_encoded(context["request"]):
            raise BodyIsEncoded
        limit = getattr(context["view"], "bytes_max", BYTES_MAX)
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise PayloadTooLarge(f"A request may have {limit} bytes.")
        try:
            return json.loads(
                body.decode(),
                object_pairs_hook=named_once,
                parse_constant=_no_constant,
                parse_int=_whole,
            )
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not valid JSON: {_reason(error)}.") from error


class MergePatchParser(StrictJSONParser):
    """Changes to a document (RFC 7396)."""

    media_type = "application/merge-patch+json"


def _whole(digits: str) -> int:
    if len(digits) > DIGITS_MAX:
        raise ValueError("a number is too long")
    return int(digits)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg} at line {error.lineno}, column {error.colno}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8"
    if isinstance(error, RecursionError):
        return "it is nested too deeply"
    return str(error)
