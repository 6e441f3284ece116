"""The address of the sandbox's own call, before those of the API."""

from django.urls import path

from ontwikkelrekening.sandbox.api import Codes

urlpatterns = [path("api/v1/sandbox/codes", Codes.as_view())]
