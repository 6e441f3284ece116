"""Fields and a serializer that speak the API's language: camelCase, euros as text, nothing unknown."""

from __future__ import annotations

import re
from datetime import UTC, date
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from djmoney.money import Money
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.euros import euros
from providers.spelling import ONE_LINE, composed

EUROS = r"^(?!0+(\.0{1,2})?$)[0-9]{1,6}(\.[0-9]{1,2})?$"  # positive, and no fraction of a cent
DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


class ApiSerializer(serializers.Serializer[Any]):
    """Snake case within, camelCase on the wire; an unknown field is an error, not ignored."""

    @classmethod
    def read(cls, data: Any) -> dict[str, Any]:
        """What was sent, as checked values; raises ValidationError with everything that is wrong."""
        values: dict[str, Any] = _one(cls).run_validation(data)
        return values

    @classmethod
    def show(cls, thing: Any) -> dict[str, Any]:
        """How one thing is answered."""
        answer: dict[str, Any] = _one(cls).to_representation(thing)
        return answer

    def get_fields(self) -> dict[str, Any]:
        renamed = {}
        for name, field in super().get_fields().items():
            wire = camel(name)
            if wire != name and field.source is None:
                field.source = name
            renamed[wire] = field
        return renamed

    def to_internal_value(self, data: Any) -> Any:
        unknown: dict[str, list[str]] = {}
        if isinstance(data, dict):
            unknown = {
                name: ["There is no such field."] for name in data if name not in self.fields
            }
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not isinstance(error.detail, dict):
                raise
            raise serializers.ValidationError({**error.detail, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return value


@cache
def _one(kind: type[ApiSerializer]) -> ApiSerializer:
    """One of each kind serves all calls: making its fields takes longer than using them."""
    return kind()


class Moment(serializers.DateTimeField):
    """A moment in UTC; any offset is accepted."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)


class TextField(serializers.RegexField):
    """Text of one form; a number is none."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        value: str = super().to_internal_value(data)
        return value


class WordsField(TextField):
    """Text that people read, in one spelling."""

    default_error_messages = {
        "invalid": "Write text to be seen: without control characters, hidden characters or ones"
        " that turn the direction of the text."
    }

    def __init__(self, pattern: str = ONE_LINE, **options: Any) -> None:
        super().__init__(pattern, **options)

    def to_internal_value(self, data: Any) -> str:
        return composed(super().to_internal_value(data))


class NumberField(serializers.IntegerField):
    """A whole number; text with digits in it is none."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str | bool):
            self.fail("invalid")
        value: int = super().to_internal_value(data)
        return value


class FlagField(serializers.BooleanField):
    """true or false; not "yes", not 1."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class DayField(serializers.DateField):
    """A day as 2026-03-02; not in another way, and not in other digits."""

    def to_internal_value(self, data: Any) -> date:
        if not isinstance(data, str) or not re.fullmatch(DAY, data):
            self.fail("invalid", format="YYYY-MM-DD")
        value: date = super().to_internal_value(data)
        return value


class IdField(serializers.UUIDField):
    """An id as text; a bare number is none."""

    def to_internal_value(self, data: Any) -> UUID:
        if not isinstance(data, str):
            self.fail("invalid", value=data)
        value: UUID = super().to_internal_value(data)
        return value


@extend_schema_field({"type": "string", "pattern": EUROS, "examples": ["130.00"]})
class EurosField(serializers.Field[Money, str, str, Money]):
    """Euros as text, never a float: "130.00"."""

    default_error_messages = {
        "invalid": 'Give a positive amount in euros as text with at most two decimals: "130.00".'
    }

    def to_internal_value(self, data: Any) -> Money:
        if not isinstance(data, str) or not re.fullmatch(EUROS, data):
            self.fail("invalid")
        return Money(Decimal(data), "EUR")

    def to_representation(self, value: Money | Decimal) -> str:
        amount = value.amount if isinstance(value, Money) else value
        return f"{amount:.2f}"


@extend_schema_field({"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "examples": ["130.00"]})
class TotalField(EurosField):
    """A sum of euros, which may be nothing: "0.00"."""


@extend_schema_field({"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "examples": ["130.00"]})
class CentsField(serializers.Field[int, int, str, int]):
    """Whole cents, shown as euros."""

    def to_representation(self, value: int) -> str:
        return euros(value)
