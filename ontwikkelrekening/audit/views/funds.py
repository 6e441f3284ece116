"""Where the money of each fund is, and what became of it."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.charts import BarChart, bar_chart
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.positions import PLACES, Position, positions
from ontwikkelrekening.budgets.funders import statement_of
from ontwikkelrekening.budgets.models import Fund
from ontwikkelrekening.tables.table import Cell, Column, Listed, table_on


def _fund_href(position: Position) -> str:
    return reverse("audit:fund", args=[position.scheme])


@audit_page
def funds(request: HttpRequest) -> HttpResponseBase:
    found = positions()
    places = [
        Column(key, title, lambda x, key=key: getattr(x, key), "cents", order=key)  # type: ignore[misc]
        for key, (title, _explained) in PLACES.items()
    ]
    table = table_on(
        request,
        "funds",
        caption=_("Funds"),
        columns=[
            Column("fund", _("Fund"), lambda x: x.name, link=_fund_href, order="name"),
            Column("made", _("Made available"), lambda x: x.made_available, "cents", order="made"),
            *places,
        ],
        source=Listed(found),
        totals=lambda: [
            Cell(_("Total")),
            Cell(sum(x.made_available for x in found), "cents"),
            *(Cell(sum(getattr(x, key) for x in found), "cents") for key in PLACES),
        ],
        empty=_("No fund has been opened yet."),
    )
    return answer(
        request,
        "audit/funds.html",
        title=_("Funds"),
        section="funds",
        tables=[table],
        charts=[(x, position_chart(x)) for x in found],
    )


def position_chart(position: Position) -> BarChart:
    return bar_chart(
        _("Where the money of %(fund)s is") % {"fund": position.name},
        [(title, getattr(position, key), key) for key, (title, _explained) in PLACES.items()],
    )


STATEMENT = {
    "received": _("Received, less what went back"),
    "in_fund": _("Still in the fund"),
    "for_rounds": _("Set apart for rounds"),
    "granted": _("Granted"),
    "free": _("Free on their accounts"),
    "reserved": _("Reserved"),
    "paid": _("Claimed by providers"),
    "came_back": _("Came back from citizens"),
}


@audit_page
def fund_page(request: HttpRequest, scheme: str) -> HttpResponseBase:
    found = next((x for x in positions() if x.scheme == scheme), None)
    if found is None:
        raise Http404
    fund = Fund.objects.select_related("scheme", "account").get(scheme__code=scheme)
    of_it = f"scheme={scheme}"
    hrefs = {
        "available": reverse("audit:account", args=[found.account]),
        "rounds": reverse("audit:rounds"),
        "committed": reverse("audit:class", args=["tranche"]) + f"?{of_it}",
        "reserved": reverse("audit:class", args=["reserved"]) + f"?{of_it}",
        "payable": reverse("audit:claims") + f"?state=unpaid&{of_it}",
        "paid": reverse("audit:claims") + f"?state=paid&{of_it}",
    }
    table = table_on(
        request,
        "position",
        caption=_("Where the money is"),
        columns=[
            Column("place", _("Place"), lambda x: PLACES[x][0], link=lambda x: hrefs[x]),
            Column("meaning", _("What it is"), lambda x: PLACES[x][1]),
            Column(
                "amount", _("Amount"), lambda x: getattr(found, x), "cents", link=lambda x: hrefs[x]
            ),
        ],
        source=Listed(list(PLACES)),
        totals=lambda: [Cell(_("Total")), Cell(""), Cell(found.total, "cents")],
    )
    statement = statement_of(fund)
    told = table_on(
        request,
        "statement",
        caption=_("Statement for the funder"),
        columns=[
            Column("what", _("What it is"), lambda x: STATEMENT[x]),
            Column("amount", _("Amount"), lambda x: getattr(statement, x), "cents"),
        ],
        source=Listed(list(STATEMENT)),
    )
    return answer(
        request,
        "audit/fund.html",
        title=found.name,
        section="funds",
        trail=[(_("Funds"), reverse("audit:funds"))],
        tables=[table, told],
        position=found,
        fund=fund,
        statement=statement,
        reach_href=reverse("audit:reach", args=[scheme]),
        chart=position_chart(found),
        difference=found.made_available - found.total,
    )
