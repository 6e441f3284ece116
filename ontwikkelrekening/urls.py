"""Every address of the product, in one place."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from ontwikkelrekening.administration import second_factor
from ontwikkelrekening.audit import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("opleiders/", include("ontwikkelrekening.provider_area.urls")),
    path("audit/", include("ontwikkelrekening.audit.urls")),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("", include(settings.API_URLS)),
    path("", include("ontwikkelrekening.portal.urls")),
    path("tijdvakken/", include("ontwikkelrekening.portal.urls_rounds")),
    path("open-data/", include("ontwikkelrekening.audit.urls_open")),
    path("taal/", include("django.conf.urls.i18n")),
    path("staff/second-factor", second_factor.ask, name="second_factor"),
    path("staff/", include("ontwikkelrekening.payouts.urls")),
]

handler400 = "ontwikkelrekening.portal.views_about.bad_request"
handler403 = "ontwikkelrekening.portal.views_about.forbidden"
handler404 = "ontwikkelrekening.portal.views_about.not_found"
handler500 = "ontwikkelrekening.portal.views_about.server_error"
