"""Open data: whom a scheme reaches, for everyone, without login."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from ontwikkelrekening.audit.views.casework import group_name
from ontwikkelrekening.audit.views.reach import reach_chart, reach_table
from ontwikkelrekening.budgets.hiding import SMALLEST
from ontwikkelrekening.budgets.open_data import counted_until, files, published, published_reach
from ontwikkelrekening.budgets.reach import GroupReach
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.tables import pages


@require_safe
def everything(request: HttpRequest) -> HttpResponseBase:
    """What there is, by scheme and year."""
    return pages.answer(
        request,
        "audit/open_data.html",
        sections=[],
        title=_("Open data"),
        published=[
            (scheme, year, reverse("open-data:reach", args=[scheme.code, year]))
            for scheme, year in published(on=timezone.localdate())
        ],
    )


@require_safe
def reached(request: HttpRequest, scheme: str, year: int) -> HttpResponseBase:
    found, groups = _counted(scheme, year)
    return pages.answer(
        request,
        "audit/open_reach.html",
        sections=[],
        title=_("Whom %(scheme)s reaches, %(year)s") % {"scheme": found, "year": year},
        trail=[(_("Open data"), reverse("open-data:all"))],
        tables=[reach_table(request, groups)],
        chart=reach_chart(groups),
        behind=[group_name(row.group) for row in groups if row.behind],
        until=counted_until(year, on=timezone.localdate()),
        smallest=SMALLEST,
        files=[
            (name, reverse("open-data:file", args=[found.code, year, name]))
            for name in ("reach.csv", "reach.json", "datapackage.json")
        ],
    )


@require_safe
def file(request: HttpRequest, scheme: str, year: int, name: str) -> HttpResponse:
    found, groups = _counted(scheme, year)
    until = counted_until(year, on=timezone.localdate())
    made = files(groups, scheme=found, year=year, until=until)
    if name not in made:
        raise Http404
    kind, text = made[name]
    return HttpResponse(
        text,
        content_type=kind,
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Access-Control-Allow-Origin": "*",
        },
    )


def _counted(scheme: str, year: int) -> tuple[Scheme, list[GroupReach]]:
    found = get_object_or_404(Scheme, code=scheme)
    today = timezone.localdate()
    if (found, year) not in published(on=today):
        raise Http404
    return found, published_reach(found, year, on=today)
