"""The one question of an application: how much do you need?"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from ontwikkelrekening.budgets.models import Round


class WantedForm(forms.Form):
    """Whole euros, up to what the round gives one person."""

    wanted = forms.IntegerField()

    def __init__(self, round_: Round, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        most = round_.grant // 100
        wrong = _("Fill in a whole amount from 1 to %(most)s euros.") % {"most": most}
        self.fields["wanted"] = forms.IntegerField(
            min_value=1,
            max_value=most,
            error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), wrong),
        )

    def cents(self) -> int:
        return int(self.cleaned_data["wanted"]) * 100
