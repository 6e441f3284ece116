"""What a total is made of: the accounts of a class, and the statement of one."""

from __future__ import annotations

from django.db.models import F, Q, QuerySet
from django.db.models.expressions import CombinedExpression
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.models import Account, AccountClass
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.accounts import (
    NOW,
    AccountLines,
    account_line,
    asked_as_of,
    asked_scheme,
    class_href,
    got_credit_of,
    is_credit_of,
)
from ontwikkelrekening.audit.causes import purpose_href
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.statements import Statement, StatementTable, asked_cursor
from ontwikkelrekening.tables.table import Column, table_on
from ontwikkelrekening.tables.words import class_name, described


@audit_page
def account_class(request: HttpRequest, code: str) -> HttpResponseBase:
    found = get_object_or_404(AccountClass, code=code)
    as_of, errors = asked_as_of(request)
    search, scheme = request.GET.get("q", "").strip(), asked_scheme(request)
    accounts = _matching(found, search).annotate(stored=_stored(found))
    if scheme:
        held = is_credit_of if found.code == "tranche" else got_credit_of
        accounts = accounts.filter(held(scheme))
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
                "balance",
                _("Balance"),
                lambda x: x.balance,
                "cents",
                order="stored" if as_of.is_now else "",
            ),
        ],
        source=AccountLines(accounts.order_by("code"), as_of),
        empty=_("No account has a code that begins like this.")
        if search
        else _("No accounts yet."),
    )
    return answer(
        request,
        "audit/account_class.html",
        title=class_name(found),
        section="trial-balance",
        tables=[table],
        trail=[(_("Trial balance"), reverse("audit:trial-balance") + as_of.query)],
        account_class=found,
        side=found.get_normal_side_display(),
        scheme=scheme,
        as_of=as_of,
        errors=errors,
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
            Column("description", _("Description"), lambda x: described(x.kind, x.description)),
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
            (class_name(found.account_class), class_href(found.account_class.code, NOW)),
        ],
        account=found,
        line=account_line(found),
        purpose=purpose_href(found.code),
    )
