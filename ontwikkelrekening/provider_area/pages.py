"""The sections of the provider area, and how a view of it answers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ontwikkelrekening.provider_area.access import Staff
from ontwikkelrekening.tables import pages
from ontwikkelrekening.tables.table import Table

SECTIONS = [
    ("home", _("Overview"), "provider_area:home"),
    ("courses", _("Courses"), "provider_area:courses"),
    ("enrolments", _("Enrolments"), "provider_area:enrolments"),
    ("claims", _("Claims"), "provider_area:claims"),
    ("payments", pgettext_lazy("provider", "Payments"), "provider_area:payments"),
    ("software", _("Software"), "provider_area:software"),
    ("webhooks", _("Webhooks"), "provider_area:webhooks"),
]


def answer(
    request: HttpRequest,
    template: str,
    staff: Staff,
    *,
    tables: Sequence[Table] = (),
    status: int = 200,
    **context: Any,
) -> HttpResponseBase:
    """A page or a download; the options are those of tables.pages.answer."""
    sections = [(name, words, reverse(page)) for name, words, page in SECTIONS]
    return pages.answer(
        request,
        f"provider_area/{template}",
        sections=sections,
        tables=tables,
        status=status,
        staff=staff,
        **context,
    )
