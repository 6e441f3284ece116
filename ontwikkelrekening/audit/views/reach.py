"""Whom a scheme reaches: each priority group's share of the credit used against its share of the people."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ledger.exports.movements import FIRST_YEAR, LAST_YEAR, is_year
from ontwikkelrekening.audit.access import page_for
from ontwikkelrekening.audit.charts import BarChart, bar_chart
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.views.casework import SHORT, group_name
from ontwikkelrekening.budgets.hiding import SMALLEST
from ontwikkelrekening.budgets.reach import EVERYONE, GroupReach, reach
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.staff import POLICY_OFFICERS
from ontwikkelrekening.tables.table import Column, Listed, Table, Text, table_on

HIDDEN = _("not shown")


@page_for(POLICY_OFFICERS)
def reached(request: HttpRequest, scheme: str) -> HttpResponseBase:
    found = get_object_or_404(Scheme, code=scheme)
    year, error = asked_year(request)
    groups = reach(found, year=year)
    return answer(
        request,
        "audit/reach.html",
        title=_("Reach"),
        section="funds",
        trail=[
            (_("Funds"), reverse("audit:funds")),
            (found.name, reverse("audit:fund", args=[found.code])),
        ],
        tables=[reach_table(request, groups)],
        year=year,
        error=error,
        scheme=found,
        smallest=SMALLEST,
        behind=[group_name(x.group) for x in groups if x.behind],
        chart=reach_chart(groups),
    )


def reach_table(request: HttpRequest, groups: list[GroupReach]) -> Table:
    return table_on(
        request,
        "reach",
        caption=_("Reach per priority group"),
        columns=[
            Column("group", _("Group"), lambda x: group_name(x.group)),
            Column("population", _("People in the country"), lambda x: x.population, "count"),
            Column("population_share", _("Share of the people, %"), lambda x: x.population_share),
            Column("granted", _("Got credit"), lambda x: shown(x.granted)),
            Column("granted_share", _("Share, %"), lambda x: shown(x.granted_share)),
            Column("used", _("Chose something with it"), lambda x: shown(x.used)),
            Column("used_share", _("Share, %"), lambda x: shown(x.used_share)),
            Column("behind", _("Falls behind"), lambda x: x.behind, "value"),
        ],
        source=Listed(groups),
    )


def reach_chart(groups: list[GroupReach]) -> BarChart:
    """Each group, under it its share of the population; a figure that is hidden says so."""
    bars: list[tuple[Text, int | None, str]] = []
    for row in groups:
        name = SHORT.get(row.group, row.group)
        if row.group == EVERYONE:
            continue
        used = None if row.used_share is None else round(row.used_share)
        bars.append((name, used, tone(row)))
        words = _("%(group)s: share of the people") % {"group": name}
        bars.append((words, round(row.population_share), "returned"))
    return bar_chart(
        _("Of every hundred who chose something, how many belong to the group"),
        bars,
        kind="count",
        longest=100,
    )


def asked_year(request: HttpRequest) -> tuple[int, Text]:
    """The year in `?year=`, and what is wrong with it; nothing asked means this year."""
    asked, this_year = request.GET.get("year", "").strip(), timezone.localdate().year
    if not asked:
        return this_year, ""
    if is_year(asked):
        return int(asked), ""
    return this_year, _("This is not a year from %(first)s to %(last)s.") % {
        "first": FIRST_YEAR,
        "last": LAST_YEAR,
    }


def shown(count: object) -> object:
    """A small count could point at a person."""
    return HIDDEN if count is None else count


def tone(group: GroupReach) -> str:
    return "reserved" if group.behind else "committed"
