"""Who may see the audit pages, and the one door they all go through."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser, User
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ontwikkelrekening.audit.reading import as_auditor
from ontwikkelrekening.citizens.access import log_audit
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
    return _guarded(view)


def page_for(*groups: str) -> Callable[[View[P]], View[P]]:
    """The same page for auditors and for these groups."""
    return lambda view: _guarded(view, also=groups)


def page_about(accounts: Callable[P, Iterable[str]]) -> Callable[[View[P]], View[P]]:
    """The same page where it tells of single citizens: they see that the auditor looked."""
    return lambda view: _guarded(view, about=accounts)


def _guarded(
    view: View[P], *, also: Sequence[str] = (), about: Callable[P, Iterable[str]] | None = None
) -> View[P]:
    @wraps(view)
    def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), reverse("admin:login"))
        sees_all = may_audit(request.user)
        if not (sees_all or may_audit(request.user, also=also)):
            return render(request, "staff/forbidden.html", status=403)
        request.sees_all = sees_all  # type: ignore[attr-defined]
        if about is not None:  # written as the app: the auditor's role writes nothing
            log_audit(about(*args, **kwargs), actor=request.user.get_username(), at=timezone.now())
        with as_auditor():
            return view(request, *args, **kwargs)

    return never_cache(require_safe(page))
