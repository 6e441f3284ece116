"""Rounds in the administration: prepared by one, published by another, closed, drawn, allocated."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.validators import MaxValueValidator
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ledger.errors import UnableToPost
from ledger.euros import whole_euros
from ledger.money import TRANSFER_MAX
from ontwikkelrekening.budgets import drawing, refusing, rounds
from ontwikkelrekening.budgets.allocating import start_allocating
from ontwikkelrekening.budgets.funding import UnableToFund
from ontwikkelrekening.budgets.models import Division, LastGrant, Round, RoundState
from ontwikkelrekening.budgets.proving import standing
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.eligibility.parameters import YEARS_VALID_MAX
from ontwikkelrekening.eligibility.policies import NoPolicy
from ontwikkelrekening.eligibility.wording import euros
from providers.administration import Act, ActingAdmin, Queue, Request, in_state
from providers.models import Category

REFUSALS = (rounds.UnableToPublish, UnableToFund, UnableToPost, NoPolicy)
RIGHT = "budgets.change_round"
EUROS_MAX = TRANSFER_MAX // 100


class Moment(forms.SplitDateTimeWidget):
    """A day and a time, each said to a screen reader, under one legend."""

    use_fieldset = True

    def __init__(self) -> None:
        date: dict[str, Any] = {"type": "date", "aria-label": gettext_lazy("day")}
        time: dict[str, Any] = {"type": "time", "aria-label": gettext_lazy("time")}
        super().__init__(date_attrs=date, time_attrs=time)


class WholeEuros(forms.Field):
    """Whole euros as people write them: Django's own field takes 1.000, a thousand here, for 1."""

    default_validators = [MaxValueValidator(EUROS_MAX)]

    def to_python(self, value: Any) -> int | None:
        euros = whole_euros(str(value or ""))
        if value and euros is None:
            raise forms.ValidationError(_("Fill in whole euros, like 12500 or 12.500."))
        return euros


class NewRound(forms.Form):
    """What will be published; amounts in whole euros."""

    scheme = forms.ModelChoiceField(Scheme.objects.all(), label=gettext_lazy("Scheme"))
    code = forms.SlugField(label=gettext_lazy("Code in the address"), max_length=32)
    name = forms.CharField(label=gettext_lazy("Name"), max_length=100)
    opens_at = forms.SplitDateTimeField(label=gettext_lazy("Opens"), widget=Moment())
    closes_at = forms.SplitDateTimeField(label=gettext_lazy("Closes"), widget=Moment())
    waits_until = forms.DateField(
        label=gettext_lazy("Last day of the waiting list"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    ceiling = WholeEuros(label=gettext_lazy("Ceiling in euros"))
    grant = WholeEuros(label=gettext_lazy("At most per person in euros"))
    categories = forms.MultipleChoiceField(
        choices=Category.choices,
        label=gettext_lazy("May be spent on"),
        widget=forms.CheckboxSelectMultiple,
    )
    years_valid = forms.IntegerField(
        label=gettext_lazy("Calendar years the credit is valid"),
        min_value=1,
        max_value=YEARS_VALID_MAX,
        required=False,
    )
    division = forms.ChoiceField(choices=Division.choices, label=gettext_lazy("Way of division"))
    last_grant = forms.ChoiceField(
        choices=LastGrant.choices, label=gettext_lazy("The last on the list")
    )
    fallback = forms.CharField(
        label=gettext_lazy("What happens when something breaks down"), max_length=500
    )
    outside_source = forms.CharField(
        label=gettext_lazy("Chance from outside, drawn after closing"),
        max_length=200,
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        closes, waits_until = answers.get("closes_at"), answers.get("waits_until")
        if closes and waits_until and waits_until <= timezone.localdate(closes):
            self.add_error("waits_until", str(rounds.ListEndsTooSoon()))
        return answers


class Outside(forms.Form):
    value = forms.CharField(label=gettext_lazy("What the source said"), max_length=200)


def _prepare(request: Request) -> str:
    answers = dict(request.answers)
    scheme = answers.pop("scheme")
    for amount in ("ceiling", "grant"):
        answers[amount] *= 100
    round_ = rounds.prepare(scheme, rounds.RoundDetails(**answers), by=request.by)
    return _("%(round)s is prepared. Someone else can publish it now.") % {"round": round_}


def _publish(request: Request) -> str:
    round_ = rounds.publish(request.subject, by=request.by, at=timezone.now())
    return _("%(round)s is published. The hash of its seed is %(hash)s.") % {
        "round": round_,
        "hash": round_.seed_hash,
    }


def _close(request: Request) -> str:
    at = timezone.now()
    round_ = rounds.close(request.subject, at=at)
    drawing.start_assessing(round_, at=at)
    return _("%(round)s is closed. Workers assess the applications.") % {"round": round_}


def _outside(request: Request) -> str:
    rounds.set_outside_value(request.subject, request.answers["value"])
    return _("The outcome is recorded.")


def _draw(request: Request) -> str:
    at = timezone.now()
    round_ = drawing.draw(request.subject, at=at)
    start_allocating(round_, at=at)
    return _("%(round)s is drawn and its seed is public. Workers grant down the list.") % {
        "round": round_
    }


def _allocate(request: Request) -> str:
    start_allocating(request.subject, at=timezone.now())
    return _("Workers grant down the list; see how far they are here.")


@admin.register(Round)
class RoundAdmin(ActingAdmin):
    list_display = ["name", "scheme", "state", "opens_at", "closes_at", "amount", "most"]
    list_select_related = ["scheme"]
    list_filter = ["state"]
    queues = [
        Queue(
            gettext_lazy("Rounds to publish"),
            RIGHT,
            lambda: Round.objects.filter(state=RoundState.DRAFT),
            "state__exact=draft",
        ),
    ]
    exclude = ["ceiling", "grant"]
    readonly_fields = ["amount", "most", "progress"]
    acts = [
        Act(
            "prepare",
            gettext_lazy("Prepare a round"),
            "budgets.add_round",
            _prepare,
            gettext_lazy("Nothing is public until someone else publishes it."),
            errors=(rounds.UnableToPublish,),
            form=NewRound,
            on_list=True,
        ),
        Act(
            "publish",
            gettext_lazy("Publish"),
            RIGHT,
            _publish,
            gettext_lazy("From now on nothing of it can change, and its money is set apart."),
            errors=REFUSALS,
            offered=in_state(RoundState.DRAFT),
            grave=True,
        ),
        Act(
            "close",
            gettext_lazy("Close and assess"),
            RIGHT,
            _close,
            gettext_lazy("Only after its closing time. The rules look at every application."),
            errors=REFUSALS,
            offered=in_state(RoundState.PUBLISHED),
            grave=True,
        ),
        Act(
            "outside",
            gettext_lazy("Record the chance from outside"),
            RIGHT,
            _outside,
            gettext_lazy("It can be recorded once."),
            errors=REFUSALS,
            form=Outside,
            offered=lambda round_: round_.state == RoundState.CLOSED and not round_.outside_value,
            grave=True,
        ),
        Act(
            "draw",
            gettext_lazy("Draw, reveal the seed and allocate"),
            RIGHT,
            _draw,
            gettext_lazy("Ranks everyone and grants down the list until the money is gone."),
            errors=REFUSALS,
            offered=in_state(RoundState.CLOSED),
            grave=True,
        ),
        Act(
            "allocate",
            gettext_lazy("Go on down the list"),
            RIGHT,
            _allocate,
            gettext_lazy("With money that came back, by the same order. Safe to repeat."),
            errors=REFUSALS,
            offered=in_state(RoundState.DRAWN),
        ),
    ]

    @admin.display(description=gettext_lazy("ceiling"), ordering="ceiling")
    def amount(self, round_: Round) -> str:
        return euros(round_.ceiling)

    @admin.display(description=gettext_lazy("at most per person"))
    def most(self, round_: Round) -> str:
        return euros(round_.grant)

    @admin.display(description=gettext_lazy("how it stands"))
    def progress(self, round_: Round) -> str:
        now = standing(round_)
        return _(
            "%(applications)s applications, %(waiting)s to assess, %(refused)s refusals to confirm, "
            "%(admissions)s admissions to answer, %(placed)s placed, %(granted)s granted, %(amount)s left"
        ) % {
            "applications": now.applications,
            "waiting": drawing.open_applications(round_).count(),
            "refused": refusing.waiting(round_).count(),
            "admissions": refusing.admissions_waiting(round_).count(),
            "placed": now.placed,
            "granted": now.granted,
            "amount": euros(now.left_cents),
        }
