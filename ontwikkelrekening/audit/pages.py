"""How a view of the audit pages answers: its page, or one of its tables as a download."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.downloads import csv_response
from ontwikkelrekening.audit.tables import Table, Text

SECTIONS: list[tuple[str, Text, str]] = [
    ("overview", _("Overview"), "audit:overview"),
    ("trial-balance", _("Trial balance"), "audit:trial-balance"),
    ("funds", _("Funds"), "audit:funds"),
    ("policies", _("Policies"), "audit:policies"),
    ("decisions", _("Decisions"), "audit:decisions"),
    ("objections", _("Objections"), "audit:objections"),
    ("runs", _("Top-ups"), "audit:runs"),
    ("rounds", _("Rounds"), "audit:rounds"),
    ("claims", _("Claims"), "audit:claims"),
    ("providers", _("Providers"), "audit:providers"),
    ("batches", _("Payments"), "audit:batches"),
    ("seals", _("Seals"), "audit:seals"),
    ("exports", _("Exports"), "audit:exports"),
    ("work", _("Work queue"), "audit:work"),
]


OPEN_SECTIONS = ("policies",)  # for policy officers too


def sections_for(request: HttpRequest) -> list[tuple[str, Text, str]]:
    """The sections this reader may open, with their address."""
    sees_all = getattr(request, "sees_all", True)
    return [
        (name, words, reverse(page))
        for name, words, page in SECTIONS
        if sees_all or name in OPEN_SECTIONS
    ]


def answer(
    request: HttpRequest,
    template: str,
    *,
    title: Text,
    section: str,
    tables: Sequence[Table] = (),
    trail: Sequence[tuple[Text, str]] = (),
    **context: Any,
) -> HttpResponseBase:
    """The page with its tables by name, or the CSV that `?download=<table>` asks for.

    `trail` are the pages above this one: words and address.
    """
    named = {table.name: table for table in tables}
    asked = named.get(request.GET.get("download", ""))
    if asked is not None:
        return csv_response(asked)
    return render(
        request,
        template,
        {
            "title": title,
            "section": section,
            "sections": sections_for(request),
            "trail": trail,
            "tables": named,
            "moment": timezone.now(),
            **context,
        },
    )
