"""The words of facts, parameters and their values, for an auditor who reads codes beside them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.eligibility.parameters import KINDS
from ontwikkelrekening.eligibility.wording import FACTS, GROUPS, euros, value_of
from ontwikkelrekening.tables.table import Text

MORE_FACTS: dict[str, Text] = {
    "aow_months": _("AOW age, in months"),
    "months_to_aow": _("Months until AOW age"),
    "groups": _("Groups"),
    "priority": _("Priority class"),
}


def fact_name(code: str) -> Text:
    return MORE_FACTS.get(code) or FACTS.get(code) or code


def fact_value(code: str, value: object) -> str:
    return value_of(code, value)


def parameter_name(code: str) -> Text:
    kind = KINDS.get(code)
    return kind.label if kind else code


def parameter_value(code: str, value: object) -> object:
    """Cents as euros, groups by name; the rest as it is stored."""
    if isinstance(value, int) and code.endswith("_cents"):
        return euros(value)
    if isinstance(value, list) and value and all(item in GROUPS for item in value):
        return [GROUPS[item] for item in value]
    return value
