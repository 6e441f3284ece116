"""Logs as JSON lines: what happened, to which request, for how long; never who a person is.

A line holds no address with a query, no body and no text of an exception, because a database's
message may quote the row it refused.
"""

from __future__ import annotations

import json
import logging
import re
import time
import traceback
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from uuid import uuid4

from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponseBase
from django.http.multipartparser import MultiPartParserError

HEADER = "X-Request-Id"
GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}", re.ASCII)
REFUSALS = Http404, PermissionDenied, BadRequest, SuspiciousOperation, MultiPartParserError
logger = logging.getLogger("ontwikkelrekening.requests")
request_id: ContextVar[str] = ContextVar("request_id", default="")
# What every record has, and what may hold the text of an exception: `data` is Celery's, of a task.
_LEFT_OUT = {*vars(logging.makeLogRecord({})), "message", "asctime", "request", "taskName", "data"}


class JsonLines(logging.Formatter):
    """One line, one event, its message one line too; no line break in a value begins another."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": " ".join(_message(record).split()),
        }
        if request_id.get():
            line["requestId"] = request_id.get()
        line |= {key: value for key, value in vars(record).items() if key not in _LEFT_OUT}
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["where"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}"
                for frame in traceback.extract_tb(record.exc_info[2])[-8:]
            ]
        return json.dumps(line, ensure_ascii=False, default=lambda value: str(_kind(value)))


def _message(record: logging.LogRecord) -> str:
    """The line's words, with the kind of an exception where its text would stand."""
    words, args = str(_kind(record.msg)), record.args
    if isinstance(args, Mapping):
        if "exc" in args:  # Celery's, of a task: the text of what it raised
            raised = record.exc_info and record.exc_info[0]
            args = {**args, "exc": raised.__name__ if raised else "an exception"}
        return words % args
    return words % tuple(_kind(value) for value in args) if args else words


def _kind(value: object) -> object:
    return type(value).__name__ if isinstance(value, BaseException) else value


class RequestLog:
    """Gives every request an id, in the answer and in each log line, and logs how it went."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        token = request_id.set(given if GIVEN.fullmatch(given) else str(uuid4()))
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            response.headers[HEADER] = request_id.get()
            _log(request, response, time.perf_counter() - began)
        finally:
            request_id.reset(token)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """What nobody foresaw, and where it happened; the answer is made elsewhere."""
        if not isinstance(exception, REFUSALS):
            logger.error("request failed", exc_info=exception)


def _log(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    match = request.resolver_match
    logger.info(
        "request",
        extra={
            "method": request.method,
            "route": match.route if match else "",
            "status": response.status_code,
            "ms": round(seconds * 1000, 1),
        },
    )
