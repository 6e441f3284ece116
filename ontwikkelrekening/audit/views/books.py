"""Do the books balance, now and on any day?"""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger import checking
from ledger.models import Booking
from ledger.reports import TrialBalanceLine, trial_balance
from ontwikkelrekening.audit import against_books
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.accounts import NOW, AsOf, asked_as_of, class_href
from ontwikkelrekening.audit.checks import findings_within
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.views.bookings import bookings_table
from ontwikkelrekening.tables.table import Cell, Column, Listed, Queried, Table, table_on
from ontwikkelrekening.tables.words import class_name


def trial_balance_table(request: HttpRequest, lines: list[TrialBalanceLine], as_of: AsOf) -> Table:
    def totals() -> list[Cell]:
        debits, credits_ = sum(x.debits for x in lines), sum(x.credits for x in lines)
        difference = debits - credits_
        return [
            Cell(_("Total")),
            Cell(""),
            Cell(debits, "cents"),
            Cell(credits_, "cents"),
            Cell(difference, "cents"),
        ]

    return table_on(
        request,
        "trial_balance",
        caption=_("Trial balance"),
        columns=[
            Column(
                "class",
                _("Account class"),
                class_name,
                link=lambda x: class_href(x.code, as_of),
                order="name",
            ),
            Column("rgs", _("RGS code"), lambda x: x.rgs_code, "code", order="rgs"),
            Column("debits", _("Debits"), lambda x: x.debits, "cents", order="debits"),
            Column("credits", _("Credits"), lambda x: x.credits, "cents", order="credits"),
            Column(
                "difference",
                _("Debits less credits"),
                lambda x: x.debits - x.credits,
                "cents",
                order="difference",
            ),
        ],
        source=Listed(lines),
        totals=totals,
    )


@audit_page
def overview(request: HttpRequest) -> HttpResponseBase:
    lines = trial_balance()
    debits, credits_ = sum(x.debits for x in lines), sum(x.credits for x in lines)
    recent = Queried(Booking.objects.order_by("-booked_at", "-id"))
    return answer(
        request,
        "audit/overview.html",
        title=_("The books"),
        section="overview",
        tables=[
            trial_balance_table(request, lines, NOW),
            bookings_table(request, "bookings", recent, per_page=10),
        ],
        checked=findings_within(milliseconds=2000),
        debits=debits,
        balances=debits == credits_,
    )


@audit_page
def checks(request: HttpRequest) -> HttpResponseBase:
    """Every check of the books, however long it takes."""
    checked = findings_within(milliseconds=600_000)
    findings = table_on(
        request,
        "findings",
        caption=_("Findings"),
        columns=[
            Column("check", _("Check"), lambda x: gettext(x.check), order="check"),
            Column("detail", _("What was found"), lambda x: x.detail),
        ],
        source=Listed(checked.findings or []),
        empty=_("No findings: all checks passed."),
    )
    return answer(
        request,
        "audit/checks.html",
        title=_("Checking the books"),
        section="overview",
        tables=[findings],
        every_check=[gettext(check) for check in (*checking.CHECKS, *against_books.CHECKS)],
        trail=[(_("The books"), reverse("audit:overview"))],
        checked=checked,
    )


@audit_page
def trial_balance_page(request: HttpRequest) -> HttpResponseBase:
    as_of, errors = asked_as_of(request)
    lines = trial_balance(on=as_of.on, known_on=as_of.known_on)
    return answer(
        request,
        "audit/trial_balance.html",
        title=_("Trial balance"),
        section="trial-balance",
        tables=[trial_balance_table(request, lines, as_of)],
        as_of=as_of,
        errors=errors,
    )
