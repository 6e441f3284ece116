"""The API's addresses in a sandbox: its own call, and then the product's."""

from django.urls import path

from ontwikkelrekening.sandbox.api import Codes
from providers.api.urls import urlpatterns as product

app_name = "api"
urlpatterns = [path("api/v1/sandbox/codes", Codes.as_view(), name="sandbox-codes"), *product]
