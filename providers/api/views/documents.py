"""The OpenAPI document and its readable form, for everybody."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views import View

from providers.api.reference import operations, problem_kinds
from providers.api.schema import openapi
from providers.scopes import SCOPES


class OpenApi(View):
    """The document for machines; any web page may read it."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        response = JsonResponse(openapi(settings.PUBLIC_URL))
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response


class Docs(View):
    """The same for people, without a script."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest) -> HttpResponse:
        document = openapi(settings.PUBLIC_URL)
        context = {
            "document": document,
            "operations": operations(document),
            "problems": problem_kinds(),
            "scopes": SCOPES,
            "url": settings.PUBLIC_URL,
        }
        return render(request, "providers/docs.html", context)
