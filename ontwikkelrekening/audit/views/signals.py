"""Signals: what stands out at providers and their courses, explained, for people to look at."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit import signals as looking
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.signal_tables import signals_table
from ontwikkelrekening.audit.signals import KINDS
from ontwikkelrekening.tables.table import Column, Listed, table_on


@audit_page
def signals(request: HttpRequest) -> HttpResponseBase:
    kind = KINDS.get(request.GET.get("kind", ""))
    found = looking.signals(at=timezone.now(), kinds=[kind] if kind else KINDS.values())
    explained = table_on(
        request,
        "kinds",
        caption=_("What is looked for"),
        columns=[
            Column("kind", _("Signal"), lambda x: x.name, link=lambda x: f"?kind={x.code}"),
            Column("looks", _("What it looks for, and from where"), lambda x: x.explained),
            Column("lesson", _("Where it went wrong"), lambda x: x.lesson),
        ],
        source=Listed(list(KINDS.values())),
    )
    provider = Column(
        "provider",
        _("Provider"),
        lambda x: x.provider,
        link=lambda x: reverse("audit:provider", args=[x.provider_id]),
        order="provider",
    )
    return answer(
        request,
        "audit/signals.html",
        title=_("Signals"),
        section="signals",
        tables=[explained, signals_table(request, found, provider)],
        kind=kind.code if kind else "",
        kinds=[("", _("All")), *((each.code, each.name) for each in KINDS.values())],
    )
