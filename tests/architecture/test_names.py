"""What the administration shows has a Dutch name."""

import pytest
from django.contrib import admin
from django.db.models import Model
from django.utils import translation
from oauth2_provider.models import AbstractApplication

SAME_IN_BOTH = {"bsn", "code", "iban", "contact", "email", "id"}
A_LIBRARYS_OWN = {field.name for field in AbstractApplication._meta.fields}


def shown() -> list[type[Model]]:
    found: set[type[Model]] = set()
    for model, page in admin.site._registry.items():
        found |= {model, *(inline.model for inline in page.inlines)}
    ours = ("ledger", "providers", "ontwikkelrekening")
    return sorted((each for each in found if each.__module__.startswith(ours)), key=str)


@pytest.mark.parametrize("model", shown(), ids=lambda model: model._meta.label_lower)
def test_models_and_their_fields_are_named_in_dutch(model: type[Model]) -> None:
    with translation.override("nl"):
        unnamed = [
            field.name
            for field in model._meta.fields
            if str(field.verbose_name) == field.name.replace("_", " ")
        ]
        named = str(model._meta.verbose_name)

    assert set(unnamed) - A_LIBRARYS_OWN <= SAME_IN_BOTH
    assert named != model.__name__.lower() or "verbose_name" in model._meta.original_attrs
