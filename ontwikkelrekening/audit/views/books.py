"""The books: do they balance, and from any total down to one transfer."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ledger import checking
from ledger.models import Account, AccountClass, Booking, Transfer
from ledger.reports import TrialBalanceLine, trial_balance
from ontwikkelrekening.audit import against_books
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.accounts import (
    AccountLines,
    account_line,
    asked_scheme,
    holds_credit_of,
)
from ontwikkelrekening.audit.causes import cause_href, purpose_href
from ontwikkelrekening.audit.checks import findings_within
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.reversals import Transfers, with_reversals
from ontwikkelrekening.audit.statements import Statement, StatementTable, asked_cursor
from ontwikkelrekening.tables.table import Cell, Column, Listed, Queried, Table, Text, table_on


def asked_date(request: HttpRequest) -> tuple[date | None, Text]:
    """The date in `?on=`, and what is wrong with it; nothing asked means now."""
    asked = request.GET.get("on", "").strip()
    if not asked:
        return None, ""
    try:
        found = parse_date(asked)
    except ValueError:
        found = None
    return found, "" if found else _("This is not a date. Write it as 2026-12-31.")


def class_href(code: str, on: date | None) -> str:
    return reverse("audit:class", args=[code]) + (f"?on={on}" if on else "")


def trial_balance_table(
    request: HttpRequest, lines: list[TrialBalanceLine], on: date | None
) -> Table:
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
                lambda x: x.name,
                link=lambda x: class_href(x.code, on),
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


def bookings_table(
    request: HttpRequest, name: str, bookings: Queried, *, per_page: int = 50
) -> Table:
    return table_on(
        request,
        name,
        caption=_("Bookings"),
        columns=[
            Column("booked", _("Booked at"), lambda x: x.booked_at, "moment"),
            Column("effective", _("Date in the books"), lambda x: x.effective_on, "date"),
            Column(
                "kind",
                _("Kind"),
                lambda x: x.kind,
                "kind",
                link=lambda x: reverse("audit:booking", args=[x.id]),
            ),
            Column("description", _("Description"), lambda x: x.description),
            Column(
                "cause", _("Cause"), lambda x: x.cause, "code", link=lambda x: cause_href(x.cause)
            ),
        ],
        source=bookings,
        per_page=per_page,
        empty=_("Nothing has been booked yet."),
    )


def transfers_table(request: HttpRequest, booking: UUID) -> Table:
    """What was moved in one booking, and what of it was reversed."""
    written = Booking.objects.filter(id=booking).values("xid")
    transfers = Transfer.objects.filter(xid__in=written, booking=booking)
    return table_on(
        request,
        "transfers",
        caption=_("Transfers"),
        columns=[
            Column(
                "place",
                _("Transfer"),
                str,
                "code",
                link=lambda x: reverse("audit:transfer", args=[x.xid, x.seq]),
            ),
            Column(
                "debit",
                _("Debit"),
                lambda x: x.debit_account.code,
                "code",
                link=lambda x: reverse("audit:account", args=[x.debit_account.code]),
            ),
            Column(
                "credit",
                _("Credit"),
                lambda x: x.credit_account.code,
                "code",
                link=lambda x: reverse("audit:account", args=[x.credit_account.code]),
            ),
            Column("amount", _("Amount"), lambda x: x.amount, "cents", order="amount"),
            Column(
                "reversed",
                _("Reversed by"),
                lambda x: x.reversed_by,
                "code",
                link=lambda x: x.reversed_by and reverse("audit:transfer", args=x.reversed_by.pk),
            ),
        ],
        source=Transfers(
            transfers.select_related("debit_account", "credit_account").order_by("seq")
        ),
        empty=_("Nothing was booked for it."),
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
            trial_balance_table(request, lines, None),
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
    on, error = asked_date(request)
    lines = trial_balance(on=on)
    return answer(
        request,
        "audit/trial_balance.html",
        title=_("Trial balance"),
        section="trial-balance",
        tables=[trial_balance_table(request, lines, on)],
        on=on,
        error=error,
    )


@audit_page
def account_class(request: HttpRequest, code: str) -> HttpResponseBase:
    found = get_object_or_404(AccountClass, code=code)
    on, error = asked_date(request)
    search, scheme = request.GET.get("q", "").strip(), asked_scheme(request)
    accounts = _matching(found, search).annotate(stored=_stored(found))
    if scheme:
        accounts = accounts.filter(holds_credit_of(scheme))
    table = table_on(
        request,
        "accounts",
        caption=_("Accounts"),
        columns=[
            Column(
                "code",
                _("Account"),
                lambda x: x.code,
                "code",
                link=lambda x: reverse("audit:account", args=[x.code]),
                order="code",
            ),
            Column("opened", _("Opened"), lambda x: x.opened_at, "moment", order="opened_at"),
            Column(
                "balance", _("Balance"), lambda x: x.balance, "cents", order="" if on else "stored"
            ),
        ],
        source=AccountLines(accounts.order_by("code"), on),
        empty=_("No account has a code that begins like this.")
        if search
        else _("No accounts yet."),
    )
    return answer(
        request,
        "audit/account_class.html",
        title=found.name,
        section="trial-balance",
        tables=[table],
        trail=[(_("Trial balance"), _with_date("audit:trial-balance", on))],
        account_class=found,
        side=_("Debit") if found.normal_side == "debit" else _("Credit"),
        scheme=scheme,
        on=on,
        error=error,
        search=search,
    )


def _matching(found: AccountClass, search: str) -> QuerySet[Account]:
    accounts = Account.objects.filter(account_class=found)
    if not search:
        return accounts
    return accounts.filter(
        Q(code__startswith=search) | Q(code__startswith=f"{found.code}:{search}")
    )


def _stored(found: AccountClass) -> CombinedExpression:
    if found.normal_side == "debit":
        return F("total__debits") - F("total__credits")
    return F("total__credits") - F("total__debits")


def _with_date(name: str, on: date | None) -> str:
    return reverse(name) + (f"?on={on}" if on else "")


@audit_page
def account(request: HttpRequest, code: str) -> HttpResponseBase:
    found = get_object_or_404(Account.objects.select_related("account_class"), code=code)
    table = StatementTable(
        "statement",
        query=request.GET,
        caption=_("Statement"),
        columns=[
            Column("booked", _("Booked at"), lambda x: x.booked_at, "moment"),
            Column("effective", _("Date in the books"), lambda x: x.effective_on, "date"),
            Column(
                "kind",
                _("Kind"),
                lambda x: x.kind,
                "kind",
                link=lambda x: reverse("audit:transfer", args=[x.xid, x.seq]),
            ),
            Column("description", _("Description"), lambda x: x.description),
            Column(
                "counter",
                _("Other account"),
                lambda x: x.counter_account_code,
                "code",
                link=lambda x: reverse("audit:account", args=[x.counter_account_code]),
            ),
            Column("amount", _("Amount"), lambda x: x.cents, "signed"),
            Column("balance", _("Balance after"), lambda x: x.balance_after, "cents"),
        ],
        source=Statement(found.id, asked_cursor(request.GET.get("before"))),
        empty=_("Nothing was booked on this account."),
    )
    return answer(
        request,
        "audit/account.html",
        title=found.code,
        section="trial-balance",
        tables=[table],
        trail=[
            (_("Trial balance"), reverse("audit:trial-balance")),
            (found.account_class.name, class_href(found.account_class.code, None)),
        ],
        account=found,
        line=account_line(found),
        purpose=purpose_href(found.code),
    )


@audit_page
def transfer(request: HttpRequest, xid: int, seq: int) -> HttpResponseBase:
    found = (
        Transfer.objects.select_related(
            "booking", "debit_account__account_class", "credit_account__account_class"
        )
        .filter(xid=xid, seq=seq)
        .first()
    )
    if found is None:
        raise Http404
    with_reversals([found])
    return answer(
        request,
        "audit/transfer.html",
        title=_("Transfer"),
        section="trial-balance",
        trail=[
            (_("Trial balance"), reverse("audit:trial-balance")),
            (_("Booking"), reverse("audit:booking", args=[found.booking_id])),
        ],
        transfer=found,
        cause=cause_href(found.booking.cause),
        debit_purpose=purpose_href(found.debit_account.code),
        credit_purpose=purpose_href(found.credit_account.code),
    )


@audit_page
def bookings(request: HttpRequest) -> HttpResponseBase:
    kind, cause = request.GET.get("kind", ""), request.GET.get("cause", "")
    wanted = Booking.objects.order_by("-booked_at", "-id")
    if kind:
        wanted = wanted.filter(kind=kind)
    if cause:
        wanted = wanted.filter(cause=cause)
    return answer(
        request,
        "audit/bookings.html",
        title=_("Bookings"),
        section="trial-balance",
        tables=[bookings_table(request, "bookings", Queried(wanted))],
        trail=[(_("The books"), reverse("audit:overview"))],
        kind=kind,
        cause=cause,
    )


@audit_page
def booking(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found = get_object_or_404(Booking, id=id)
    return answer(
        request,
        "audit/booking.html",
        title=_("Booking"),
        section="trial-balance",
        tables=[transfers_table(request, found.id)],
        trail=[(_("The books"), reverse("audit:overview"))],
        booking=found,
        cause=cause_href(found.cause),
    )
