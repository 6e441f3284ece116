"""One form for a whole draft policy: every parameter with its value, ground and reason, each checked."""

from __future__ import annotations

from typing import Any, NamedTuple

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from ontwikkelrekening.eligibility.models import Policy
from ontwikkelrekening.eligibility.parameters import KINDS, UnusableParameter
from ontwikkelrekening.eligibility.policies import Setting


class Line(NamedTuple):
    """One parameter as the page shows it; `problem` is empty when the check is passed."""

    key: str
    label: str
    unit: str
    value: forms.BoundField
    ground: forms.BoundField
    reason: forms.BoundField
    problem: str


class DraftForm(forms.Form):
    """Fields `<key>-value`, `<key>-ground` and `<key>-reason` for every parameter there is."""

    def __init__(self, policy: Policy, data: QueryDict | None) -> None:
        set_before = {row.key: row for row in policy.parameters.all()}
        initial: dict[str, Any] = {}
        for key, row in set_before.items():
            initial |= {
                f"{key}-value": row.value,
                f"{key}-ground": row.ground,
                f"{key}-reason": row.reason,
            }
        super().__init__(data, initial=initial)
        for key, kind in KINDS.items():
            self.fields[f"{key}-value"] = forms.JSONField(label=f"{kind.label}: {_('value')}")
            self.fields[f"{key}-ground"] = forms.CharField(
                label=f"{kind.label}: {_('legal ground')}", max_length=200
            )
            self.fields[f"{key}-reason"] = forms.CharField(
                label=f"{kind.label}: {_('explanation')}", max_length=500, required=False
            )

    def clean(self) -> dict[str, Any]:
        answers = super().clean() or {}
        for key in KINDS:
            if f"{key}-value" in answers and (
                problem := problem_with(key, answers[f"{key}-value"])
            ):
                self.add_error(f"{key}-value", problem)
        return answers

    def settings(self) -> dict[str, Setting]:
        """What the answers set, ready for `policies.change`."""
        return settings_from(self.cleaned_data)

    def lines(self) -> list[Line]:
        return [self._line(key) for key in KINDS]

    def _line(self, key: str) -> Line:
        kind = KINDS[key]
        value, ground, reason = (self[f"{key}-{part}"] for part in ("value", "ground", "reason"))
        return Line(
            key,
            str(kind.label),
            kind.unit,
            value,
            ground,
            reason,
            self._problem(key, value, ground),
        )

    def _problem(self, key: str, value: forms.BoundField, ground: forms.BoundField) -> str:
        if self.is_bound:
            return " ".join([*value.errors, *ground.errors])
        if f"{key}-value" not in self.initial:
            return _("is missing")
        return problem_with(key, self.initial[f"{key}-value"])


def settings_from(answers: dict[str, Any]) -> dict[str, Setting]:
    return {
        key: Setting(answers[f"{key}-value"], answers[f"{key}-ground"], answers[f"{key}-reason"])
        for key in KINDS
    }


def problem_with(key: str, value: object) -> str:
    """What the check of this parameter says of a value; empty when it is right."""
    try:
        KINDS[key].check(key, value)
    except UnusableParameter as error:
        return error.problem
    return ""
