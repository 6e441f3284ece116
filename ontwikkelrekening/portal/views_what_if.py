"""What would I get? Anonymous: the answers are used once and kept nowhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language

from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.eligibility.policies import NoPolicy, in_force
from ontwikkelrekening.eligibility.what_if import Expectation, what_if
from ontwikkelrekening.login.session import never_stored
from ontwikkelrekening.portal.forms import WhatIfForm
from ontwikkelrekening.portal.session import account_of


def check(request: HttpRequest) -> HttpResponseBase:
    """The questions, and after them the answer above the questions as they were filled in."""
    form = WhatIfForm(request.POST if request.method == "POST" else None)
    context = {
        "account": account_of(request),
        "form": form,
        "expected": _expected(form) if form.is_valid() else None,
    }
    status = 422 if form.errors else 200
    return never_stored(render(request, "portal/what_if.html", context, status=status))


def _expected(form: WhatIfForm) -> Expectation | None:
    """What the first scheme would say today; none when no rules are in force."""
    today = timezone.localdate()
    scheme = Scheme.objects.order_by("pk").first()
    if scheme is None:
        return None
    try:
        _policy, parameters = in_force(scheme, on=today)
    except NoPolicy:
        return None
    return what_if(form.answers(), parameters=parameters, on=today, language=get_language() or "nl")
