"""docs/worked-cases.md, line by line: the table people read is the table that is tested."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ontwikkelrekening.eligibility.example import example_parameters
from ontwikkelrekening.eligibility.rules import Facts, decide

TABLE = Path(__file__).parents[2] / "docs" / "worked-cases.md"


def cases() -> Iterator[list[str]]:
    for line in TABLE.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] not in ("Who", "---"):
            yield cells


def facts_of(cells: list[str]) -> Facts:
    _, age, *words = cells[:7]
    years, months = age.split("-")
    contract, household, benefit, education, working_years = (
        None if word == "-" else word for word in words
    )
    return Facts(
        age_months=int(years) * 12 + int(months),
        aow_months=67 * 12,
        contract=contract,
        household=household,
        benefit=benefit,
        education=education,
        working_years=None if working_years is None else int(working_years),
        resident=True,
    )


@pytest.mark.parametrize("cells", [pytest.param(cells, id=cells[0]) for cells in cases()])
def test_a_worked_case_comes_out_as_written(cells: list[str]) -> None:
    result = decide(facts_of(cells), example_parameters())

    sums = {grant.kind: str(grant.cents // 100) for grant in result.grants}
    assert [
        str(result.priority),
        sums.get("general", "-"),
        sums.get("coaching_evc", "-"),
        sums.get("childcare_travel", "-"),
    ] == cells[7:]


def test_the_table_has_a_case_for_every_word_that_makes_a_group() -> None:
    parameters = example_parameters()

    used = {word for cells in cases() for word in cells}

    assert parameters.flex_contracts <= used
    assert parameters.carer_households <= used
    assert parameters.carer_contracts | parameters.low_skilled_contracts <= used
