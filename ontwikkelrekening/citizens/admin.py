"""Citizens in the administration: found by account code only, and every opening is written down."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.admin import ReadOnlyInline
from ontwikkelrekening.citizens.admin_facts import CircumstanceAdmin
from ontwikkelrekening.citizens.identity import erase
from ontwikkelrekening.citizens.looked_at import LookedAtAdmin
from ontwikkelrekening.citizens.models import AccessLog, Circumstance, Citizen, Purpose
from providers.administration import Act, Request

__all__ = ["CircumstanceAdmin", "CitizenAdmin"]


class CodeDiffers(Exception):
    """Another account was typed than the one that is open."""


class Erasure(forms.Form):
    account_code = forms.CharField(
        label=gettext_lazy("Account number"),
        max_length=16,
        help_text=gettext_lazy("Type the account number again, so that nobody else is erased."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def _erase(request: Request) -> str:
    citizen: Citizen = request.subject
    if request.answers["account_code"].strip().upper() != citizen.account_code:
        raise CodeDiffers(_("This is not the number of the open account."))
    erase(citizen, at=timezone.now())
    return _("The person behind %(code)s is erased. The books stay.") % {
        "code": citizen.account_code
    }


class CircumstanceInline(ReadOnlyInline):
    model = Circumstance
    fields = ["kind", "value", "source", "evidence", "valid_from", "valid_until"]
    ordering = ["kind", "-valid_from"]


class LookInline(ReadOnlyInline):
    model = AccessLog
    fields = ["at", "actor", "purpose"]
    verbose_name_plural = gettext_lazy("Who looked")


@admin.register(Citizen)
class CitizenAdmin(LookedAtAdmin):
    """No names, no BSN, no birth dates in the list; the search knows account codes only."""

    purpose = Purpose.OPENED
    list_display = ["account_code", "language", "registered_at", "ended_at", "erased_at"]
    search_fields = ["account_code__exact"]
    ordering = ["account_code"]
    fields = ["account_code", "born_on", "language", "registered_at", "ended_at", "erased_at"]
    inlines = [CircumstanceInline, LookInline]
    acts = [
        Act(
            "erase",
            gettext_lazy("Erase this person"),
            "citizens.delete_citizen",
            _erase,
            gettext_lazy(
                "The key of this person's data is destroyed. Nobody can read it again. Decisions lose"
                " their facts. The account number, the books, and what was granted or refused stay."
            ),
            errors=(CodeDiffers,),
            form=Erasure,
            offered=lambda citizen: citizen.erased_at is None,
            grave=True,
        )
    ]
