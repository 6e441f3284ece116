"""What has a name is named in English, and is shown in Dutch to who reads Dutch."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Model, TextChoices
from django.utils import translation
from django.utils.functional import Promise
from oauth2_provider.models import AbstractApplication

OURS = ("ledger", "providers", "ontwikkelrekening")
SAME_IN_BOTH = {
    *("Credit", "IBAN"),
    *("coach", "code", "man", "module", "online", "open", "register"),
}
A_LIBRARYS_OWN = {field.name for field in AbstractApplication._meta.fields}

Name = str | Promise


def models() -> list[type[Model]]:
    return [each for each in apps.get_models() if each.__module__.startswith(OURS)]


def shown() -> set[type[Model]]:
    """The models that the administration has a page of, or rows on the page of another."""
    pages = admin.site._registry
    return {*pages, *(inline.model for page in pages.values() for inline in page.inlines)}


def names_of(model: type[Model]) -> Iterator[Name]:
    """All of a model that is shown; of another, what was named by hand."""
    options = model._meta
    for given in ("verbose_name", "verbose_name_plural"):
        if model in shown() or given in options.original_attrs:
            yield getattr(options, given)
    for field in (*options.fields, *options.many_to_many):
        by_hand = field._verbose_name is not None  # type: ignore[attr-defined]
        if field.name not in A_LIBRARYS_OWN and (model in shown() or by_hand):
            yield field.verbose_name


def choices() -> list[type[TextChoices]]:
    return [each for each in TextChoices.__subclasses__() if each.__module__.startswith(OURS)]


def the_same_in_dutch_and_english(names: Iterator[Name]) -> set[str]:
    found = list(names)
    with translation.override("en"):
        english = [str(name) for name in found]
    with translation.override("nl"):
        dutch = [str(name) for name in found]
    return {
        name for name, other in zip(english, dutch, strict=True) if name.lower() == other.lower()
    }


@pytest.mark.parametrize("model", models(), ids=lambda model: model._meta.label_lower)
def test_models_and_their_fields_are_named_in_english_and_in_dutch(model: type[Model]) -> None:
    assert the_same_in_dutch_and_english(names_of(model)) <= SAME_IN_BOTH


@pytest.mark.parametrize("kind", choices(), ids=lambda kind: kind.__name__)
def test_choices_are_named_in_english_and_in_dutch(kind: type[TextChoices]) -> None:
    names = (words for _, words in kind.choices)

    assert the_same_in_dutch_and_english(names) <= SAME_IN_BOTH


def test_the_parts_of_the_administration_are_named_in_english_and_in_dutch() -> None:
    parts = {model._meta.app_config for model in shown()}
    names = (part.verbose_name for part in parts if part and part.name.startswith(OURS))

    assert the_same_in_dutch_and_english(names) <= SAME_IN_BOTH
