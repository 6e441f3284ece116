"""The product's addresses and the yardsticks'.

A yardstick passes through the same middleware as what it is held against: under /api/ through what the
API needs, elsewhere through what pages need (decision 403).
"""

from django.db import connection, transaction
from django.urls import include, path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

GUARDED = "UPDATE yardstick SET remaining = remaining - %s WHERE id = %s AND remaining >= %s"
TABLE = """
    CREATE TABLE yardstick (id int PRIMARY KEY, remaining bigint CHECK (remaining >= 0));
    INSERT INTO yardstick SELECT n, 1000000000 FROM generate_series(0, 9999) n;
    ANALYZE
"""


class _Smallest(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)


class Write(_Smallest):
    """One guarded write in one transaction: no token, no idempotency, no booking, no outbox."""

    def post(self, request: Request) -> Response:
        body: dict[str, int] = dict(request.data)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(GUARDED, [body["cents"], body["id"], body["cents"]])
        return Response(body, status=201)


class Read(_Smallest):
    """One row by its key."""

    def get(self, request: Request, number: int) -> Response:
        with connection.cursor() as cursor:
            cursor.execute("SELECT remaining FROM yardstick WHERE id = %s", [number])
            (remaining,) = cursor.fetchone()
        return Response({"id": number, "remaining": remaining})


urlpatterns = [
    path("api/yardstick", Write.as_view()),
    path("api/yardstick/<int:number>", Read.as_view()),
    path("yardstick/<int:number>", Read.as_view()),
    path("", include("ontwikkelrekening.urls")),
]
