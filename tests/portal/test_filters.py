"""How amounts, dates and bars are written."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.utils.translation import override
from djmoney.money import Money

from ontwikkelrekening.portal.templatetags.scheme import (
    bar,
    euro,
    long_date,
    long_moment,
    short_date,
    signed_euro,
)
from tests.portal.world import TODAY

SPACE = "\N{NO-BREAK SPACE}"


@pytest.mark.parametrize(
    ("amount", "dutch", "english"),
    [
        (0, "€ 0,00", "€ 0.00"),
        (5, "€ 0,05", "€ 0.05"),
        (124_000, "€ 1.240,00", "€ 1,240.00"),
        (-26_000, "− € 260,00", "− € 260.00"),
        (123_456_789_01, "€ 123.456.789,01", "€ 123,456,789.01"),
        (Money("1240.50", "EUR"), "€ 1.240,50", "€ 1,240.50"),
    ],
)
def test_an_amount_is_written_as_people_write_it(
    amount: int | Money, dutch: str, english: str
) -> None:
    with override("nl"):
        assert euro(amount).replace(SPACE, " ") == dutch
    with override("en"):
        assert euro(amount).replace(SPACE, " ") == english


def test_plus_and_minus_are_words_for_who_listens() -> None:
    with override("nl"):
        assert '<span class="visually-hidden">min </span>' in signed_euro(-26_000)
        assert '<span class="visually-hidden">plus </span>' in signed_euro(26_000)


@time_machine.travel(TODAY, tick=False)
def test_dates_are_written_in_words() -> None:
    with override("nl"):
        assert long_date(date(2026, 3, 12)) == "12 maart 2026"
        assert short_date(date(2026, 3, 12)) == "12 mrt"
        assert short_date(date(2025, 3, 12)) == "12 mrt 2025"
        assert long_moment(datetime(2026, 3, 12, 13, 2, tzinfo=UTC)) == "12 maart 2026 om 14.02 uur"
    with override("en"):
        assert long_date(date(2026, 3, 12)) == "12 March 2026"


def test_a_bar_is_never_wider_than_itself_and_survives_nothing_at_all() -> None:
    assert bar(used=0, reserved=0, free=0)["used_width"] == 0
    full = bar(used=1, reserved=2, free=0)
    assert full["used_width"] + full["reserved_width"] <= 1000  # type: ignore[operator]
