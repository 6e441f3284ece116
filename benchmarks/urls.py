"""The product's addresses and the yardstick's."""

from django.db import connection, transaction
from django.urls import include, path
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

GUARDED = "UPDATE yardstick SET remaining = remaining - %s WHERE id = %s AND remaining >= %s"


class Yardstick(APIView):
    """One guarded write in one transaction: no token, no idempotency, no booking, no outbox."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    def post(self, request: Request) -> Response:
        body: dict[str, int] = dict(request.data)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(GUARDED, [body["cents"], body["id"], body["cents"]])
        return Response(body, status=201)


urlpatterns = [path("yardstick", Yardstick.as_view()), path("", include("ontwikkelrekening.urls"))]
