"""Who may see the audit pages, and the one door they all go through."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ontwikkelrekening.audit.reading import as_auditor
from ontwikkelrekening.staff import AUDITORS

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def may_audit(user: AbstractBaseUser | AnonymousUser) -> bool:
    """Active staff in the group of auditors, and superusers."""
    if not isinstance(user, User) or not (user.is_active and user.is_staff):
        return False
    return user.is_superuser or user.groups.filter(name=AUDITORS).exists()


def audit_page(view: View[P]) -> View[P]:
    """A page for auditors: reads only, as the auditor's database role, never kept by a browser."""

    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        if not may_audit(request.user):
            return render(request, "staff/forbidden.html", status=403)
        with as_auditor():
            return view(request, *args, **kwargs)

    return never_cache(require_safe(page))
