from __future__ import annotations

import numpy as np

from ontwikkelrekening.eligibility.example import example_parameters
from ontwikkelrekening.eligibility.rules import Result, decide
from tests.eligibility.oracle import outcomes, random_people


def row(result: Result) -> list[int]:
    sums = {grant.kind: grant.cents for grant in result.grants}
    return [
        result.priority,
        sums.get("general", 0),
        sums.get("coaching_evc", 0),
        sums.get("childcare_travel", 0),
    ]


def test_an_independent_reading_agrees_on_200_000_people() -> None:
    people = random_people(200_000, seed=20181112)
    parameters = example_parameters()

    decided = np.array([row(decide(person, parameters)) for person in people])
    expected = outcomes(people)

    differing = np.flatnonzero((decided != expected).any(axis=1))
    assert [people[index] for index in differing[:3]] == []
    assert 0.2 < (expected[:, 1] > 0).mean() < 0.8  # both outcomes are well represented
