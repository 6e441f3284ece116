"""What the bank says, and where the books say something else."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.money import to_cents
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.payouts.bank_statements.comparing import (
    Difference,
    days_of,
    differences,
    lasting_differences,
)
from ontwikkelrekening.payouts.models import BankEntry, BankStatement, Became
from ontwikkelrekening.tables.table import Column, Listed, Queried, Table, Text, table_on


def _count(became: Became) -> Count:
    return Count("entries", filter=Q(entries__became=became))


@audit_page
def statements(request: HttpRequest) -> HttpResponseBase:
    rows = BankStatement.objects.annotate(
        count=Count("entries"),
        unknown=_count(Became.UNKNOWN),
        explained=_count(Became.EXPLAINED),
    )
    table = table_on(
        request,
        "statements",
        caption=_("Bank statements"),
        columns=[
            Column(
                "identifier",
                _("Bank statement"),
                lambda x: x.identifier,
                "code",
                link=lambda x: reverse("audit:bank-statement", args=[x.id]),
                order="identifier",
            ),
            Column("closes", _("Up to and including"), lambda x: x.closes_on, "date"),
            Column("opening", _("Opening balance"), lambda x: to_cents(x.opening), "cents"),
            Column("closing", _("Closing balance"), lambda x: to_cents(x.closing), "cents"),
            Column("entries", _("Entries"), lambda x: x.count, "count", order="count"),
            Column("unknown", _("Not explained"), lambda x: x.unknown, "count", order="unknown"),
            Column(
                "explained",
                _("Explained by a person"),
                lambda x: x.explained,
                "count",
                order="explained",
            ),
            Column("by", _("Taken in by"), lambda x: x.taken_in_by),
        ],
        source=Queried(rows.order_by("-taken_in_at")),
        empty=_("No bank statement has been taken in yet."),
    )
    lasting = _differences(
        request,
        lasting_differences(),
        caption=_("Where the books say something else over the days of all statements"),
    )
    return answer(
        request, "audit/bank.html", title=_("Bank"), section="bank", tables=[table, lasting]
    )


@audit_page
def statement(request: HttpRequest, id: UUID) -> HttpResponseBase:
    found: BankStatement = get_object_or_404(BankStatement.objects.select_related("follows"), id=id)
    first, last = days_of(found)
    differing = _differences(
        request,
        differences(found),
        caption=_("Where the books say something else over these days"),
    )
    return answer(
        request,
        "audit/bank_statement.html",
        title=found.identifier,
        section="bank",
        trail=[(_("Bank"), reverse("audit:bank"))],
        tables=[_entries(request, found), differing],
        statement=found,
        opening=to_cents(found.opening),
        closing=to_cents(found.closing),
        first=first,
        last=last,
    )


def _entries(request: HttpRequest, found: BankStatement) -> Table:
    return table_on(
        request,
        "entries",
        caption=_("What the bank says"),
        columns=[
            Column("number", _("Number"), lambda x: x.number, "count", order="number"),
            Column("booked", _("Date"), lambda x: x.booked_on, "date", order="booked_on"),
            Column("reference", _("Reference"), lambda x: x.reference, "code"),
            Column(
                "became",
                _("What it is"),
                lambda x: x.get_became_display(),
                link=_bookings_of,
                order="became",
            ),
            Column("explanation", _("Explanation"), lambda x: x.explanation),
            Column("by", _("Explained by"), lambda x: x.explained_by),
            Column("amount", _("Amount"), lambda x: to_cents(x.amount), "signed", order="amount"),
        ],
        source=Queried(found.entries.order_by("number")),
        empty=_("Nothing came in or went out."),
    )


def _bookings_of(entry: BankEntry) -> str | None:
    return f"{reverse('audit:bookings')}?cause={entry.cause}" if entry.cause else None


def _differences(request: HttpRequest, found: list[Difference], *, caption: Text) -> Table:
    return table_on(
        request,
        "differences",
        caption=caption,
        columns=[
            Column(
                "cause",
                _("Cause of the bookings"),
                lambda x: x.cause,
                "code",
                link=lambda x: f"{reverse('audit:bookings')}?cause={x.cause}",
                order="cause",
            ),
            Column("said", _("By the bank"), lambda x: x.said, "signed", order="said"),
            Column("booked", _("By the books"), lambda x: x.booked, "signed", order="booked"),
            Column(
                "difference",
                _("Difference"),
                lambda x: x.booked - x.said,
                "signed",
                order="difference",
            ),
        ],
        source=Listed(found),
        empty=_("Nowhere: of everything that is explained, bank and books say the same."),
    )
