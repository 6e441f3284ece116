"""The work queue: what is open, what failed and why, what was done."""

from __future__ import annotations

from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.tables.table import Column, Listed, Queried, table_on
from providers.models import OutboxMessage

STATES = {
    "open": Q(done_at=None),
    "failed": Q(done_at=None) & ~Q(error=""),
    "done": Q(done_at__isnull=False),
}


@audit_page
def work(request: HttpRequest) -> HttpResponseBase:
    state = request.GET.get("state", "open")
    state = state if state in STATES else "open"
    kinds = (
        OutboxMessage.objects.values("work")
        .annotate(
            open=Count("pk", filter=STATES["open"]),
            failed=Count("pk", filter=STATES["failed"]),
            done=Count("pk", filter=STATES["done"]),
            oldest=Min("created_at", filter=STATES["open"]),
            last=Max("done_at"),
        )
        .order_by("work")
    )
    summary = table_on(
        request,
        "kinds",
        caption=_("By kind of work"),
        columns=[
            Column("work", _("Work"), lambda x: x["work"], "code"),
            Column("open", _("Open"), lambda x: x["open"], "count", link=lambda x: "?state=open"),
            Column(
                "failed",
                _("Failed, tried again"),
                lambda x: x["failed"],
                "count",
                link=lambda x: "?state=failed",
            ),
            Column("done", _("Done"), lambda x: x["done"], "count", link=lambda x: "?state=done"),
            Column("oldest", _("Oldest open"), lambda x: x["oldest"], "moment"),
            Column("last", _("Last done"), lambda x: x["last"], "moment"),
        ],
        source=Listed(list(kinds)),
        empty=_("No work has been queued yet."),
    )
    messages = table_on(
        request,
        "messages",
        caption=_("Messages"),
        columns=[
            Column("created", _("Queued"), lambda x: x.created_at, "moment", order="created_at"),
            Column("work", _("Work"), lambda x: x.work, "code", order="work"),
            Column("subject", _("Subject"), lambda x: x.subject, "code"),
            Column("attempts", _("Attempts"), lambda x: x.attempts, "count", order="attempts"),
            Column(
                "due",
                _("Next attempt"),
                lambda x: None if x.done_at else x.due_at,
                "moment",
                order="due_at",
            ),
            Column("done", _("Done"), lambda x: x.done_at, "moment", order="done_at"),
            Column("error", _("Error"), lambda x: x.error),
        ],
        source=Queried(OutboxMessage.objects.filter(STATES[state])),
        sort="created" if state != "done" else "-done",
        empty=_("Nothing here: the queue is empty."),
    )
    return answer(
        request,
        "audit/work.html",
        title=_("Work queue"),
        section="work",
        tables=[summary, messages],
        state=state,
        states=[("open", _("Open")), ("failed", _("Failed")), ("done", _("Done"))],
    )
