"""What somebody filled in for a round or with a funder, looked at before it is stored.

The database would refuse some of it in its own words, and cut a whole number that is too large to
what its column holds without a word: hence a look at every value beforehand.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.db.models import Field, IntegerField, Model
from django.utils.translation import gettext as _

# Besides line ends and tabs; a lone half of a surrogate pair is no text at all.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def unusable(row: Model, names: Iterable[str]) -> str:
    """What in these fields of an unsaved row cannot be stored as it is, field by field, or nothing."""
    return " ".join(
        f"{name}: {problem}"
        for name in names
        for problem in _problems(row, name, getattr(row, name))
    )


def _problems(row: Model, name: str, value: object) -> Iterator[str]:
    field = row._meta.get_field(name)
    if value is None and isinstance(field, Field) and not field.null:
        yield str(field.error_messages["null"])  # Django lets one pass that may be blank
        return
    if isinstance(field, IntegerField) and value is not None and type(value) is not int:
        yield str(field.error_messages["invalid"] % {"value": value})  # 100.7 would become 100
        return
    if isinstance(value, str) and UNPRINTABLE.search(value):
        yield _("The text has a character that cannot be printed.")
        return
    if isinstance(value, str) and value.isspace():
        yield str(Field.default_error_messages["blank"])
        return
    try:
        row.clean_fields(exclude={other.name for other in row._meta.fields} - {name})
    except ValidationError as error:
        yield from error.messages
