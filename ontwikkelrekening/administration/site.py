"""The administration for staff: our words, our look, and a refusal that says whom to ask."""

from __future__ import annotations

from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.administration.waiting import what_waits
from ontwikkelrekening.audit.access import may_audit


class StaffSite(admin.AdminSite):
    site_header = _("Ontwikkelrekening: administration")
    site_title = "Ontwikkelrekening"
    index_title = _("What you can do")
    login_template = "staff/login.html"
    logout_template = "staff/logged_out.html"
    enable_nav_sidebar = False

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        return {**super().each_context(request), "may_audit": may_audit(request.user)}

    def index(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        waiting = sorted(what_waits(self, request.user), key=lambda each: str(each.label))
        return super().index(request, {"waiting": waiting, **(extra_context or {})})

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> TemplateResponse:
        title = apps.get_app_config(app_label).verbose_name
        return super().app_index(request, app_label, {"title": title, **(extra_context or {})})

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def page(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            translation.activate("nl")  # one language: the names of things here are Dutch law's
            request.LANGUAGE_CODE = "nl"
            try:
                return inner(request, *args, **kwargs)
            except PermissionDenied:
                return forbidden(request)

        return page


def forbidden(request: HttpRequest) -> HttpResponse:
    """You are logged in, but this is not yours: says whom to ask."""
    return render(request, "staff/forbidden.html", status=403)
