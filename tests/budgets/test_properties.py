"""What holds for any amounts: nothing is spent twice, nothing is lost, anyone comes to the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ontwikkelrekening.budgets.spending import give_back, take
from ontwikkelrekening.budgets.static.budgets.redraw import Row, grants

CENTS = st.integers(min_value=0, max_value=1_000_000)
AMOUNTS = st.lists(CENTS, max_size=8)


@given(AMOUNTS, CENTS)
def test_what_is_taken_is_what_was_asked_as_far_as_there_is(free: list[int], cents: int) -> None:
    taken = take(free, cents)

    assert sum(taken) == min(cents, sum(free))
    assert all(0 <= each <= there for each, there in zip(taken, free, strict=True))


@given(AMOUNTS, CENTS)
def test_the_first_is_empty_before_the_next_is_touched(free: list[int], cents: int) -> None:
    taken = take(free, cents)

    for index, each in enumerate(taken):
        assert each == free[index] or sum(taken[index + 1 :]) == 0


@given(AMOUNTS, st.data())
def test_what_is_used_and_what_goes_back_are_the_whole_reservation(
    reserved: list[int], data: st.DataObject
) -> None:
    rest = data.draw(st.integers(min_value=0, max_value=sum(reserved)))

    back = give_back(reserved, rest)

    used = take(reserved, sum(reserved) - rest)
    assert [u + b for u, b in zip(used, back, strict=True)] == reserved


@given(
    st.lists(st.integers(min_value=1, max_value=100_000), max_size=12),
    st.lists(st.integers(min_value=0, max_value=200_000), min_size=1, max_size=4),
    st.sampled_from(["partial", "none"]),
    st.data(),
)
def test_money_in_pieces_gives_the_same_grants_as_money_at_once(
    wanted: list[int], pots: list[int], rule: str, data: st.DataObject
) -> None:
    """Why money that comes back can go down the list at any moment, and still be redrawn.

    So can it when some leave the list in between.
    """
    granted, left, away = [0] * len(wanted), 0, set[int]()
    for pot in pots:
        left += pot
        still = [
            0 if index in away else each - have
            for index, (each, have) in enumerate(zip(wanted, granted, strict=True))
        ]
        now = _down_the_list(still, left, rule)
        left -= sum(now)
        granted = [have + more for have, more in zip(granted, now, strict=True)]
        away |= data.draw(
            st.sets(st.sampled_from(range(len(wanted))), max_size=3) if wanted else st.just(set())
        )

    rows = [
        Row("", "", "4", "0", str(asked), str(index), str(have), str(int(index in away)))
        for index, (asked, have) in enumerate(zip(wanted, granted, strict=True))
    ]
    assert granted == grants(rows, available=sum(granted), last_grant=rule)
    assert sum(granted) <= sum(pots)


def _down_the_list(still: list[int], pot: int, rule: str) -> list[int]:
    """As allocating does it: skip who has all, stop at the first that gets less than asked."""
    now = [0] * len(still)
    for index, asked in enumerate(still):
        if asked == 0:
            continue
        if asked > pot:
            now[index] = pot if rule == "partial" else 0
            break
        now[index] = asked
        pot -= asked
    return now
