"""The limits of the forms are the API's: what one takes, the other takes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django import forms
from django.utils.translation import override

from ledger.money import to_money
from ontwikkelrekening.provider_area.forms import CourseForm
from providers.api.serializers import NewCourse
from providers.publishing import CourseDetails

LIMITS = ("max_length", "min_value", "max_value")
LEFT_OPEN = {"price"}  # text in the API, euros here; both: positive, six digits and two decimals


def by_domain_name() -> dict[str, Any]:
    return {str(field.source): field for field in NewCourse().fields.values()}


@pytest.mark.parametrize(("text", "is_taken"), [("Een\nTwee\tDrie", True), ("x\x0by", False)])
def test_a_text_of_many_lines_is_what_the_api_takes(text: str, *, is_taken: bool) -> None:
    form = CourseForm({"description": text})

    assert ("description" not in form.errors) == is_taken


@pytest.mark.parametrize("name", ["\u200d", "\u202eatsiraB", "Ba\u00adrista", "a\tb"])
def test_a_name_holds_nothing_that_nobody_sees(name: str) -> None:
    assert "name" in CourseForm({"name": name}).errors


def test_a_name_is_kept_in_one_spelling() -> None:
    form = CourseForm({"name": "hygie\u0308ne"})

    assert "name" not in form.errors
    assert form.cleaned_data["name"] == "hygi\u00ebne"


def test_the_form_asks_all_that_a_course_says() -> None:
    assert set(CourseForm.base_fields) == set(CourseDetails.names()) == set(by_domain_name())


@pytest.mark.parametrize("name", sorted(set(CourseDetails.names()) - LEFT_OPEN))
def test_a_field_has_the_limits_of_the_api(name: str) -> None:
    ours, api = CourseForm.base_fields[name], by_domain_name()[name]

    if isinstance(ours, forms.ChoiceField):
        for code, _ in list(ours.choices):  # type: ignore[arg-type]
            assert api.run_validation(code) == code
        return
    for limit in LIMITS:
        assert getattr(ours, limit, None) == getattr(api, limit, None), limit


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "written", ["1260", "1260,00", "1260.00", "1.260,00", "1,260.00", "€ 1.260,00", "€ 1,260.00"]
)
def test_a_price_is_read_the_same_in_every_language(language: str, written: str) -> None:
    with override(language):
        form = CourseForm({"price": written})

        assert "price" not in form.errors
    assert form.cleaned_data["price"] == to_money(126_000)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nl", "Vul een bedrag in euro’s in, zoals 260,00. Schrijf duizend als 1000 of 1.000,00."),
        ("en", "Fill in an amount in euros, like 260.00. Write a thousand as 1000 or 1,000.00."),
    ],
)
@pytest.mark.parametrize(
    "written", ["1.260", "1,260", "1,2,3", "1.26.0", "1.260.00", "0", "1000000", "-5", "gratis"]
)
def test_a_price_that_is_not_sure_is_refused_with_how_to_write_it(
    language: str, said: str, written: str
) -> None:
    with override(language):
        assert CourseForm({"price": written}).errors["price"] == [said]


@pytest.mark.parametrize("written", ["1.000", "10.0", "1,000", "1e3"])
def test_a_whole_number_is_never_read_as_a_fraction(written: str) -> None:
    assert "hours" in CourseForm({"hours": written}).errors


@pytest.mark.parametrize("shown_in", ["nl", "en"])
@pytest.mark.parametrize("sent_in", ["nl", "en"])
def test_a_price_as_it_is_shown_can_be_sent_in_another_language(
    shown_in: str, sent_in: str
) -> None:
    with override(shown_in):
        field = str(CourseForm(initial={"price": to_money(126_050)})["price"])
    (shown,) = re.findall(r'value="([^"]*)"', field)

    with override(sent_in):
        form = CourseForm({"price": shown})
        form.is_valid()

    assert form.cleaned_data["price"] == to_money(126_050)


@pytest.mark.parametrize(
    ("language", "kind", "way"),
    [("nl", "Kinderopvang", "Op locatie"), ("en", "Childcare", "On location")],
)
def test_choices_are_read_in_the_readers_language(language: str, kind: str, way: str) -> None:
    with override(language):
        form = str(CourseForm())

    assert f'<option value="childcare">{kind}</option>' in form
    assert f'<option value="presential">{way}</option>' in form
