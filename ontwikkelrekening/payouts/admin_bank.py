"""What the bank says, in the administration: statements are taken in, and a person explains what is left."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from ledger.errors import UnableToPost
from ledger.money import to_cents
from ontwikkelrekening.payouts.bank_statements.camt import UnreadableStatement
from ontwikkelrekening.payouts.bank_statements.comparing import lasting_differences
from ontwikkelrekening.payouts.bank_statements.explaining import UnableToExplain, explain
from ontwikkelrekening.payouts.bank_statements.taking_in import (
    AnotherAccount,
    UnableToTakeIn,
    take_in,
)
from ontwikkelrekening.payouts.models import EXPLANATION_MAX, BankEntry, BankStatement, Became
from providers.administration import Act, ActingAdmin, Lines, Queue, Request

EXPLAIN = "payouts.change_bankentry"


class FromTheBank(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File of the bank"),
        help_text=gettext_lazy("One or more bank statements in camt.053 (XML), up to 6 MB."),
        widget=forms.FileInput(attrs={"accept": ".xml"}),
        error_messages={"required": gettext_lazy("Choose a file of 6 MB at most.")},
    )

    def clean_file(self) -> bytes:
        file: UploadedFile[Any] = self.cleaned_data["file"]
        content: bytes = file.read()
        return content


class Explanation(forms.Form):
    cause = forms.ChoiceField(
        label=gettext_lazy("Booked already as"),
        required=False,
        help_text=gettext_lazy("Bookings with this amount that the bank did not name."),
    )
    explanation = Lines(
        label=gettext_lazy("What it is"),
        max_length=EXPLANATION_MAX,
        help_text=gettext_lazy("Name no people."),
    )


def _explanation(entry: BankEntry, data: QueryDict | None) -> Explanation:
    """Offers the bookings that the bank says nothing of and that are this much."""
    form = Explanation(data)
    same = [
        each.cause
        for each in lasting_differences()
        if each.booked - each.said == to_cents(entry.amount)
    ]
    form.fields["cause"].choices = [  # type: ignore[attr-defined]
        ("", _("Not booked, or on days that no statement is of")),
        *((cause, cause) for cause in same),
    ]
    return form


def _take_in(request: Request) -> str:
    taken = take_in(request.answers["file"], by=request.by, at=timezone.now())
    unknown = BankEntry.objects.filter(statement__in=taken, became=Became.UNKNOWN).count()
    return _("%(statements)s taken in. %(entries)s") % {
        "statements": ", ".join(map(str, taken)),
        "entries": ngettext(
            "%(count)s entry waits for an explanation.",
            "%(count)s entries wait for an explanation.",
            unknown,
        )
        % {"count": unknown},
    }


def _explain(request: Request) -> str:
    explain(request.subject, **request.answers, by=request.by, at=timezone.now())
    return _("The entry is explained.")


@admin.register(BankStatement)
class BankStatementAdmin(ActingAdmin):
    list_display = ["identifier", "closes_on", "opening", "closing", "taken_in_by", "taken_in_at"]
    fields = [*list_display, "iban", "its_entries"]  # type: ignore[list-item]
    ordering = ["-taken_in_at"]
    search_fields = ["=identifier"]
    acts = [
        Act(
            "take-in",
            gettext_lazy("Take in a bank statement"),
            "payouts.add_bankstatement",
            _take_in,
            gettext_lazy(
                "Batches that the bank paid are settled, payments that came back are due again, and what "
                "providers paid back is booked. What cannot be explained so waits for you."
            ),
            errors=(UnreadableStatement, AnotherAccount, UnableToTakeIn, UnableToPost),
            form=FromTheBank,
            on_list=True,
        ),
    ]

    @admin.display(description=gettext_lazy("Entries"))
    def its_entries(self, statement: BankStatement) -> str:
        """On a list of their own, in pages: a bank may book 50,000 payments one by one."""
        address = reverse("admin:payouts_bankentry_changelist")
        which = urlencode({OfStatement.parameter_name: statement.identifier})
        return format_html('<a href="{}?{}">{}</a>', address, which, statement.entries.count())


class OfStatement(admin.SimpleListFilter):
    """Beside the list only on the way from a statement: all of them would make a long list of their own."""

    title = gettext_lazy("bank statement")
    parameter_name = "statement"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        chosen = self.value()
        return [(chosen, chosen)] if chosen else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(statement__identifier=self.value())


@admin.register(BankEntry)
class BankEntryAdmin(ActingAdmin):
    list_display = [
        "statement",
        "booked_on",
        "amount",
        "reference",
        "became",
        "explanation",
        "explained_by",
    ]
    fields = [*list_display, "cause", "explained_at"]  # type: ignore[list-item]
    list_select_related = ["statement"]
    list_filter = ["became", OfStatement]
    search_fields = ["reference"]
    ordering = ["-booked_on", "statement", "number"]
    queues = [
        Queue(
            gettext_lazy("Entries of the bank to explain"),
            EXPLAIN,
            lambda: BankEntry.objects.filter(became=Became.UNKNOWN),
            "became__exact=unknown",
        ),
    ]
    acts = [
        Act(
            "explain",
            gettext_lazy("Explain this entry"),
            EXPLAIN,
            _explain,
            gettext_lazy("Nothing is booked. An auditor reads what you write."),
            errors=(UnableToExplain,),
            form_for=_explanation,
            offered=lambda x: x.became == Became.UNKNOWN,
        ),
    ]
