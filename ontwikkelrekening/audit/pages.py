"""The sections of the audit pages, and how a view of theirs answers."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.reading import as_auditor
from ontwikkelrekening.tables import pages
from ontwikkelrekening.tables.pages import Section

SECTIONS: list[Section] = [
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
    ("signals", _("Signals"), "audit:signals"),
    ("batches", _("Payments"), "audit:batches"),
    ("bank", _("Bank"), "audit:bank"),
    ("seals", _("Seals"), "audit:seals"),
    ("exports", _("Exports"), "audit:exports"),
    ("work", _("Work queue"), "audit:work"),
]


OPEN_SECTIONS = ("policies",)  # for policy officers too


def sections_for(request: HttpRequest) -> list[Section]:
    """The sections this reader may open, with their address."""
    sees_all = getattr(request, "sees_all", True)
    return [
        (name, words, reverse(page))
        for name, words, page in SECTIONS
        if sees_all or name in OPEN_SECTIONS
    ]


def answer(request: HttpRequest, template: str, **context: Any) -> HttpResponseBase:
    """A page or a download, read as the auditor; the options are those of tables.pages.answer."""
    return pages.answer(
        request, template, sections=sections_for(request), reading=as_auditor, **context
    )
