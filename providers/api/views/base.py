"""What the views share: who may call, strict JSON, own objects only, an effect that happens once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.http import Http404, HttpResponse
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from providers.api.authentication import BearerAuthentication, Caller, HasScope, caller_of
from providers.api.fields import ApiSerializer
from providers.api.filtering import Filter
from providers.api.idempotency import perform_once
from providers.api.limits import Allowance, ClientLimit
from providers.api.problems import BadQuery, PreconditionFailed

M = TypeVar("M", bound=Model)


class ApiView(APIView):
    """A resource of one provider; `scope` is what the token must allow."""

    scope: ClassVar[str]
    authentication_classes: tuple[type[BaseAuthentication], ...] = (BearerAuthentication,)
    permission_classes: tuple[type[BasePermission], ...] = (HasScope,)
    throttle_classes: tuple[type[BaseThrottle], ...] = (ClientLimit,)
    metadata_class = None
    http_method_names = ["get", "post", "head", "delete"]
    query: ClassVar[frozenset[str]] = frozenset()
    filters: ClassVar[tuple[Filter, ...]] = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        known = self.query | {each.name for each in self.filters}
        for name, values in request.query_params.lists():
            if request.method != "POST" and name not in known:
                raise BadQuery(name, "There is no such parameter.")
            if len(values) > 1:
                raise BadQuery(name, "This parameter is given twice.")
        if request.method in ("POST", "DELETE") and "If-Match" in request.headers:
            raise PreconditionFailed

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
        """The body as checked values; raises ValidationError with everything that is wrong."""
        return serializer.read(self.request.data)

    def once(self, act: Callable[[], Response]) -> HttpResponse:
        """Perform an act with an effect under the request's Idempotency-Key."""
        return perform_once(self.request, act)


def found(rows: QuerySet[M], id_: UUID) -> M:
    """The row with this id, or 404: another provider's row is not there."""
    row = rows.filter(pk=id_).first()
    if row is None:
        raise Http404
    return row
