"""No small count is shown, and no comparison of what is shown tells what one person did."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from ontwikkelrekening.budgets.hiding import SMALLEST, Count, hide, hide_total, in_tens
from ontwikkelrekening.budgets.reach import rows_of
from ontwikkelrekening.eligibility.parameters import GROUPS

SIZES = st.one_of(st.integers(0, 25), st.integers(0, 200), st.integers(0, 100_000))
COUNTS = st.tuples(SIZES, SIZES).map(lambda pair: (max(pair), min(pair)))  # granted, used
ALL = st.lists(COUNTS, min_size=len(GROUPS), max_size=len(GROUPS))
OTHER_ONES = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=len(GROUPS) + 1, max_size=9
)


def whole(counts: Sequence[tuple[int, int]], more: tuple[int, int]) -> tuple[int, int]:
    """Everyone: as many at least as the largest group."""
    granted = max(count[0] for count in counts) + more[0]
    return granted, min(granted, max(count[1] for count in counts) + more[1])


def test_counts_are_shown_in_tens() -> None:
    groups = {"a": (509, 100), "b": (47, 29)}

    assert hide(groups, (1003, 309)) == {"a": Count(500, 100), "b": Count(40, 20)}


def test_a_count_under_ten_is_hidden_and_takes_no_other_along() -> None:
    groups = {"a": (500, 100), "b": (40, 20), "c": (9, 0)}

    assert hide(groups, (1000, 300)) == {
        "a": Count(500, 100), "b": Count(40, 20), "c": Count(None, None)
    }  # fmt: skip


def test_ten_is_shown_and_nine_is_not() -> None:
    assert hide_total((20, 10)) == Count(20, 10)
    assert hide_total((20, 9)) == Count(20, None)
    assert hide_total((9, 9)) == Count(None, None)


def test_nearly_everyone_is_as_telling_as_nearly_nobody() -> None:
    """Of 109 people 105 belong to it: four do not. Of 59 granted 55 used it: four did not."""
    assert hide({"a": (105, 50)}, (109, 80))["a"] == Count(None, None)
    assert hide({"a": (60, 55)}, (109, 59))["a"] == Count(60, None)
    assert hide_total((59, 55)) == Count(50, None)


def test_a_figure_that_was_published_is_not_hidden_later_because_another_is_small() -> None:
    """Until April the low-skilled could be read; from May a small group beside them hid them."""
    before = hide({"carers": (121, 40), "low_skilled": (441, 90)}, (2000, 600))
    after = hide({"carers": (121, 40), "low_skilled": (441, 90), "new": (3, 0)}, (2003, 600))

    assert {**before, "new": Count(None, None)} == after


@given(ALL, COUNTS, OTHER_ONES)
def test_what_is_published_is_the_same_for_all_counts_in_the_same_tens(
    counts: Sequence[tuple[int, int]], more: tuple[int, int], ones: Sequence[tuple[int, int]]
) -> None:
    """Whoever compares downloads learns the tens of each, in which any ten counts are possible."""
    everyone = whole(counts, more)
    others = [
        (granted + one, used + another)
        for (granted, used), (one, another) in zip(
            map(in_tens, [*counts, everyone]), ones, strict=False
        )
    ]

    published = rows_of(dict(zip(GROUPS, counts, strict=True)), everyone)

    assert published == rows_of(dict(zip(GROUPS, others, strict=False)), others[-1])


@given(ALL, COUNTS, st.integers(0, len(GROUPS) - 1))
def test_one_person_less_or_more_may_always_have_changed_nothing(
    counts: Sequence[tuple[int, int]], more: tuple[int, int], number: int
) -> None:
    """Of two downloads that differ the change may be any of nineteen, of two alike too."""
    everyone = whole(counts, more)
    granted, used = in_tens(counts[number])
    alike = []
    for one in range(SMALLEST):
        changed = [*counts]
        changed[number] = (granted + 9, used + one)
        alike.append(rows_of(dict(zip(GROUPS, changed, strict=True)), everyone))

    assert all(each == alike[0] for each in alike)


@given(ALL, COUNTS)
def test_what_is_shown_is_large_and_no_part_is_more_than_its_whole(
    counts: Sequence[tuple[int, int]], more: tuple[int, int]
) -> None:
    *groups, everyone = rows_of(dict(zip(GROUPS, counts, strict=True)), whole(counts, more))

    for row in [*groups, everyone]:
        for shown in (row.granted, row.used):
            assert shown is None or (shown >= SMALLEST and shown % SMALLEST == 0)
        assert row.used is None or (row.granted is not None and row.used < row.granted)
    for row in groups:
        if row.granted is not None:
            assert everyone.granted is not None
            assert everyone.granted - row.granted >= SMALLEST
        if row.used is not None and everyone.used is not None:
            assert everyone.used - row.used >= SMALLEST
