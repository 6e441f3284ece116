"""What we know of a citizen and who looked at it."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ontwikkelrekening.citizens.models import AccessLog
from ontwikkelrekening.portal.session import for_citizen

LOOKS_A_PAGE = 25


@for_citizen
def looks(request: HttpRequest, account: str) -> HttpResponse:
    newest_first = AccessLog.objects.filter(citizen__account_code=account).order_by("-at", "-pk")
    page = Paginator(newest_first, LOOKS_A_PAGE).get_page(request.GET.get("pagina"))
    context = {"account": account, "here": "looks", "page": page}
    return render(request, "portal/looks.html", context)
