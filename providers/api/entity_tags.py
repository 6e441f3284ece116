"""Entity tags: which state of a resource an answer shows, and which one a change was made for."""

from __future__ import annotations

from hashlib import sha256

from django.utils.http import parse_etags, quote_etag
from rest_framework import exceptions, status
from rest_framework.request import Request


class PreconditionRequired(exceptions.APIException):
    """A change without If-Match would undo what somebody else changed meanwhile."""

    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "precondition_required"
    default_detail = "Send the ETag of what you change as If-Match."


class PreconditionFailed(exceptions.APIException):
    """The resource is not in the state that If-Match names."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "precondition_failed"
    default_detail = "It has another ETag than the one in If-Match. Read it again."


class NoVersionToMatch(PreconditionFailed):
    """Passed over, it would be a condition that nobody looked at."""

    kind = "no-version-to-match"
    default_detail = "This act depends on no version; leave If-Match out."


def etag_of(content: bytes) -> str:
    """The tag of an answer as it is sent."""
    return quote_etag(sha256(content).hexdigest()[:32])


def tags_given(request: Request) -> list[str]:
    """The tags in If-Match; raises PreconditionRequired."""
    given = request.headers.get("If-Match", "")
    if not given:
        raise PreconditionRequired
    return parse_etags(given)


def check_unchanged(etag: str, given: list[str]) -> None:
    """Raise PreconditionFailed unless the present tag is one of those given, or any will do."""
    if not {etag, "*"}.intersection(given):
        raise PreconditionFailed
