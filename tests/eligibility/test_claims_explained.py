"""Each claim's outcome in words: what was asked, which term decided, what is paid."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils.translation import override

from ontwikkelrekening.eligibility.claims_explained import explain_claim
from ontwikkelrekening.eligibility.example import example_parameters
from ontwikkelrekening.eligibility.terms import instalments
from providers.states import ClaimState

TERMS = instalments("course", cents=26_000, sessions=1, parameters=example_parameters())


def explained(
    instalment: str,
    state: str,
    *,
    cents: int = 13_000,
    language: str = "nl",
    was_paid: bool = False,
    **evidence: Any,
) -> list[str]:
    with override(language):
        return explain_claim(
            terms=TERMS,
            instalment=instalment,
            asked_cents=cents,
            state=state,
            was_paid=was_paid,
            evidence=evidence,
        )


def test_a_paid_completion_names_the_term_and_what_was_shown() -> None:
    assert explained("completion", ClaimState.PAID, certificate=True) == [
        "De opleider vroeg €\xa0130,00.",
        "Volgens uw afspraak wordt hoogstens €\xa0130,00 betaald na afronding.",
        "De opleider gaf aan dat u het certificaat heeft.",
        "Dus wordt €\xa0130,00 betaald.",
    ]


def test_the_start_needs_nothing_shown() -> None:
    assert len(explained("start", ClaimState.APPROVED)) == 3


@pytest.mark.parametrize(
    ("evidence", "words"),
    [
        ({"attendance": 85}, "85%"),
        ({"exam": True}, "exam"),
        ({}, "did not say"),
    ],
)
def test_each_way_of_completing_has_its_words(evidence: dict[str, Any], words: str) -> None:
    lines = explained("completion", ClaimState.IN_REVIEW, language="en", **evidence)

    assert words in lines[2]
    assert lines[3] == "It is not decided yet."


@pytest.mark.parametrize("state", [ClaimState.REFUSED, ClaimState.WITHDRAWN])
def test_what_is_not_paid_costs_no_credit(state: str) -> None:
    assert "van uw tegoed af" in explained("start", state)[-1]


@pytest.mark.parametrize(
    ("was_paid", "words"),
    [
        (True, "De opleider moet het terugbetalen, u niet. Er gaat niets van uw tegoed af."),
        (False, "De opleider krijgt het niet. Er gaat niets van uw tegoed af."),
    ],
)
def test_what_was_recovered_is_not_called_paid(was_paid: bool, words: str) -> None:
    lines = explained("start", ClaimState.RECOVERED, was_paid=was_paid)

    assert lines[-1].endswith(words)
    assert not any(line.startswith("Dus wordt") for line in lines)


def test_a_part_that_was_never_agreed_is_named() -> None:
    assert "geen" in explained("session-9", ClaimState.REFUSED)[1]


@pytest.mark.parametrize("state", ClaimState.values)
def test_every_state_has_an_outcome(state: str) -> None:
    assert all(explained("start", state))
