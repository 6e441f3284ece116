"""Who is left out of a round, in the administration, and who is let in after all."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ontwikkelrekening.budgets import admitting, refusing
from ontwikkelrekening.budgets.models import Admission, Refusal, Round, RoundState
from ontwikkelrekening.budgets.rounds import WrongState
from ontwikkelrekening.citizens.identity import NoIdentity
from ontwikkelrekening.citizens.looked_at import LookedAtAdmin
from ontwikkelrekening.citizens.models import Purpose
from ontwikkelrekening.citizens.writing import UnusableText, read_unless_erased
from ontwikkelrekening.eligibility.admin_confirming import ConfirmingAdmin
from ontwikkelrekening.eligibility.deciding import NotWaiting
from providers.administration import Act, Queue, Request

ADMISSIONS = "budgets.change_admission"
ERRORS = (admitting.UnableToAdmit, WrongState, UnusableText, NoIdentity)


class Reason(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why the refusal is wrong"),
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text=gettext_lazy("It is kept with the citizen, encrypted."),
    )


def _confirm(request: Request) -> str:
    refusing.confirm(request.subject, by=request.by, at=timezone.now())
    return _("The refusal is confirmed.")


def _propose_admission(request: Request) -> str:
    admitting.propose(
        request.subject, reason=request.answers["reason"], by=request.by, at=timezone.now()
    )
    return _("The admission is proposed. A second person has to answer it before the draw.")


def _admit(request: Request) -> str:
    admitting.answer(request.subject, admitted=True, by=request.by, at=timezone.now())
    return _("This person takes part in the draw.")


def _decline(request: Request) -> str:
    admitting.answer(request.subject, admitted=False, by=request.by, at=timezone.now())
    return _("The refusal stays.")


@admin.register(Refusal)
class RefusalAdmin(ConfirmingAdmin):
    """Who is left out of a round, with the reason; a person confirms each before the draw."""

    confirm = staticmethod(refusing.confirm)
    confirmers = refusing.RIGHT
    list_display = ["account", "round", "why", "confirmed_by", "confirmed_at"]
    list_filter = [("confirmed_by", admin.EmptyFieldListFilter), "application__round"]
    queues = [
        Queue(
            gettext_lazy("Refusals in a round to confirm"),
            refusing.RIGHT,
            refusing.unconfirmed,
            "confirmed_by__isempty=1",
        ),
    ]
    search_fields = ["application__account_code__startswith"]
    ordering = ["application__round__closes_at", "pk"]
    fields = ["account", "round", "why", "confirmed_by", "confirmed_at"]
    acts = [
        Act(
            "confirm",
            gettext_lazy("Confirm the refusal"),
            refusing.RIGHT,
            _confirm,
            gettext_lazy("You have read the reason, and stand behind the refusal."),
            errors=(NotWaiting,),
            offered=lambda refusal: not (refusal.confirmed_by or refusing.is_standing(refusal)),
        ),
        Act(
            "admit",
            gettext_lazy("Propose to admit"),
            ADMISSIONS,
            _propose_admission,
            gettext_lazy(
                "For who is refused wrongly: a fact was corrected, or an objection is right. A second"
                " person answers before the draw. The class stays as it was when the round closed."
            ),
            errors=ERRORS,
            form=Reason,
            offered=lambda refusal: (
                refusal.application.round.state == RoundState.CLOSED
                and not refusing.is_standing(refusal)
            ),
        ),
    ]

    def tells(self, request: HttpRequest) -> bool:
        return True

    def account_of(self, refusal: Refusal) -> str:
        return refusal.application.account_code

    def get_queryset(self, request: HttpRequest) -> QuerySet[Refusal]:
        return refusing.in_full(super().get_queryset(request))

    @admin.display(description=gettext_lazy("account number"))
    def account(self, refusal: Refusal) -> str:
        return self.account_of(refusal)

    @admin.display(description=gettext_lazy("round"))
    def round(self, refusal: Refusal) -> Round:
        return refusal.application.round

    @admin.display(description=gettext_lazy("why"))
    def why(self, refusal: Refusal) -> str:
        return " ".join(refusing.reasons(refusal))


@admin.register(Admission)
class AdmissionAdmin(LookedAtAdmin):
    """Proposals to let somebody take part who was refused; a second person reads why and answers."""

    purpose = Purpose.CASEWORK
    list_display = ["account", "round", "proposed_by", "answered_by", "admitted"]
    list_select_related = ["refusal__application__round"]
    list_filter = [("answered_by", admin.EmptyFieldListFilter), "admitted"]
    queues = [
        Queue(
            gettext_lazy("Proposals to admit to answer"),
            ADMISSIONS,
            lambda: Admission.objects.filter(answered_by=""),
            "answered_by__isempty=1",
        ),
    ]
    ordering = ["answered_by", "proposed_at"]
    fields = [
        "account",
        "round",
        "refused_because",
        "why",
        "proposed_by",
        "proposed_at",
        "answered_by",
        "answered_at",
        "admitted",
    ]
    acts = [
        Act(
            "admit",
            gettext_lazy("Admit to the draw"),
            ADMISSIONS,
            _admit,
            gettext_lazy(
                "You have read why, and agree. The citizen reads it on the page of the round."
            ),
            errors=ERRORS,
            offered=lambda admission: not admission.answered_by,
            grave=True,
        ),
        Act(
            "decline",
            gettext_lazy("Leave the refusal as it is"),
            ADMISSIONS,
            _decline,
            gettext_lazy("You have read why, and do not agree."),
            errors=ERRORS,
            offered=lambda admission: not admission.answered_by,
            grave=True,
        ),
    ]

    def account_of(self, admission: Admission) -> str:
        return admission.refusal.application.account_code

    @admin.display(description=gettext_lazy("account number"))
    def account(self, admission: Admission) -> str:
        return self.account_of(admission)

    @admin.display(description=gettext_lazy("round"))
    def round(self, admission: Admission) -> Round:
        return admission.refusal.application.round

    @admin.display(description=gettext_lazy("refused because"))
    def refused_because(self, admission: Admission) -> str:
        return " ".join(refusing.reasons(admission.refusal))

    @admin.display(description=gettext_lazy("why"))
    def why(self, admission: Admission) -> str:
        return read_unless_erased(admission.reason)
