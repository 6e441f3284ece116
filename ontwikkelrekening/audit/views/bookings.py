"""Bookings and their transfers, each with its cause."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ledger.models import Booking, Transfer
from ledger.reversals import with_reversals
from ontwikkelrekening.audit.access import audit_page
from ontwikkelrekening.audit.causes import cause_href, purpose_href
from ontwikkelrekening.audit.pages import answer
from ontwikkelrekening.audit.reversals import Transfers
from ontwikkelrekening.tables.table import Column, Queried, Table, table_on
from ontwikkelrekening.tables.words import described


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
            Column("description", _("Description"), lambda x: described(x.kind, x.description)),
            Column(
                "cause", _("Cause"), lambda x: x.cause, "code", link=lambda x: cause_href(x.cause)
            ),
        ],
        source=bookings,
        per_page=per_page,
        empty=_("Nothing has been booked yet."),
    )


def transfers_table(request: HttpRequest, *bookings: UUID) -> Table:
    """What was moved in these bookings, and what of it was reversed."""
    written = Booking.objects.filter(id__in=bookings).values("xid")
    transfers = Transfer.objects.filter(xid__in=written, booking__in=bookings)
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
            Column("kind", _("Kind"), lambda x: x.booking.kind, "kind"),
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
            transfers.select_related("debit_account", "credit_account")
            .prefetch_related("booking")
            .order_by("seq")
        ),
        empty=_("Nothing was booked for it."),
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
