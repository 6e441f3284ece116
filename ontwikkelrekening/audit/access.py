"""Who may see the audit pages, and the one door they all go through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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


def may_audit(user: AbstractBaseUser | AnonymousUser, *, also: Sequence[str] = ()) -> bool:
    """Active staff in the group of auditors or one of `also`, and superusers."""
    if not isinstance(user, User) or not (user.is_active and user.is_staff):
        return False
    return user.is_superuser or user.groups.filter(name__in=[AUDITORS, *also]).exists()


def audit_page(view: View[P]) -> View[P]:
    """A page for auditors: reads only, as the auditor's database role, never kept by a browser."""
    return page_for()(view)


def page_for(*groups: str) -> Callable[[View[P]], View[P]]:
    """The same page for auditors and for these groups."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            sees_all = may_audit(request.user)
            if not (sees_all or may_audit(request.user, also=groups)):
                return render(request, "staff/forbidden.html", status=403)
            request.sees_all = sees_all  # type: ignore[attr-defined]
            with as_auditor():
                return view(request, *args, **kwargs)

        return never_cache(require_safe(page))

    return guard
