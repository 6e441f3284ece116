"""What citizens fill in: one question at a time, with errors in plain words."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.citizens.models import CircumstanceKind
from ontwikkelrekening.citizens.vocabulary import (
    VOCABULARY,
    WITH_A_CHILD,
    Benefit,
    Contract,
    Education,
    Household,
)
from ontwikkelrekening.citizens.writing import LENGTH_MAX
from ontwikkelrekening.eligibility.what_if import Answers
from ontwikkelrekening.portal.searching import Wish
from ontwikkelrekening.portal.words import CATEGORIES

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

SEARCH_MAX = 100  # characters; of more words than that, the first are looked for
DATES = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"]


class DayField(forms.DateField):
    """A day, written as people do; `missing` is what we say when it is not there."""

    def __init__(self, missing: str | _StrPromise = "") -> None:
        super().__init__(
            required=bool(missing),
            error_messages={
                "required": missing,
                "invalid": _("This is not an existing date. Write it like 31-12-2027."),
            },
            input_formats=DATES,
            localize=False,
        )


class BsnForm(forms.Form):
    """The development login: any BSN of an invented person."""

    bsn = forms.CharField(
        max_length=11,
        error_messages={"required": _("Fill in a BSN, or choose someone from the list.")},
    )


class StartForm(forms.Form):
    """When a course starts."""

    start = DayField(_("Fill in the day the course starts."))


class PauseForm(forms.Form):
    """Until when an account stands still."""

    until = DayField(_("Fill in the day on which you want to go on."))


class AgreeForm(StartForm):
    """The answers as shown on the page that was agreed to, and the id that makes a retry harmless."""

    id = forms.UUIDField()
    price = forms.IntegerField(min_value=0)
    own = forms.IntegerField(min_value=0)


class ObjectionForm(forms.Form):
    """Why someone does not agree, in their own words."""

    words = forms.CharField(
        max_length=LENGTH_MAX,
        error_messages={
            "required": _("Tell us what is not right. One sentence is enough."),
            "max_length": _("This is too long. Keep it under %(limit_value)d characters."),
        },
    )


class WhatIfForm(forms.Form):
    """A few questions about work and home; only the date of birth is needed."""

    born_on = DayField(_("Fill in your date of birth."))
    contract = forms.ChoiceField(required=False, choices=[("", ""), *Contract.choices])
    household = forms.ChoiceField(required=False, choices=[("", ""), *Household.choices])
    benefit = forms.ChoiceField(required=False, choices=[("", ""), *Benefit.choices])
    education = forms.ChoiceField(required=False, choices=[("", ""), *Education.choices])
    working_years = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=70,
        error_messages={
            "invalid": _("Fill in a number, like 10."),
            "min_value": _("Fill in a number, like 10."),
            "max_value": _("Fill in a number, like 10."),
        },
    )
    resident = forms.ChoiceField(
        required=False, choices=[("", ""), ("yes", _("Yes")), ("no", _("No"))]
    )

    def clean_born_on(self) -> date:
        born_on: date = self.cleaned_data["born_on"]
        if not date(1900, 1, 1) <= born_on <= timezone.localdate():
            raise forms.ValidationError(_("This cannot be a date of birth."))
        return born_on

    def answers(self) -> Answers:
        given = self.cleaned_data
        return Answers(
            born_on=given["born_on"],
            contract=given["contract"] or None,
            household=given["household"] or None,
            benefit=given["benefit"] or None,
            education=given["education"] or None,
            working_years=given["working_years"],
            resident={"yes": True, "no": False}.get(given["resident"]),
        )


class FactForm(forms.Form):
    """One circumstance: what it is, since when, and until when."""

    value = forms.ChoiceField(error_messages={"required": _("Choose what it is.")})
    valid_from = DayField(_("Fill in since when this is so."))
    valid_until = DayField()

    def __init__(self, kind: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        if kind == CircumstanceKind.WORKING_SINCE:
            del self.fields["value"], self.fields["valid_until"]
        else:
            self.fields["value"].choices = [("", ""), *VOCABULARY[kind].choices]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = self.cleaned_data
        child = given.get("value") in WITH_A_CHILD
        if child and not given.get("valid_until") and "valid_until" not in self.errors:
            self.add_error("valid_until", _("Fill in the day your youngest child turns 18."))
        return given

    def stated(self) -> dict[str, Any]:
        """The statement: it holds up to, not on, `valid_until`."""
        given = self.cleaned_data
        if self.kind == CircumstanceKind.WORKING_SINCE:
            since = given["valid_from"]
            return {"value": since.isoformat(), "valid_from": since, "valid_until": None}
        until = given["valid_until"]
        # Someone is 18 on the birthday itself; another end is the last day that it was so.
        if until and until < date.max and given["value"] not in WITH_A_CHILD:
            until += timedelta(days=1)
        return {"value": given["value"], "valid_from": given["valid_from"], "valid_until": until}


class EvidenceForm(forms.Form):
    """A file that shows a statement is true."""

    document = forms.FileField(
        error_messages={
            "required": _("Choose a file of 5 MB at most."),
            "empty": _("This file is empty. Choose another one."),
        }
    )


class SearchForm(forms.Form):
    """Filters in the address; what makes no sense is left out instead of refused."""

    q = forms.CharField(required=False)
    soort = forms.ChoiceField(
        required=False,
        choices=[("", ""), *((code, kind.name) for code, kind in CATEGORIES.items())],
    )
    kort = forms.BooleanField(required=False)
    online = forms.BooleanField(required=False)
    zonder_examen = forms.BooleanField(required=False)
    certificaat = forms.BooleanField(required=False)

    def wish(self) -> Wish:
        self.is_valid()
        given: dict[str, Any] = self.cleaned_data
        return Wish(
            text=given.get("q", "")[:SEARCH_MAX],
            category=given.get("soort", ""),
            short=given.get("kort", False),
            online=given.get("online", False),
            no_exam=given.get("zonder_examen", False),
            certificate=given.get("certificaat", False),
        )
