"""The addresses of a sandbox, as the product's own urls have them when SANDBOX is on."""

from django.urls import include, path

from ontwikkelrekening.urls import (
    handler400,
    handler403,
    handler404,
    handler500,
)
from ontwikkelrekening.urls import urlpatterns as product

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [path("", include("ontwikkelrekening.sandbox.urls")), *product]
