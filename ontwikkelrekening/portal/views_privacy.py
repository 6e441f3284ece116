"""A copy of what we know of a citizen, and who looked at it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ontwikkelrekening.citizens.models import AccessLog
from ontwikkelrekening.portal.copying import copy_of
from ontwikkelrekening.portal.session import for_citizen

LOOKS_A_PAGE = 25


@for_citizen
def looks(request: HttpRequest, account: str) -> HttpResponse:
    newest_first = AccessLog.objects.filter(citizen__account_code=account).order_by("-at", "-pk")
    page = Paginator(newest_first, LOOKS_A_PAGE).get_page(request.GET.get("pagina"))
    context = {"account": account, "here": "looks", "page": page}
    return render(request, "portal/looks.html", context)


@require_safe
@for_citizen
def copy(request: HttpRequest, account: str) -> StreamingHttpResponse:
    """All of it as a file, written as it is read."""
    today = timezone.localdate()
    return StreamingHttpResponse(
        copy_of(account, on=today),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="mijn-gegevens-{today}.json"'},
    )
