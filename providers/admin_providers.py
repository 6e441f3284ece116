"""Providers: admitted, given access for their software, and what two people decide of their payments."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.money import to_money
from providers import changing_iban, suspending
from providers.administration import Act, ActingAdmin, Answer, Lines, Queue, Request
from providers.admitting import UnableToAdmit, admit
from providers.clients import UnknownScope, create_client
from providers.locks import lock_provider
from providers.models import IbanChange, Provider, Suspension
from providers.models.proposals import REASON_MAX
from providers.owing import debts_of, late, owed_by
from providers.scopes import SCOPES


class Admission(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=70)
    kvk_number = forms.CharField(label=gettext_lazy("KvK number"), max_length=8)
    iban = forms.CharField(label="IBAN", max_length=42)
    reason = Lines(
        label=gettext_lazy("How you know that the IBAN is the provider's"),
        max_length=REASON_MAX,
        help_text=gettext_lazy(
            "For example: called on the number in the trade register. Who answers this proposal reads it."
        ),
    )
    on = forms.DateField(
        label=gettext_lazy("Admitted on"), widget=forms.DateInput(attrs={"type": "date"})
    )


class AnotherIban(forms.Form):
    iban = forms.CharField(label=gettext_lazy("New IBAN"), max_length=42)
    reason = Lines(
        label=gettext_lazy("How you know that the provider itself asks this"),
        max_length=REASON_MAX,
        help_text=gettext_lazy(
            "For example: called back on the number in the trade register. A letter or a message "
            "alone is not enough: it can be forged."
        ),
    )


class AnotherSuspension(forms.Form):
    reason = Lines(
        label=gettext_lazy("What the serious suspicion is"),
        max_length=REASON_MAX,
        help_text=gettext_lazy("The provider reads this."),
    )
    until = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=gettext_lazy("At most 13 weeks from today."),
    )


class NewClient(forms.Form):
    name = forms.CharField(label=gettext_lazy("Name of the software"), max_length=100)
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("It may"),
        choices=list(SCOPES.items()),
        widget=forms.CheckboxSelectMultiple,
    )


def _admit(request: Request) -> str:
    provider = admit(**request.answers, by=request.by, at=timezone.now())
    return _("%(provider)s is admitted. It is paid once someone else agrees to its IBAN.") % {
        "provider": provider
    }


def _propose_iban(request: Request) -> str:
    changing_iban.propose(request.subject, **request.answers, by=request.by, at=timezone.now())
    return _("The new IBAN is proposed. Someone else has to agree to it.")


def _agree_to_iban(request: Request) -> str:
    provider = changing_iban.agree(request.subject, by=request.by, at=timezone.now())
    return _("%(provider)s is paid on %(iban)s from now on.") % {
        "provider": provider,
        "iban": provider.iban,
    }


def _decline_iban(request: Request) -> str:
    changing_iban.decline(request.subject, by=request.by, at=timezone.now())
    return _("The IBAN stays as it was.")


def _propose_suspension(request: Request) -> str:
    suspending.propose(request.subject, **request.answers, by=request.by, at=timezone.now())
    return _("The suspension is proposed. Someone else has to agree to it.")


def _agree_to_suspension(request: Request) -> str:
    suspension = suspending.agree(request.subject, by=request.by, at=timezone.now())
    return _("Payments to %(provider)s are suspended up to and including %(day)s.") % {
        "provider": suspension.provider,
        "day": date_format(suspension.until),
    }


def _decline_suspension(request: Request) -> str:
    suspending.decline(request.subject, by=request.by, at=timezone.now())
    return _("Payments to this provider go on.")


def _lift_suspension(request: Request) -> str:
    suspension = suspending.lift(request.subject, by=request.by, at=timezone.now())
    return _("What is due to %(provider)s is paid again, with the next batch.") % {
        "provider": suspension.provider
    }


def _create_client(request: Request) -> Answer:
    """The one page that shows the secret: never stored, kept in no message and no cache."""
    client, secret = create_client(request.subject, **request.answers)
    return render(
        request.http,
        "admin/client_created.html",
        {
            **admin.site.each_context(request.http),
            "title": _("The client is created"),
            "client": client,
            "secret": secret,
            "provider": request.subject,
        },
    )


@admin.register(Provider)
class ProviderAdmin(ActingAdmin):
    list_display = ["name", "kvk_number", "iban", "waits", "admitted_on"]
    search_fields = ["name", "=kvk_number"]
    ordering = ["name"]
    readonly_fields = ["suspended", "waits", "owed", "late"]
    acts = [
        Act(
            "admit",
            gettext_lazy("Admit a provider"),
            "providers.add_provider",
            _admit,
            gettext_lazy(
                "From that day it may publish courses and claim. Its IBAN is proposed with this: nothing is "
                "paid until someone else agrees to it."
            ),
            errors=(UnableToAdmit, changing_iban.UnableToChangeIban),
            form=Admission,
            on_list=True,
        ),
        Act(
            "change-iban",
            gettext_lazy("Propose another IBAN"),
            "providers.add_ibanchange",
            _propose_iban,
            gettext_lazy("Nothing changes until someone else agrees."),
            errors=(changing_iban.UnableToChangeIban,),
            form=AnotherIban,
            offered=lambda x: not x.iban_changes.filter(agreed=None).exists(),
        ),
        Act(
            "suspend",
            gettext_lazy("Propose to suspend payments"),
            "providers.add_suspension",
            _propose_suspension,
            gettext_lazy(
                "Nothing changes until someone else agrees. Then nothing is paid to this provider until "
                "the last day is over or someone lifts the suspension. Claims are taken in and assessed "
                "as always; what is approved waits."
            ),
            errors=(suspending.UnableToSuspend,),
            form=AnotherSuspension,
            offered=lambda x: not x.suspensions.standing(at=timezone.now()).exists(),
        ),
        Act(
            "create-client",
            gettext_lazy("Give its software access"),
            "providers.add_client",
            _create_client,
            gettext_lazy("The secret is shown once. It is stored as a hash."),
            errors=(UnknownScope,),
            form=NewClient,
        ),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        ibans, suspensions = (each.objects.filter(agreed=None) for each in (IbanChange, Suspension))
        return (
            super()
            .get_queryset(request)
            .prefetch_related(
                Prefetch("iban_changes", ibans, to_attr="proposed_ibans"),
                Prefetch("suspensions", suspensions, to_attr="proposed_suspensions"),
            )
        )

    @admin.display(description=gettext_lazy("payments suspended up to and including"))
    def suspended(self, provider: Provider) -> str:
        suspension = provider.suspensions.in_force(at=timezone.now()).first()
        return date_format(suspension.until) if suspension else "-"

    @admin.display(description=gettext_lazy("waits for a second person"))
    def waits(self, provider: Any) -> str:
        proposed = [
            f"{_('first IBAN') if change.is_first else _('change of IBAN')}: {change.after}"
            for change in provider.proposed_ibans
        ] + [
            _("suspension of payments up to and including %(day)s")
            % {"day": date_format(suspension.until)}
            for suspension in provider.proposed_suspensions
        ]
        return "\n".join(proposed) or "-"

    @admin.display(description=gettext_lazy("has to pay back"))
    def owed(self, provider: Provider) -> str:
        return str(to_money(owed_by(provider)))

    @admin.display(description=gettext_lazy("of which past the last day"))
    def late(self, provider: Provider) -> str:
        return str(to_money(late(debts_of(provider), on=timezone.localdate())))


@admin.register(IbanChange)
class IbanChangeAdmin(ActingAdmin):
    list_display = [
        "provider",
        "kvk_number",
        "before",
        "after",
        "reason",
        "proposed_by",
        "proposed_at",
        "agreed",
        "answered_by",
    ]
    fields = [*list_display, "answered_at"]  # type: ignore[list-item]
    list_select_related = ["provider"]
    list_filter = ["agreed"]
    search_fields = ["provider__name", "=provider__kvk_number", "=after"]
    queues = [
        Queue(
            gettext_lazy("IBANs to answer"),
            "providers.change_ibanchange",
            lambda: IbanChange.objects.filter(agreed=None),
            "agreed__isnull=True",
        ),
    ]
    acts = [
        Act(
            "agree",
            gettext_lazy("Agree to the new IBAN"),
            "providers.change_ibanchange",
            _agree_to_iban,
            gettext_lazy(
                "From now on all payments to this provider go there. What waited for a first IBAN is paid with "
                "the next batch. A batch that was prepared for an old IBAN has to be withdrawn and prepared again."
            ),
            errors=(changing_iban.UnableToChangeIban,),
            offered=lambda x: x.agreed is None,
            grave=True,
        ),
        Act(
            "decline",
            gettext_lazy("Leave the IBAN as it is"),
            "providers.change_ibanchange",
            _decline_iban,
            gettext_lazy("You do not agree, or you proposed this and take it back."),
            errors=(changing_iban.UnableToChangeIban,),
            offered=lambda x: x.agreed is None,
        ),
    ]

    @admin.display(description=gettext_lazy("KvK number"))
    def kvk_number(self, change: IbanChange) -> str:
        return change.provider.kvk_number


def _in_force(suspension: Suspension) -> bool:
    return Suspension.objects.in_force(at=timezone.now()).filter(pk=suspension.pk).exists()


@admin.register(Suspension)
class SuspensionAdmin(ActingAdmin):
    """What waits for a second person stands first."""

    list_display = [
        "provider",
        "reason",
        "until",
        "proposed_by",
        "proposed_at",
        "agreed",
        "answered_by",
        "lifted_by",
        "lifted_at",
    ]
    fields = [*list_display, "answered_at"]  # type: ignore[list-item]
    list_select_related = ["provider"]
    list_filter = ["agreed"]
    search_fields = ["provider__name", "=provider__kvk_number"]
    ordering = ["-answered_at", "proposed_at"]
    queues = [
        Queue(
            gettext_lazy("Suspensions of payments to answer"),
            "providers.change_suspension",
            lambda: Suspension.objects.filter(agreed=None),
            "agreed__isnull=True",
        ),
    ]
    acts = [
        Act(
            "agree",
            gettext_lazy("Agree to suspend payments"),
            "providers.change_suspension",
            _agree_to_suspension,
            gettext_lazy(
                "From now on nothing is paid to this provider, until the last day is over or someone "
                "lifts the suspension. Claims are taken in and assessed as always; what is approved "
                "waits. A batch that was prepared with a payment to it has to be withdrawn and prepared "
                "again."
            ),
            errors=(suspending.UnableToSuspend,),
            offered=lambda x: x.agreed is None,
            shown=lambda x: (x.reason, x.until, x.proposed_by, x.agreed),
            lock=lambda x: lock_provider(x.provider_id),
            grave=True,
        ),
        Act(
            "decline",
            gettext_lazy("Decline the suspension"),
            "providers.change_suspension",
            _decline_suspension,
            gettext_lazy("You do not agree, or you proposed this and take it back."),
            errors=(suspending.UnableToSuspend,),
            offered=lambda x: x.agreed is None,
        ),
        Act(
            "lift",
            gettext_lazy("Lift the suspension"),
            "providers.change_suspension",
            _lift_suspension,
            gettext_lazy(
                "The suspension ends before its last day. What was approved meanwhile is paid with the "
                "next batch. Nobody else has to agree."
            ),
            errors=(suspending.UnableToSuspend,),
            offered=_in_force,
        ),
    ]
