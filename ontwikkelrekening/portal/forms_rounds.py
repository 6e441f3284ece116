"""The one question of an application: how much do you need?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from ledger.euros import cents_written
from ontwikkelrekening.budgets.models import Round


def whole_euros(written: str) -> int | None:
    """The amount that somebody wrote, in euros; None when it is none, or beyond any round."""
    euros, cents = divmod(cents_written(written, whole=True) or 0, 100)
    return euros if not cents and 0 < euros < 10**9 else None


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
