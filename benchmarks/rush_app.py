"""The product as it is served, with one more address: the smallest guarded write DRF can do."""

import os

import django
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontwikkelrekening.settings")
settings.ROOT_URLCONF = "benchmarks.rush_app"
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.db import connection  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402
from rest_framework.views import APIView  # noqa: E402

from ontwikkelrekening.urls import urlpatterns as product  # noqa: E402


class SmallestWrite(APIView):
    """One row in a table with a unique key, answered with 201."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request, key: str) -> Response:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO bench_write (key) VALUES (%s) ON CONFLICT DO NOTHING", [key]
            )
        return Response({"key": key}, status=201)


urlpatterns = [path("bench/<str:key>", SmallestWrite.as_view()), *product]
application = WSGIHandler()
