"""The one question of an application: how much do you need?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ledger.euros import whole_euros
from ontwikkelrekening.budgets.models import Round


class WantedForm(forms.Form):
    """Whole euros, up to what the round gives one person."""

    wanted = forms.CharField(required=False, max_length=40)

    def __init__(self, round_: Round, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.most = round_.grant // 100
        self.initial.setdefault("wanted", str(self.most))

    def clean_wanted(self) -> int:
        wanted = whole_euros(self.cleaned_data["wanted"])
        if wanted is None or wanted > self.most:
            raise ValidationError(
                _("Fill in a whole amount from 1 to %(most)s euros.")
                % {"most": number_format(self.most, force_grouping=True)}
            )
        return wanted

    def cents(self) -> int:
        return int(self.cleaned_data["wanted"]) * 100
