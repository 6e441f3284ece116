"""Top-up runs, part by part."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.budgets.models import TopUpChunk, TopUpRun
from ontwikkelrekening.eligibility.models import Policy
from ontwikkelrekening.tables.table import Column, Queried, table_on


@audit_page
def runs(request: HttpRequest) -> HttpResponseBase:
    table = table_on(
        request,
        "runs",
        caption=_("Top-up runs"),
        columns=[
            Column("run", _("Run"), str, link=lambda x: reverse("audit:run", args=[x.id])),
            Column("on", _("Decided on"), lambda x: x.decided_on, "date", order="decided_on"),
            Column("started", _("Started"), lambda x: x.started_at, "moment", order="started_at"),
            Column("done", _("Parts done"), lambda x: x.done, "count"),
            Column("parts", _("Parts"), lambda x: x.parts, "count"),
            Column("granted", _("Granted"), lambda x: x.granted or 0, "count"),
            Column("refused", _("Refused"), lambda x: x.refused or 0, "count"),
            Column("amount", _("Amount"), lambda x: x.amount or 0, "cents"),
        ],
        source=Queried(_runs()),
        sort="-started",
        empty=_("No top-up has been run yet."),
    )
    return answer(request, "audit/runs.html", title=_("Top-ups"), section="runs", tables=[table])


def _runs() -> QuerySet[Any, Any]:
    return TopUpRun.objects.select_related("scheme").annotate(
        parts=Count("chunks"),
        done=Count("chunks", filter=Q(chunks__done_at__isnull=False)),
        granted=Sum("chunks__granted"),
        refused=Sum("chunks__refused"),
        amount=Sum("chunks__amount"),
    )


@audit_page
def run(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(_runs(), id=id)
    chunks = table_on(
        request,
        "parts",
        caption=_("Parts of the run"),
        columns=[
            Column("number", _("Part"), lambda x: x.number, "count", order="number"),
            Column("first", _("From account"), lambda x: x.first_code, "code"),
            Column("last", _("To account"), lambda x: x.last_code, "code"),
            Column("granted", _("Granted"), lambda x: x.granted, "count", order="granted"),
            Column("refused", _("Refused"), lambda x: x.refused, "count", order="refused"),
            Column("amount", _("Amount"), lambda x: x.amount, "cents", order="amount"),
            Column("done", _("Done at"), lambda x: x.done_at, "moment", order="done_at"),
        ],
        source=Queried(TopUpChunk.objects.filter(run=found)),
        sort="number",
    )
    return answer(
        request,
        "audit/run.html",
        title=str(found),
        section="runs",
        trail=[(_("Top-ups"), reverse("audit:runs"))],
        tables=[chunks],
        run=found,
        policy=Policy.objects.in_force(scheme=found.scheme, on=found.decided_on).first(),
    )
