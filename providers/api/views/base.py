"""What the views share: who may call, strict JSON, own objects only, an effect that happens once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, ClassVar, TypeVar, cast
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import ParseError
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from providers.api.authentication import BearerAuthentication, Caller, HasScope, caller_of
from providers.api.entity_tags import NoVersionToMatch, etag_of
from providers.api.fields import ApiSerializer
from providers.api.filtering import Filter, ordered
from providers.api.idempotency import perform_once
from providers.api.limits import Allowance, ClientLimit
from providers.api.pagination import Ordering, cursor_of, fields_of, limit_of, page
from providers.api.problems import BadQuery

M = TypeVar("M", bound=Model)


class ApiView(APIView):
    """A resource of one provider; `scope` is what the token must allow."""

    scope: ClassVar[str]
    authentication_classes: tuple[type[BaseAuthentication], ...] = (BearerAuthentication,)
    permission_classes: tuple[type[BasePermission], ...] = (HasScope,)
    throttle_classes: tuple[type[BaseThrottle], ...] = (ClientLimit,)
    metadata_class = None
    http_method_names = ["get", "post", "head", "patch", "delete"]
    filters: ClassVar[tuple[Filter, ...]] = ()
    ordering: ClassVar[Ordering | None] = None  # of a list, which is read page by page
    row: ClassVar[type[ApiSerializer]]  # of such a list
    sort: ClassVar[str] = ""  # the field that a caller may sort it by

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if request.method not in self.allowed_methods:
            return  # a 405, whatever was asked
        if wrong := list(self._wrong_in_query(request)):
            raise BadQuery(*wrong)
        if request.method in ("POST", "DELETE") and "If-Match" in request.headers:
            raise NoVersionToMatch

    def _wrong_in_query(self, request: Request) -> Iterator[tuple[str, str]]:
        """Every parameter that is not acceptable, so that one answer names them all."""
        reads: dict[str, Callable[[], object]] = {}
        if request.method in ("GET", "HEAD"):
            reads = {each.name: partial(each.read, request) for each in self.filters}
            if self.ordering:
                reads["limit"] = partial(limit_of, request)
                reads["after"] = partial(cursor_of, request, self.ordering)
                reads["fields"] = partial(fields_of, request, self.row, self.ordering)
            if self.ordering and self.sort:
                reads["sort"] = partial(ordered, request, self.ordering, self.sort)
        for name, values in request.query_params.lists():
            if len(values) > 1:
                yield name, f"{name} is given twice."
            elif name not in reads:
                yield name, f"There is no parameter {name}."
        for read in reads.values():
            try:
                read()
            except BadQuery as error:
                yield from error.wrong

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        answered = super().finalize_response(request, response, *args, **kwargs)
        allowance: Allowance | None = getattr(request, "allowance", None)
        for name, value in (allowance.headers() if allowance else {}).items():
            answered.headers[name] = value
        return answered

    @property
    def caller(self) -> Caller:
        return caller_of(self.request)

    def received(self, serializer: type[ApiSerializer]) -> dict[str, Any]:
        """The body as checked values; raises ValidationError with everything that is wrong.

        A body that got lost on the way is no empty one: a change would change nothing (ParseError).
        """
        if self.request.stream is None:
            raise ParseError("The body is empty.")
        return serializer.read(self.request.data)

    def page(self, found: QuerySet[Any, Any], ordering: Ordering | None = None) -> Response:
        """One page of these rows, in this order or that of the view."""
        return page(self.request, found, cast(Ordering, ordering or self.ordering), self.row)

    def etag_of(self, shown: dict[str, Any]) -> str:
        """The tag that a GET of this now answers."""
        renderer, kind = self.request.accepted_renderer, self.request.accepted_media_type
        return etag_of(cast(bytes, renderer.render(shown, kind)))

    def received_nothing(self) -> None:
        """Raise ValidationError for a field in the body of an act that takes none."""
        if self.request.stream is not None:
            ApiSerializer.read(self.request.data)

    def once(self, act: Callable[[], Response]) -> HttpResponse:
        """Perform an act with an effect under the request's Idempotency-Key."""
        return perform_once(self.request, act)


def found(rows: QuerySet[M], id_: UUID) -> M:
    """The row with this id, or 404: another provider's row is not there."""
    row = rows.filter(pk=id_).first()
    if row is None:
        raise Http404
    return row
