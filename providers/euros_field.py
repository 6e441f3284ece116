"""A field of a form for euros, read as people write them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from djmoney.money import Money

from ledger.euros import cents_written
from ledger.money import TRANSFER_MAX, to_money


class EurosField(forms.Field):
    """Euros and cents: 260, 260,00 or € 1.260,00, the same in every language, from `least` to `most` cents.

    Django's own field takes 1.000, a thousand here, for 1.
    """

    default_error_messages = {
        "invalid": _(
            "Fill in an amount in euros, like 260.00. Write a thousand as 1000 or 1,000.00."
        )
    }

    def __init__(self, *, least: int = 0, most: int = TRANSFER_MAX - 1, **options: Any) -> None:
        self.least, self.most = least, most
        super().__init__(localize=True, **options)

    def prepare_value(self, value: Any) -> Any:
        return value.amount if isinstance(value, Money) else value

    def to_python(self, value: Any) -> Money | None:
        written = str(value or "").strip()
        if not written:
            return None
        cents = cents_written(written)
        if cents is None or not self.least <= cents <= self.most:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return to_money(cents)
