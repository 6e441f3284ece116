"""Reimbursement terms: stamped at agreement, never before the start, to the cent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontwikkelrekening.eligibility.example import example_parameters
from ontwikkelrekening.eligibility.rules import instalments
from providers.models import Category

PARAMETERS = example_parameters()


@pytest.mark.parametrize("category", ["course", "module"])
def test_a_course_is_paid_half_after_the_start_and_half_after_completion(category: str) -> None:
    terms = instalments(category, cents=26_001, sessions=1, parameters=PARAMETERS)

    assert terms == [
        {"instalment": "start", "cents": 13_000, "after": "start"},
        {"instalment": "completion", "cents": 13_001, "after": "completion", "attendance_min": 80},
    ]


def test_a_coach_is_paid_per_session_and_the_last_takes_the_rest() -> None:
    terms = instalments("coaching", cents=70_000, sessions=3, parameters=PARAMETERS)

    assert [(term["instalment"], term["cents"]) for term in terms] == [
        ("session-1", 23_333),
        ("session-2", 23_333),
        ("session-3", 23_334),
    ]
    assert {term["after"] for term in terms} == {"session"}


@pytest.mark.parametrize(
    ("category", "after"),
    [
        ("evc", "completion"),
        ("exam", "completion"),
        ("childcare", "start"),
        ("travel", "start"),
        ("materials", "start"),
    ],
)
def test_other_things_are_paid_whole(category: str, after: str) -> None:
    terms = instalments(category, cents=12_345, sessions=1, parameters=PARAMETERS)

    assert [(term["instalment"], term["cents"], term["after"]) for term in terms] == [
        ("whole", 12_345, after)
    ]


@given(
    category=st.sampled_from(Category.values),
    cents=st.integers(1, 10_000_000),
    sessions=st.integers(-3, 500),
)
def test_the_parts_add_up_and_none_is_empty(category: str, cents: int, sessions: int) -> None:
    terms = instalments(category, cents=cents, sessions=sessions, parameters=PARAMETERS)

    assert sum(int(term["cents"]) for term in terms) == cents
    assert all(int(term["cents"]) > 0 for term in terms)
    assert len({term["instalment"] for term in terms}) == len(terms)
