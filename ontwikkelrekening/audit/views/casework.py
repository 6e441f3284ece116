"""Simulations of draft policies, and objections with their clocks."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import audit_page, page_about, page_for
from ontwikkelrekening.audit.charts import bar_chart
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.eligibility.models import Objection, ObjectionMove, Simulation
from ontwikkelrekening.eligibility.models.objections import OPEN
from ontwikkelrekening.eligibility.simulating import Line, lines, progress
from ontwikkelrekening.eligibility.wording import GROUPS
from ontwikkelrekening.staff import POLICY_OFFICERS
from ontwikkelrekening.tables.histories import history_table
from ontwikkelrekening.tables.table import Column, Listed, Queried, Table, Text, table_on

# Names that fit beside a bar on a phone; the table has them in full.
SHORT: dict[str, Text] = {
    "flex_worker": _("Flex workers"),
    "single_mother": _("Lone parents"),
    "carer_without_income": _("Carers without income"),
    "low_skilled_permanent": _("Low-skilled, fixed job"),
    "none": _("In no group"),
    "everyone": _("Everyone"),
}
EVERYONE: dict[str, Text] = {"everyone": _("Everyone"), "none": _("In none of the groups")}


@page_for(POLICY_OFFICERS)
def simulations(request: HttpRequest) -> HttpResponseBase:
    table = table_on(
        request,
        "simulations",
        caption=_("Simulations"),
        columns=[
            Column(
                "draft",
                _("Draft"),
                lambda x: str(x.draft),
                link=lambda x: reverse("audit:simulation", args=[x.id]),
            ),
            Column("current", _("Compared with"), lambda x: str(x.current)),
            Column("on", _("As if decided on"), lambda x: x.on, "date", order="on"),
            Column("by", _("Started by"), lambda x: x.started_by),
            Column("at", _("Started"), lambda x: x.started_at, "moment", order="started_at"),
        ],
        source=Queried(Simulation.objects.select_related("draft__scheme", "current__scheme")),
        sort="-at",
        empty=_("No draft was tried yet."),
    )
    return answer(
        request,
        "audit/simulations.html",
        title=_("Simulations"),
        section="policies",
        trail=[(_("Policies"), reverse("audit:policies"))],
        tables=[table],
    )


@page_for(POLICY_OFFICERS)
def simulation(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(
        Simulation.objects.select_related("draft__scheme", "current__scheme"), id=id
    )
    result = lines(found)
    return answer(
        request,
        "audit/simulation.html",
        title=_("Simulation"),
        section="policies",
        trail=[
            (_("Policies"), reverse("audit:policies")),
            (_("Simulations"), reverse("audit:simulations")),
        ],
        tables=[simulation_table(request, result)],
        simulation=found,
        progress=progress(found),
        chart=bar_chart(
            _("What the draft costs, by group"),
            [(SHORT.get(line.group, line.group), line.cents_then, "committed") for line in result],
        ),
        everyone=next((line for line in result if line.group == "everyone"), None),
        draft_href=reverse("audit:policy", args=[found.draft_id]),
        current_href=reverse("audit:policy", args=[found.current_id]),
    )


def group_name(code: str) -> Text:
    return EVERYONE.get(code) or GROUPS.get(code) or code


def simulation_table(request: HttpRequest, result: list[Line]) -> Table:
    return table_on(
        request,
        "groups",
        caption=_("By group; someone in two groups counts in both"),
        columns=[
            Column("group", _("Group"), lambda x: group_name(x.group)),
            Column("people", _("People"), lambda x: x.people, "count"),
            Column("now", _("Granted now"), lambda x: x.granted_now, "count"),
            Column("then", _("Granted then"), lambda x: x.granted_then, "count"),
            Column("winners", _("Better off"), lambda x: x.winners, "count"),
            Column("losers", _("Worse off"), lambda x: x.losers, "count"),
            Column("cost_now", _("Costs now"), lambda x: x.cents_now, "cents"),
            Column("cost_then", _("Costs then"), lambda x: x.cents_then, "cents"),
            Column("difference", _("Difference"), lambda x: x.difference_cents, "cents"),
        ],
        source=Listed(result),
    )


@audit_page
def objections(request: HttpRequest) -> HttpResponseBase:
    state = request.GET.get("state", "open")
    wanted = Objection.objects.all()
    wanted = wanted.filter(state__in=OPEN) if state == "open" else wanted.exclude(state__in=OPEN)
    today = timezone.localdate()
    table = table_on(
        request,
        "objections",
        caption=_("Objections"),
        columns=[
            Column(
                "filed",
                _("Filed on"),
                lambda x: x.filed_on,
                "date",
                link=lambda x: reverse("audit:objection", args=[x.id]),
                order="filed_on",
            ),
            Column(
                "account",
                _("Learning account"),
                lambda x: x.account_code,
                "code",
                link=lambda x: reverse("audit:learning-account", args=[x.account_code]),
            ),
            Column("state", _("State"), lambda x: x.state, "state", order="state"),
            Column("in_time", _("In time"), lambda x: x.in_time, "value"),
            Column("due", _("Answer due on"), lambda x: x.decide_by, "date", order="decide_by"),
            Column(
                "days",
                _("Days left"),
                lambda x: (x.decide_by - today).days if x.state in OPEN else None,
                "count",
            ),
        ],
        source=Queried(wanted),
        sort="due" if state == "open" else "-filed",
        empty=_("No objections here."),
    )
    return answer(
        request,
        "audit/objections.html",
        title=_("Objections"),
        section="objections",
        tables=[table],
        state=state,
        states=[("open", _("Open")), ("answered", _("Answered"))],
    )


def _objector(id: UUID) -> Iterable[str]:
    return Objection.objects.filter(id=id).values_list("account_code", flat=True)


@page_about(_objector)
def objection(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(Objection.objects.select_related("decision"), id=id)
    moves = history_table(request, ObjectionMove.objects.filter(objection=found))
    return answer(
        request,
        "audit/objection.html",
        title=_("Objection"),
        section="objections",
        trail=[(_("Objections"), reverse("audit:objections"))],
        tables=[moves],
        objection=found,
    )
