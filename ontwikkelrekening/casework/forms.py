"""What staff fill in."""

from __future__ import annotations

from django import forms

from ontwikkelrekening.citizens.writing import LENGTH_MAX

DATES = ["%Y-%m-%d", "%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y"]


class AnswerForm(forms.Form):
    """Staff's words to a citizen, or why more time is needed."""

    act = forms.CharField(max_length=12)
    words = forms.CharField(required=False, max_length=LENGTH_MAX, widget=forms.Textarea)
    until = forms.DateField(required=False, input_formats=DATES, localize=False)
    committee = forms.BooleanField(required=False)
    general = forms.IntegerField(required=False, min_value=0, max_value=10_000)
    coaching_evc = forms.IntegerField(required=False, min_value=0, max_value=10_000)
    childcare_travel = forms.IntegerField(required=False, min_value=0, max_value=10_000)

    def grants(self) -> list[tuple[str, int]]:
        """The sums that were filled in, in cents."""
        kinds = ("general", "coaching_evc", "childcare_travel")
        return [(kind, euros * 100) for kind in kinds if (euros := self.cleaned_data.get(kind))]
