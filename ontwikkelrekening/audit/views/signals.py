"""Signals: what stands out at providers and their courses, explained, for people to look at."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.signal_tables import signals_table
from ontwikkelrekening.audit.signals import KINDS, look_for
from ontwikkelrekening.tables.table import Column


@audit_page
def signals(request: HttpRequest) -> HttpResponseBase:
    kind = KINDS.get(request.GET.get("kind", ""))
    kinds = [kind] if kind else list(KINDS.values())
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
        tables=[signals_table(request, look_for(kinds, at=timezone.now()), provider)],
        kinds=kinds,
        chosen=kind.code if kind else "",
        choices=[("", _("All")), *((each.code, each.name) for each in KINDS.values())],
    )
