"""What happened to a claim, an enrolment or an objection: every move, with who and when."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.tables.table import Column, Queried, Table, table_on
from ontwikkelrekening.tables.words import ACTORS


def history_table(request: HttpRequest, moves: QuerySet[Any]) -> Table:
    """`moves` are rows with at, event, from_state, to_state and actor."""
    return table_on(
        request,
        "history",
        caption=_("What happened to it"),
        columns=[
            Column("at", _("When"), lambda x: x.at, "moment", order="at"),
            Column("event", _("Event"), lambda x: x.event, "event"),
            Column("from", _("From"), lambda x: x.from_state, "state"),
            Column("to", _("To"), lambda x: x.to_state, "state"),
            Column("actor", _("Who"), lambda x: ACTORS.get(x.actor, x.actor)),
        ],
        source=Queried(moves),
        sort="at",
        empty=_("No change of state was recorded."),
    )
