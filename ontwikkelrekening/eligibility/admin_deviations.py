"""Hardship in the administration: one proposes other sums with a reason, another answers."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.money import to_cents
from ontwikkelrekening.citizens.identity import NoIdentity
from ontwikkelrekening.citizens.looked_at import LookedAtAdmin
from ontwikkelrekening.citizens.models import Purpose
from ontwikkelrekening.citizens.writing import UnusableText, read_unless_erased
from ontwikkelrekening.eligibility import deviating
from ontwikkelrekening.eligibility.models import Deviation
from ontwikkelrekening.eligibility.replacing import UnableToReplace
from ontwikkelrekening.eligibility.wording import KINDS, euros
from providers.administration import Act, Queue, Request
from providers.euros_field import EurosField

REFUSALS = (deviating.UnableToDeviate, UnableToReplace, UnusableText, NoIdentity)
DEVIATIONS = "eligibility.change_deviation"


class Hardship(forms.Form):
    """The sums a person sets against the rules; empty is none of that kind."""

    reason = forms.CharField(
        label=gettext_lazy("Why the rules weigh too hard here"),
        widget=forms.Textarea(attrs={"rows": 8}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in deviating.KINDS:
            self.fields[kind] = EurosField(
                label=_("Euros %(kind)s") % {"kind": KINDS[kind]}, required=False
            )


def _propose_deviation(request: Request) -> str:
    sums = {kind: request.answers[kind] for kind in deviating.KINDS}
    grants = [(kind, to_cents(money)) for kind, money in sums.items() if money]
    deviating.propose(
        request.subject,
        grants=grants,
        reason=request.answers["reason"],
        by=request.by,
        at=timezone.now(),
    )
    return _("The deviation is proposed. A second person has to approve it.")


def _approve_deviation(request: Request) -> str:
    deviating.approve(request.subject, by=request.by, at=timezone.now())
    return _("The deviation is approved. A new decision replaces the old one.")


def _decline_deviation(request: Request) -> str:
    deviating.decline(request.subject, by=request.by, at=timezone.now())
    return _("The decision stays as it is.")


PROPOSE = Act(
    "deviate",
    gettext_lazy("Propose a deviation for hardship"),
    "eligibility.add_deviation",
    _propose_deviation,
    gettext_lazy("Other sums than the rules give. A second person has to approve them."),
    errors=REFUSALS,
    form=Hardship,
)


@admin.register(Deviation)
class DeviationAdmin(LookedAtAdmin):
    purpose = Purpose.CASEWORK
    list_display = ["learning_account", "proposed_by", "proposed_at", "answered_by", "is_approved"]
    list_select_related = ["decision"]
    list_filter = [("answered_by", admin.EmptyFieldListFilter)]
    queues = [
        Queue(
            gettext_lazy("Deviations for hardship to answer"),
            DEVIATIONS,
            lambda: Deviation.objects.filter(answered_by=""),
            "answered_by__isempty=1",
        ),
    ]
    ordering = ["answered_by", "proposed_at"]
    fields = [
        "learning_account",
        "sums",
        "why",
        "proposed_by",
        "proposed_at",
        "answered_by",
        "answered_at",
        "is_approved",
        "result",
    ]
    acts = [
        Act(
            "approve",
            gettext_lazy("Approve the deviation"),
            DEVIATIONS,
            _approve_deviation,
            gettext_lazy("A new decision replaces the old one and the books follow."),
            errors=REFUSALS,
            offered=lambda x: not x.answered_by,
            grave=True,
        ),
        Act(
            "decline",
            gettext_lazy("Leave the decision as it is"),
            DEVIATIONS,
            _decline_deviation,
            gettext_lazy("You do not agree, or you proposed this and take it back."),
            errors=REFUSALS,
            offered=lambda x: not x.answered_by,
            grave=True,
        ),
    ]

    @admin.display(description=gettext_lazy("account number"))
    def learning_account(self, deviation: Deviation) -> str:
        return deviation.decision.account_code

    def account_of(self, deviation: Deviation) -> str:
        return deviation.decision.account_code

    @admin.display(description=gettext_lazy("approved"), boolean=True)
    def is_approved(self, deviation: Deviation) -> bool:
        return deviation.result_id is not None

    @admin.display(description=gettext_lazy("sums"))
    def sums(self, deviation: Deviation) -> str:
        return ", ".join(f"{euros(cents)} {KINDS[kind]}" for kind, cents in deviation.grants)

    @admin.display(description=gettext_lazy("why"))
    def why(self, deviation: Deviation) -> str:
        return read_unless_erased(deviation.reason)
