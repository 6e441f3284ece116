"""A day is written in one way."""

from __future__ import annotations

from datetime import date

import pytest

from ledger.days import day_written


def test_a_day_is_read_as_it_is_written() -> None:
    assert day_written("2028-02-29") == date(2028, 2, 29)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "20271231",
        "2027-W52-5",
        "2027W525",
        "2027-02-29",
        "31-12-2027",
        " 2027-12-31",
        "٢٠٢٧-12-31",
    ],
)
def test_anything_else_is_no_day(written: str) -> None:
    assert day_written(written) is None
