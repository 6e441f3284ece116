"""Rounds: what was published beforehand, how the draw went, and the files to redraw it from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import audit_page, page_about
from ontwikkelrekening.audit.charts import BarChart, bar_chart
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.reading import as_auditor
from ontwikkelrekening.budgets.models import (
    Admission,
    Placing,
    Round,
    RoundState,
)
from ontwikkelrekening.budgets.proving import NotDrawn, facts_text, list_lines, standing
from ontwikkelrekening.eligibility.wording import CLASSES
from ontwikkelrekening.tables.table import Cell, Column, Listed, Queried, Table, Text, table_on


@audit_page
def rounds(request: HttpRequest) -> HttpResponseBase:
    table = table_on(
        request,
        "rounds",
        caption=_("Rounds"),
        columns=[
            Column(
                "name",
                _("Round"),
                lambda x: x.name,
                link=lambda x: reverse("audit:round", args=[x.id]),
                order="name",
            ),
            Column("scheme", _("Scheme"), lambda x: x.scheme.name),
            Column("state", _("State"), lambda x: x.state, "state", order="state"),
            Column("opens", _("Opens"), lambda x: x.opens_at, "moment", order="opens_at"),
            Column("closes", _("Closes"), lambda x: x.closes_at, "moment", order="closes_at"),
            Column("ceiling", _("Ceiling"), lambda x: x.ceiling, "cents", order="ceiling"),
            Column("published", _("Published by"), lambda x: x.published_by),
        ],
        source=Queried(Round.objects.public().select_related("scheme")),
        sort="-opens",
        empty=_("No round has been published yet."),
    )
    return answer(request, "audit/rounds.html", title=_("Rounds"), section="rounds", tables=[table])


def _proposed(id: UUID) -> Iterable[str]:
    """Whose refusal the page gives the rules of."""
    admissions = Admission.objects.filter(refusal__application__round=id)
    return admissions.values_list("refusal__application__account_code", flat=True)


@page_about(_proposed)
def round_(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(
        Round.objects.public().select_related("scheme", "policy__scheme", "account"), id=id
    )
    counted = by_class(found)
    return answer(
        request,
        "audit/round.html",
        title=found.name,
        section="rounds",
        trail=[(_("Rounds"), reverse("audit:rounds"))],
        tables=[
            classes_table(request, counted),
            admissions_table(request, found),
            placings_table(request, found),
        ],
        round=found,
        standing=standing(found),
        chart=classes_chart(counted),
        policy_href=reverse("audit:policy", args=[found.policy_id]) if found.policy_id else "",
        pot_href=reverse("audit:account", args=[found.account.code]) if found.account else "",
    )


def by_class(found: Round) -> list[dict[str, Any]]:
    counted = (
        Placing.objects.filter(round=found)
        .values("priority")
        .annotate(
            placed=Count("pk"),
            winners=Count("pk", filter=Q(granted__gt=0)),
            cents=Sum("granted"),
        )
        .order_by("priority")
    )
    return [{**row} for row in counted]


def classes_chart(counted: list[dict[str, int]]) -> BarChart | None:
    if not counted:
        return None
    return bar_chart(
        _("Of every hundred in a priority class, how many got a grant"),
        [
            (
                gettext("Class %(number)s") % {"number": row["priority"]},
                100 * row["winners"] // row["placed"],
                "paid",
            )
            for row in counted
        ],
        kind="count",
        longest=100,
    )


def classes_table(request: HttpRequest, counted: list[dict[str, int]]) -> Table:
    return table_on(
        request,
        "classes",
        caption=_("By priority class"),
        columns=[
            Column(
                "class",
                _("Priority class"),
                lambda x: f"{x['priority']}: {CLASSES[x['priority']]}",
            ),
            Column("placed", _("Took part"), lambda x: x["placed"], "count"),
            Column("granted", _("Got a grant"), lambda x: x["winners"], "count"),
            Column("cents", _("Granted"), lambda x: x["cents"], "cents"),
        ],
        source=Listed(counted),
        totals=lambda: [
            Cell(_("Total")),
            Cell(sum(x["placed"] for x in counted), "count"),
            Cell(sum(x["winners"] for x in counted), "count"),
            Cell(sum(x["cents"] for x in counted), "cents"),
        ],
        empty=_("Nothing has been drawn yet."),
    )


def admissions_table(request: HttpRequest, found: Round) -> Table:
    """Who takes part, or was proposed to, though the rules said no; why is kept with the citizen."""
    admissions = Admission.objects.filter(refusal__application__round=found)
    return table_on(
        request,
        "admissions",
        caption=_("Proposals to admit after a refusal"),
        columns=[
            Column("application", _("Application"), lambda x: x.refusal_id, "code"),
            Column(
                "unmet",
                _("Rules not met"),
                lambda x: ", ".join(rule for rule, _value in x.refusal.unmet) or _("erased"),
                "code",
            ),
            Column("confirmed", _("Confirmed by"), lambda x: x.refusal.confirmed_by),
            Column("proposed", _("Proposed by"), lambda x: x.proposed_by),
            Column("at", _("Proposed at"), lambda x: x.proposed_at, "moment", order="proposed_at"),
            Column("admitted", _("Admitted"), _answer_of),
            Column("answered", _("Answered by"), lambda x: x.answered_by),
            Column("on", _("Answered at"), lambda x: x.answered_at, "moment", order="answered_at"),
        ],
        source=Queried(admissions.select_related("refusal")),
        sort="-at",
        empty=_("Nobody was proposed."),
    )


def _answer_of(admission: Admission) -> Text:
    if not admission.answered_by:
        return _("waits")
    return _("yes") if admission.admitted else _("no")


def placings_table(request: HttpRequest, found: Round) -> Table:
    return table_on(
        request,
        "placings",
        caption=_("The order of the draw"),
        columns=[
            Column("rank", _("Rank"), lambda x: x.rank, "count", order="rank"),
            Column("application", _("Application"), lambda x: x.application_id, "code"),
            Column("priority", _("Priority class"), lambda x: x.priority, "count"),
            Column("missed", _("Rounds missed"), lambda x: x.missed, "count"),
            Column("lot", _("Lot"), lambda x: bytes(x.lot).hex(), "hash"),
            Column("wanted", _("Asked"), lambda x: x.wanted, "cents", order="wanted"),
            Column("granted", _("Granted"), lambda x: x.granted, "cents", order="granted"),
            Column("left", _("Left the list"), lambda x: _("yes") if x.left_list else ""),
        ],
        source=Queried(Placing.objects.filter(round=found)),
        sort="rank",
        empty=_("The round has not been drawn yet."),
    )


@audit_page
def proof(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """What the stand-alone script needs beside the list, as JSON."""
    found = get_object_or_404(Round.objects.public(), id=id)
    try:
        text = facts_text(found)
    except NotDrawn:
        raise Http404 from None
    return HttpResponse(
        text,
        content_type="application/json",
        headers={"Content-Disposition": 'attachment; filename="round.json"'},
    )


@audit_page
def published_list(request: HttpRequest, id: UUID) -> HttpResponseBase:
    """The published list as the stand-alone script reads it."""
    found = get_object_or_404(Round, id=id, state=RoundState.DRAWN)
    return StreamingHttpResponse(
        as_read_by_auditors(found),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="list.csv"'},
    )


def as_read_by_auditors(found: Round) -> Iterator[str]:
    with as_auditor():
        yield from list_lines(found)
