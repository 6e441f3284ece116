"""Policies in the administration: drafted, tried on everyone, proposed by one, approved by another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.admin import ReadOnlyInline
from ontwikkelrekening.eligibility import policies, simulating
from ontwikkelrekening.eligibility.draft_form import DraftForm, settings_from
from ontwikkelrekening.eligibility.models import Policy, PolicyParameter, PolicyState, Scheme
from ontwikkelrekening.eligibility.parameters import UnusableParameter
from providers.administration import Act, ActingAdmin, Queue, Request, in_state


class NewVersion(forms.Form):
    scheme = forms.ModelChoiceField(Scheme.objects.all(), label=gettext_lazy("Scheme"))
    starts_on = forms.DateField(
        label=gettext_lazy("Holds from"), widget=forms.DateInput(attrs={"type": "date"})
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Holds until"),
        widget=forms.DateInput(attrs={"type": "date"}),
        required=False,
        help_text=gettext_lazy(
            "The first day on which it does not hold. When no version follows, the scheme ends there:"
            " nobody gets new credit, and what is left can be used until its last day. Usually empty:"
            " it holds until the next version."
        ),
    )
    values_of = forms.ModelChoiceField(
        Policy.objects.select_related("scheme").order_by("scheme", "-version"),
        label=gettext_lazy("With the values of"),
        help_text=gettext_lazy("The last version of the scheme when nothing is chosen."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        scheme, chosen = answers.get("scheme"), answers.get("values_of")
        if scheme and chosen and chosen.scheme_id != scheme.pk:
            self.add_error("values_of", _("This version is of another scheme."))
        return answers


class StartsOn(forms.Form):
    starts_on = forms.DateField(
        label=gettext_lazy("Holds from"), widget=forms.DateInput(attrs={"type": "date"})
    )


class SimulatedOn(forms.Form):
    on = forms.DateField(
        label=gettext_lazy("As if decided on"), widget=forms.DateInput(attrs={"type": "date"})
    )


def _draft(request: Request) -> str:
    scheme: Scheme = request.answers["scheme"]
    last = (
        request.answers["values_of"]
        or Policy.objects.filter(scheme=scheme).order_by("-version").first()
    )
    drafted = policies.draft(
        scheme,
        starts_on=request.answers["starts_on"],
        ends_on=request.answers["ends_on"],
        settings=_settings_of(last) if last else {},
        on=timezone.localdate(),
    )
    if last is None:
        return _("%(policy)s is drafted without values.") % {"policy": drafted}
    return _("%(policy)s is drafted with the values of %(last)s.") % {
        "policy": drafted,
        "last": last,
    }


def _settings_of(policy: Policy) -> dict[str, policies.Setting]:
    return {
        row.key: policies.Setting(row.value, row.ground, row.reason)
        for row in policy.parameters.all()
    }


def _change(request: Request) -> str:
    policies.change(request.subject, settings=settings_from(dict(request.answers)))
    return _("The draft is saved. Every parameter passed its check.")


def _move_start(request: Request) -> str:
    policies.move_start(
        request.subject, starts_on=request.answers["starts_on"], on=timezone.localdate()
    )
    return _("The draft holds from %(on)s.") % {
        "on": date_format(request.subject.starts_on, "j F Y")
    }


def _simulate(request: Request) -> HttpResponse:
    simulation = simulating.start(
        request.subject, on=request.answers["on"], by=request.by, at=timezone.now()
    )
    return HttpResponseRedirect(f"/audit/policies/simulations/{simulation.pk}")


def _propose(request: Request) -> str:
    policies.propose(request.subject, by=request.user)
    return _("The policy is proposed. Someone else can approve it now.")


def _send_back(request: Request) -> str:
    policies.send_back(request.subject)
    return _("The policy is a draft again.")


def _approve(request: Request) -> str:
    policies.approve(request.subject, by=request.user, at=timezone.now())
    done = _("The policy is approved. It holds from %(on)s.") % {
        "on": date_format(request.subject.starts_on, "j F Y")
    }
    superseded = _named(request.subject.supersedes.select_related("scheme"))
    if not superseded:
        return done
    return f"{done} {_('It takes the place of %(versions)s.') % {'versions': superseded}}"


def _terms(policy: Policy) -> object:
    """What an approver reads: from when it holds, in whose place, and every value with its ground."""
    rows = policy.parameters.order_by("key").values_list("key", "value", "ground", "reason")
    superseded = policies.to_supersede(policy, on=timezone.localdate()).values_list("pk", flat=True)
    return policy.starts_on, policy.ends_on, list(superseded), list(rows)


def _named(versions: Iterable[Policy]) -> str:
    return ", ".join(map(str, versions))


class ParameterInline(ReadOnlyInline):
    model = PolicyParameter
    fields = ["key", "value", "ground", "reason"]
    ordering = ["key"]


@admin.register(Policy)
class PolicyAdmin(ActingAdmin):
    list_display = [
        "__str__",
        "state",
        "starts_on",
        "ends_on",
        "proposed_by",
        "approved_by",
        "approved_at",
    ]
    list_filter = ["state", "scheme"]
    queues = [
        Queue(
            gettext_lazy("Policy versions to approve"),
            "eligibility.change_policy",
            lambda: Policy.objects.filter(state=PolicyState.PROPOSED),
            "state__exact=proposed",
        ),
    ]
    list_select_related = ["scheme", "proposed_by", "approved_by"]
    ordering = ["-starts_on", "-version"]
    readonly_fields = ["takes_the_place_of"]
    inlines = [ParameterInline]
    acts = [
        Act(
            "draft",
            gettext_lazy("Draft a new version"),
            "eligibility.add_policy",
            _draft,
            gettext_lazy(
                "To take back an approved version that has not begun, let another be approved for the"
                " same first day: with its values mended, or with those of the version before it."
            ),
            errors=(policies.UnableToSetPolicy,),
            form=NewVersion,
            on_list=True,
        ),
        Act(
            "change",
            gettext_lazy("Edit the draft"),
            "eligibility.change_policyparameter",
            _change,
            gettext_lazy("Every parameter has its check beside it. Values are written as JSON."),
            errors=(policies.UnableToSetPolicy, UnusableParameter),
            form_for=DraftForm,
            template="admin/draft_policy.html",
            offered=in_state(PolicyState.DRAFT),
        ),
        Act(
            "start",
            gettext_lazy("Change the first day"),
            "eligibility.change_policy",
            _move_start,
            gettext_lazy(
                "A policy does not work backwards: it starts after its approval, and after the last"
                " day that was decided on."
            ),
            errors=(policies.UnableToSetPolicy,),
            form=StartsOn,
            offered=in_state(PolicyState.DRAFT),
        ),
        Act(
            "simulate",
            gettext_lazy("Try it on everyone"),
            "eligibility.change_policy",
            _simulate,
            gettext_lazy(
                "Workers compare this version with the one in force: cost, winners and losers per"
                " group. Nobody is decided."
            ),
            errors=(policies.NoPolicy, UnusableParameter),
            form=SimulatedOn,
            offered=in_state(PolicyState.DRAFT, PolicyState.PROPOSED),
        ),
        Act(
            "propose",
            gettext_lazy("Propose"),
            "eligibility.change_policy",
            _propose,
            gettext_lazy("From here the values stand still. Someone else has to approve them."),
            errors=(policies.UnableToSetPolicy,),
            offered=in_state(PolicyState.DRAFT),
        ),
        Act(
            "send-back",
            gettext_lazy("Send back to draft"),
            "eligibility.change_policy",
            _send_back,
            errors=(policies.UnableToSetPolicy,),
            offered=in_state(PolicyState.PROPOSED),
        ),
        Act(
            "approve",
            gettext_lazy("Approve"),
            "eligibility.change_policy",
            _approve,
            gettext_lazy(
                "The policy decides from its start date on and can never be changed again."
                " The version before it ends there. Approved versions that begin on that day or later,"
                " and have not begun, never hold: this one takes their place."
            ),
            errors=(policies.UnableToSetPolicy,),
            offered=in_state(PolicyState.PROPOSED),
            shown=_terms,
            grave=True,
        ),
    ]

    @admin.display(description=gettext_lazy("takes the place of"))
    def takes_the_place_of(self, policy: Policy) -> str:
        if policy.state in (PolicyState.DRAFT, PolicyState.PROPOSED):
            versions = policies.to_supersede(policy, on=timezone.localdate())
        else:
            versions = policy.supersedes.select_related("scheme")
        return _named(versions) or "-"
