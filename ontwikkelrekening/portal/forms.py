"""What citizens fill in: one question at a time, with errors in plain words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.portal.searching import Wish
from ontwikkelrekening.portal.words import CATEGORIES


class BsnForm(forms.Form):
    """The development login: any BSN of an invented person."""

    bsn = forms.CharField(
        max_length=11,
        error_messages={"required": _("Fill in a BSN, or choose someone from the list.")},
    )


class StartForm(forms.Form):
    """When a course starts."""

    start = forms.DateField(
        error_messages={
            "required": _("Fill in the day the course starts."),
            "invalid": _("This is not an existing date. Write it like 31-12-2027."),
        },
        input_formats=["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"],
        localize=False,
    )


class AgreeForm(StartForm):
    """The answers as shown on the page that was agreed to, and the id that makes a retry harmless."""

    id = forms.UUIDField()
    own = forms.IntegerField(min_value=0)


class SearchForm(forms.Form):
    """Filters in the address; what makes no sense is left out instead of refused."""

    q = forms.CharField(required=False, max_length=100)
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
            text=given.get("q", ""),
            category=given.get("soort", ""),
            short=given.get("kort", False),
            online=given.get("online", False),
            no_exam=given.get("zonder_examen", False),
            certificate=given.get("certificaat", False),
        )
