"""No small count is shown, and none follows from what is shown."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ontwikkelrekening.budgets.hiding import SMALLEST, Count, hide, hide_total

NAMES = ("a", "b", "c", "d")
SIZES = st.one_of(st.integers(0, 25), st.integers(0, 200))
COUNTS = st.tuples(SIZES, SIZES).map(lambda pair: (max(pair), min(pair)))  # granted, used


def test_large_counts_are_shown() -> None:
    groups = {"a": (500, 100), "b": (40, 20)}

    assert hide(groups, (1000, 300)) == {"a": Count(500, 100), "b": Count(40, 20)}


def test_a_count_under_ten_is_hidden_and_takes_the_next_smallest_along() -> None:
    groups = {"a": (500, 100), "b": (40, 20), "c": (9, 0), "d": (60, 30)}

    shown = hide(groups, (1000, 300))

    assert shown["c"] == shown["b"] == Count(None, None)
    assert shown["a"] == Count(500, 100)
    assert shown["d"] == Count(60, 30)


def test_two_small_counts_that_are_small_together_take_a_third_along() -> None:
    groups = {"a": (500, 100), "b": (40, 20), "c": (4, 1), "d": (5, 2)}

    assert hide(groups, (1000, 300))["b"] == Count(None, None)


def test_ten_is_shown_and_nine_is_not() -> None:
    assert hide_total((20, 10)) == Count(20, 10)
    assert hide_total((20, 9)) == Count(20, None)
    assert hide_total((9, 9)) == Count(None, None)


def test_nearly_everyone_is_as_telling_as_nearly_nobody() -> None:
    """Of 100 people 95 belong to it: five do not. Of 50 granted 45 used it: five did not."""
    assert hide({"a": (95, 50), "b": (50, 45), "c": (60, 30)}, (100, 80))["a"].granted is None
    assert hide_total((50, 45)) == Count(50, None)


@given(st.lists(COUNTS, min_size=4, max_size=4), st.integers(0, 300), st.integers(0, 300))
def test_whatever_the_counts_nothing_small_is_shown_or_follows(
    counts: Sequence[tuple[int, int]], more_granted: int, more_used: int
) -> None:
    groups = dict(zip(NAMES, counts, strict=True))
    granted = max(count[0] for count in counts) + more_granted
    everyone = granted, min(granted, max(count[1] for count in counts) + more_used)

    shown = hide(groups, everyone)

    for name, count in shown.items():
        if count.granted is not None:
            assert count.granted == groups[name][0] >= SMALLEST
            assert everyone[0] - count.granted >= SMALLEST
        if count.used is not None:
            assert count.used == groups[name][1] >= SMALLEST
            assert everyone[1] - count.used >= SMALLEST
            assert count.granted is not None
            assert count.granted - count.used >= SMALLEST
    for number, column in enumerate(("granted", "used")):
        hidden = [groups[name][number] for name in NAMES if getattr(shown[name], column) is None]
        if 0 < len(hidden) < len(NAMES):
            assert len(hidden) >= 2
            assert sum(hidden) >= SMALLEST
