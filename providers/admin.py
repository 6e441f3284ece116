"""The software of providers, their courses and the claims a person must judge."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oauth2_provider.models import AccessToken, Grant, IDToken, RefreshToken

from ledger.admin import ModelAdmin, ReadOnlyAdmin
from ledger.errors import UnableToPost
from providers import words
from providers.admin_providers import IbanChangeAdmin, ProviderAdmin, SuspensionAdmin
from providers.administration import Act, ActingAdmin, Lines, Queue, Request
from providers.claiming import reviewing
from providers.claiming.assessing import lock_claim
from providers.claiming.recovering import UnableToRecover, propose_recovery
from providers.models import Claim, Client, Course, Enrolment, Review
from providers.states import CLAIM, ClaimState, IllegalMove

__all__ = [
    "ClaimAdmin",
    "ClientAdmin",
    "CourseAdmin",
    "EnrolmentAdmin",
    "IbanChangeAdmin",
    "ProviderAdmin",
    "ReviewAdmin",
    "SuspensionAdmin",
]

# The library's own pages would show tokens and let a secret be typed.
for secret in (AccessToken, Grant, IDToken, RefreshToken, Client):
    if admin.site.is_registered(secret):
        admin.site.unregister(secret)


@admin.register(Client)
class ClientAdmin(ModelAdmin):
    """Clients can be looked at and taken away; the secret is nowhere."""

    list_display = ["name", "provider", "scopes", "made_at"]
    list_select_related = ["provider"]
    fields = ("name", "identifier", "provider", "scopes", "made_at")
    search_fields = ["name", "provider__name"]
    view_on_site = False  # the library names a page of its own, which we do not have

    @admin.display(description=gettext_lazy("Client id"), ordering="client_id")
    def identifier(self, client: Client) -> str:
        return str(client.client_id)

    @admin.display(description=gettext_lazy("Created on"), ordering="created")
    def made_at(self, client: Client) -> datetime:
        made_at: datetime = client.created
        return made_at

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Course)
class CourseAdmin(ReadOnlyAdmin):
    list_display = ["name", "provider", "category", "price", "state"]
    list_filter = ["state", "category"]
    list_select_related = ["provider"]
    search_fields = ["name", "provider__name", "=code"]


@admin.register(Enrolment)
class EnrolmentAdmin(ReadOnlyAdmin):
    list_display = ["id", "course", "provider", "state", "starts_on", "maximum"]
    list_filter = ["state"]
    list_select_related = ["course", "provider"]
    search_fields = ["=id"]
    exclude = ["code_digest"]


class NotDue(forms.Form):
    """Why a claim was not due after all, and what its provider said of that."""

    reason = Lines(
        label=gettext_lazy("Why the claim was not due"),
        max_length=500,
        help_text=gettext_lazy("The provider reads this."),
    )
    heard = Lines(
        label=gettext_lazy("What the provider says"),
        max_length=500,
        help_text=gettext_lazy(
            "What it said when you asked, or that it did not answer within the time you gave it. "
            "No names of people."
        ),
    )


def _propose_recovery(request: Request) -> str:
    propose_recovery(request.subject, **request.answers, by=request.by, at=timezone.now())
    return _("The recovery is proposed. Someone else has to agree to it.")


def _can_be_recovered(claim: Claim) -> bool:
    return claim.state in CLAIM["recover"] and not claim.recoveries.exclude(agreed=False).exists()


@admin.register(Claim)
class ClaimAdmin(ActingAdmin):
    list_display = ["id", "provider", "part", "amount", "state", "reason", "submitted_at"]
    list_filter = ["state"]
    list_select_related = ["provider"]
    search_fields = ["=id", "provider__name"]
    exclude = ["instalment"]
    readonly_fields = ["part", "waits"]
    acts = [
        Act(
            "recover",
            gettext_lazy("Propose to recover"),
            "providers.add_recovery",
            _propose_recovery,
            gettext_lazy(
                "Nothing changes until someone else agrees. Then the whole claim is taken back. The "
                "right amount can be claimed again as long as the enrolment takes claims."
            ),
            errors=(UnableToRecover, IllegalMove),
            form=NotDue,
            offered=_can_be_recovered,
        ),
    ]

    @admin.display(description=gettext_lazy("instalment"), ordering="instalment")
    def part(self, claim: Claim) -> str:
        return words.instalment(claim.instalment)

    @admin.display(description=gettext_lazy("waits for a second person"))
    def waits(self, claim: Claim) -> str:
        proposed = claim.recoveries.filter(agreed=None).first()
        if proposed is None:
            return "-"
        return _("recovery, proposed by %(person)s") % {"person": proposed.proposed_by}


class Reason(forms.Form):
    reason = Lines(
        label=gettext_lazy("Why it is refused"),
        max_length=500,
        help_text=gettext_lazy("The provider reads this."),
    )


def _approve(request: Request) -> str:
    reviewing.approve(request.subject.claim, by=request.by, at=timezone.now())
    return _("The claim is approved and booked.")


def _refuse(request: Request) -> str:
    reviewing.refuse(
        request.subject.claim, by=request.by, reason=request.answers["reason"], at=timezone.now()
    )
    return _("The refusal is proposed. Someone else has to confirm it.")


def _confirm(request: Request) -> str:
    reviewing.confirm_refusal(request.subject.claim, by=request.by, at=timezone.now())
    return _("The claim is refused.")


def _send_back(request: Request) -> str:
    reviewing.send_back(request.subject.claim, by=request.by, at=timezone.now())
    return _("The proposal is dropped. The claim waits for a new judgement.")


def _open(review: Review) -> bool:
    return review.claim.state == ClaimState.IN_REVIEW and not review.verdict


def _proposed(review: Review) -> bool:
    return review.claim.state == ClaimState.IN_REVIEW and review.verdict == "refuse"


class WhatItWaitsFor(admin.SimpleListFilter):
    title = gettext_lazy("what it waits for")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("judgement", gettext_lazy("a judgement")),
            ("confirmation", gettext_lazy("a second person")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        waiting = queryset.filter(claim__state=ClaimState.IN_REVIEW)
        match self.value():
            case "judgement":
                return waiting.filter(verdict="")
            case "confirmation":
                return waiting.filter(verdict="refuse")
        return queryset


ERRORS = (reviewing.UnableToJudge, IllegalMove, UnableToPost)
RIGHT = "providers.change_review"


class OfAClaim(ActingAdmin):
    """What is about one claim: it shows what that is of and how much."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return (
            super()
            .get_queryset(request)
            .select_related("claim__provider", "claim__enrolment__course")
        )

    @admin.display(description=gettext_lazy("provider"))
    def provider(self, subject: Any) -> str:
        return str(subject.claim.provider.name)

    @admin.display(description=gettext_lazy("course"))
    def course(self, subject: Any) -> str:
        return str(subject.claim.enrolment.course.name)

    @admin.display(description=gettext_lazy("instalment"))
    def instalment(self, subject: Any) -> str:
        return words.instalment(subject.claim.instalment)

    @admin.display(description=gettext_lazy("amount"))
    def amount(self, subject: Any) -> str:
        return str(subject.claim.amount)


@admin.register(Review)
class ReviewAdmin(OfAClaim):
    list_display = [
        "opened_at",
        "provider",
        "course",
        "amount",
        "picked_because",
        "verdict",
        "reason",
        "judged_by",
        "confirmed_by",
    ]
    list_filter = [WhatItWaitsFor]
    queues = [
        Queue(
            gettext_lazy("Claims to judge"),
            RIGHT,
            lambda: Review.objects.filter(claim__state=ClaimState.IN_REVIEW, verdict=""),
            "waits=judgement",
        ),
        Queue(
            gettext_lazy("Refusals of claims to confirm"),
            RIGHT,
            lambda: Review.objects.filter(claim__state=ClaimState.IN_REVIEW, verdict="refuse"),
            "waits=confirmation",
        ),
    ]
    ordering = ["opened_at"]
    fields = [
        "provider",
        "course",
        "instalment",
        "amount",
        "evidence",
        "picked_because",
        "opened_at",
        "verdict",
        "reason",
        "judged_by",
        "judged_at",
        "confirmed_by",
    ]
    acts = [
        Act(
            "approve",
            gettext_lazy("Approve the claim"),
            RIGHT,
            _approve,
            gettext_lazy("The claim goes to the next payment batch."),
            errors=ERRORS,
            offered=_open,
        ),
        Act(
            "refuse",
            gettext_lazy("Propose to refuse"),
            RIGHT,
            _refuse,
            gettext_lazy("A second person has to confirm it."),
            errors=ERRORS,
            form=Reason,
            offered=_open,
        ),
        Act(
            "confirm",
            gettext_lazy("Confirm the refusal"),
            RIGHT,
            _confirm,
            gettext_lazy("You have read the evidence and the reason, and agree."),
            errors=ERRORS,
            offered=_proposed,
            shown=lambda review: (review.verdict, review.reason, review.judged_by),
            lock=lambda review: lock_claim(review.claim_id),
            grave=True,
        ),
        Act(
            "send-back",
            gettext_lazy("Disagree"),
            RIGHT,
            _send_back,
            gettext_lazy("The claim stays in review and waits for a new judgement."),
            errors=ERRORS,
            offered=_proposed,
        ),
    ]

    @admin.display(description=gettext_lazy("evidence"))
    def evidence(self, review: Review) -> str:
        return ", ".join(f"{key}: {value}" for key, value in review.claim.evidence.items())
