"""Logging in for a provider: a labelled mock in development, eHerkenning in production.

Whatever proves for whom somebody acts hands over a KvK number; from there on the session knows the
provider and a pseudonym of the employee.
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ontwikkelrekening.login import brokers, oidc, session
from ontwikkelrekening.provider_area.access import EMPLOYEE, PROVIDER, pseudonym
from ontwikkelrekening.provider_area.forms import KvkForm
from providers.models import Provider

OFFERED_BY_THE_MOCK = 6


@never_cache
def log_in(request: HttpRequest) -> HttpResponseBase:
    if settings.LOGIN == "mock":
        return _mock(request)
    return brokers.send_to(oidc.eherkenning(), request, area="provider_area")


@never_cache
def logged_in(request: HttpRequest) -> HttpResponseBase:
    """Where eHerkenning sends the employee back to."""
    broker = oidc.eherkenning()

    def welcomed(kvk: str, subject: str, *, back_to: str) -> HttpResponse | None:
        provider = Provider.objects.filter(kvk_number=kvk).first()
        if provider is None:
            return None
        return welcome(request, provider, subject=f"{broker.issuer} {subject}", back_to=back_to)

    return brokers.back_from(
        broker,
        request,
        settings.EHERKENNING_KVK_CLAIM,
        "sub",
        area="provider_area",
        welcome=welcomed,
    )


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    return session.log_out(request, to="provider_area:home")


def welcome(
    request: HttpRequest, provider: Provider, *, subject: str, back_to: str
) -> HttpResponse:
    """Open the session and go where the employee wanted to be."""
    session.open_session(request, **{PROVIDER: str(provider.pk), EMPLOYEE: pseudonym(subject)})
    return session.back(request, back_to, otherwise="provider_area:home")


def _mock(request: HttpRequest) -> HttpResponseBase:
    """Choose a provider or type its number or name. Settings refuse this in production."""
    form = KvkForm(request.POST or None)
    back_to = request.POST.get("next") or request.GET.get("next", "")
    if form.is_valid():
        wanted = form.cleaned_data["kvk"]
        named = Q(kvk_number=wanted) | Q(name__iexact=wanted)
        provider = Provider.objects.filter(named).order_by("pk").first()
        if provider is not None:
            return welcome(request, provider, subject="mock", back_to=back_to)
        form.add_error("kvk", _("We know no provider with this KvK number or name."))
    context = {"form": form, "next": back_to, "providers": _busiest()[:OFFERED_BY_THE_MOCK]}
    return render(
        request, "provider_area/log_in_mock.html", context, status=422 if form.errors else 200
    )


def _busiest() -> QuerySet[Provider]:
    return Provider.objects.annotate(claimed=Count("claims")).order_by("-claimed", "name")
