"""Decisions a second, each with its full trace, against the same rules without any (seed 2026)."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from typing import Any

from benchmarks.measuring import Metric, compare

PEOPLE = 200_000
SEED = 2026
ROUNDS = 5


def run() -> list[Metric]:
    from benchmarks.untraced import decide_untraced
    from ontwikkelrekening.eligibility.example import example_parameters
    from ontwikkelrekening.eligibility.rules import decide

    parameters = example_parameters()
    check_agreement(people(20_000, seed=SEED + 1), parameters)
    crowd = people(PEOPLE, seed=SEED)
    return [
        compare(
            "decide",
            partial(rate, decide, crowd, parameters),
            ("the same rules without trace", partial(rate, decide_untraced, crowd, parameters)),
            unit="decisions/s",
            rounds=ROUNDS,
        ),
        compare(
            "decide_2_processes",
            partial(rate_of_two, True),
            ("the same rules without trace", partial(rate_of_two, False)),
            unit="decisions/s",
        ),
    ]


def people(number: int, *, seed: int) -> list[Any]:
    """People as the demo's population has them, by a plain random draw."""
    from ontwikkelrekening.citizens.vocabulary import Benefit, Contract, Education, Household
    from ontwikkelrekening.eligibility.rules import Facts

    draw = random.Random(seed)
    return [
        Facts(
            age_months=draw.randrange(200, 830),
            aow_months=draw.choice((804, 807)),
            contract=draw.choice(Contract.values),
            household=draw.choice(Household.values),
            benefit=draw.choice(Benefit.values),
            education=draw.choice(Education.values),
            working_years=draw.randrange(50),
            resident=draw.random() < 0.97,
            already_granted=draw.random() < 0.02,
            balance_cents=draw.choice((0, 0, 0, draw.randrange(900_000))),
            coaching_granted_years_ago=draw.choice((None, None, 1, 2, 3)),
        )
        for _ in range(number)
    ]


def check_agreement(crowd: list[Any], parameters: Any) -> None:
    """A yardstick that decides otherwise measures nothing."""
    from benchmarks.untraced import decide_untraced
    from ontwikkelrekening.eligibility.rules import decide

    for facts in crowd:
        if decide(facts, parameters)[:4] != decide_untraced(facts, parameters)[:4]:
            raise SystemExit(f"the yardstick differs on {facts}")


def rate(rules: Callable[[Any, Any], object], crowd: list[Any], parameters: Any) -> float:
    start = time.perf_counter()
    for facts in crowd:
        rules(facts, parameters)
    return len(crowd) / (time.perf_counter() - start)


def rate_of_two(traced: bool) -> float:
    """Both processes together, each with its own people."""
    with get_context("spawn").Pool(2) as pool:
        return sum(pool.map(partial(one_of_two, traced), (SEED, SEED + 1)))


def one_of_two(traced: bool, seed: int) -> float:
    import django

    django.setup()

    from benchmarks.untraced import decide_untraced
    from ontwikkelrekening.eligibility.example import example_parameters
    from ontwikkelrekening.eligibility.rules import decide

    rules: Callable[[Any, Any], object] = decide if traced else decide_untraced
    return rate(rules, people(PEOPLE, seed=seed), example_parameters())
