"""Which staff may open which page of the casework."""

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

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def staff_page(group: str) -> Callable[[View[P]], View[P]]:
    """A page for one group of staff, never kept by a browser."""

    def guard(view: View[P]) -> View[P]:
        @wraps(view)
        def page(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("admin:login"))
            if not belongs(request.user, group):
                return render(request, "staff/forbidden.html", status=403)
            return view(request, *args, **kwargs)

        return never_cache(page)

    return guard


def belongs(user: AbstractBaseUser | AnonymousUser, group: str) -> bool:
    """Active staff in the group, and superusers."""
    if not isinstance(user, User) or not (user.is_active and user.is_staff):
        return False
    return user.is_superuser or user.groups.filter(name=group).exists()
