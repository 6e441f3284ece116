"""Amounts as people write them: read the same in every language, or not at all."""

import pytest

from ledger.euros import cents_written, euros


@pytest.mark.parametrize(
    "written",
    [
        *("1260", "1260,00", "1260.00", "1.260,00", "1,260.00", "€ 1.260,00", "€ 1,260.00"),
        *("€1260", "1 260", "1 260,00", "€\N{NO-BREAK SPACE}1.260,00", "1260,-", "1.260,-"),
        *("1260 €", "1260,00€", "1.260,00\N{NO-BREAK SPACE}€"),
        *("1260,0", "1260.0", " 1260 ", "01260,00", "1\N{NARROW NO-BREAK SPACE}260,00"),
    ],
)
def test_an_amount_is_read_as_people_write_it(written: str) -> None:
    assert cents_written(written) == 126_000


def test_large_amounts_and_cents_are_read_whole() -> None:
    assert cents_written("1.234.567,89") == cents_written("1,234,567.89") == 123_456_789
    assert cents_written("12,5") == cents_written("12.50") == 1_250
    assert cents_written("0,05") == 5
    assert cents_written("0") == 0


@pytest.mark.parametrize("written", ["1.260", "1,260", "€ 1.260", "1.260.000", "1,260,000"])
def test_thousands_or_a_fraction_is_sure_only_where_a_whole_amount_is_asked(written: str) -> None:
    assert cents_written(written) is None
    assert cents_written(written, whole=True) in (126_000, 126_000_000)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(
    "written",
    [
        *("1,2,3", "1.26.0", "1.260.00", "1,260,00", "1.260 000", "1.2600", "0.260", "12.345.6"),
        *("", "€", ",50", ".5", "5,", "5.", "1.000,000", "1260,005", "-5", "+5", "1e3", "veel"),
        *(
            "NaN",
            "١٢٦٠",
            "1 26",
            "1260 ,00",
            "12 60,00",
            "$ 260",
            "€ € 5",
            "€ 5 €",
            "9" * 5_000,
            "26O",
        ),
    ],
)
def test_what_is_not_sure_is_no_amount(written: str, *, whole: bool) -> None:
    assert cents_written(written, whole=whole) is None


@pytest.mark.parametrize("cents", [0, 5, 1_250, 126_000, 100_000_000_000])
def test_what_a_machine_writes_is_read_back(cents: int) -> None:
    assert cents_written(euros(cents)) == cents
