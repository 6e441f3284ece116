"""Signals as a table, for the page of all of them and for the page of a provider."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.signals.kinds import Signal
from ontwikkelrekening.tables.table import Column, Listed, Table, table_on


def signals_table(request: HttpRequest, signals: list[Signal], *about: Column) -> Table:
    """`about` says of whom, where there are more; nothing is sorted by how much was counted."""
    return table_on(
        request,
        "signals",
        caption=_("Signals"),
        columns=[
            Column("kind", _("Signal"), lambda x: x.kind.name, order="kind"),
            *about,
            Column("course", _("Course"), lambda x: x.course, link=_prices, order="course"),
            Column("measured", _("What was counted"), lambda x: x.measured),
            Column("since", _("Since"), lambda x: x.since, "moment", order="since"),
        ],
        source=Listed(signals),
        sort="-since",
        empty=_("There are no signals."),
    )


def _prices(signal: Signal) -> str | None:
    """Where the history of a course's price is."""
    provider = reverse("audit:provider", args=[signal.provider_id])
    return f"{provider}#prices-caption" if signal.course else None
