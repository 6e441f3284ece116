"""The rules at their boundaries, and what a trace shows."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ontwikkelrekening.eligibility.example import EXAMPLE, example_parameters
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.rules import Facts, Result, decide
from tests.eligibility.people import FATIMA, HENK, JOHAN, SAMIRA, THOMAS


@pytest.fixture(scope="module")
def parameters() -> Parameters:
    return example_parameters()


def unmet(result: Result) -> list[str]:
    return [step.rule for step in result.steps[:4] if not step.holds]


@pytest.mark.parametrize(
    ("age_months", "outcome"), [(18 * 12 - 1, "refused"), (18 * 12, "granted")]
)
def test_someone_gets_credit_from_the_eighteenth_birthday(
    parameters: Parameters, age_months: int, outcome: str
) -> None:
    assert decide(FATIMA._replace(age_months=age_months), parameters).outcome == outcome


@pytest.mark.parametrize(
    ("age_months", "outcome"), [(67 * 12 + 2, "granted"), (67 * 12 + 3, "refused")]
)
def test_the_right_ends_on_the_day_of_the_aow_age(
    parameters: Parameters, age_months: int, outcome: str
) -> None:
    henk = HENK._replace(age_months=age_months, aow_months=67 * 12 + 3)

    assert decide(henk, parameters).outcome == outcome


@pytest.mark.parametrize(
    ("resident", "outcome"), [(True, "granted"), (False, "refused"), (None, "refused")]
)
def test_only_who_is_known_to_live_here_gets_credit(
    parameters: Parameters, resident: bool | None, outcome: str
) -> None:
    assert decide(HENK._replace(resident=resident), parameters).outcome == outcome


def test_the_same_scheme_grants_once_a_year(parameters: Parameters) -> None:
    result = decide(FATIMA._replace(already_granted=True), parameters)

    assert result.outcome == "refused"
    assert unmet(result) == ["first_this_year"]
    assert result.grants == ()


@pytest.mark.parametrize(
    ("balance", "cents"),
    [(0, 50_000), (450_000, 50_000), (450_001, 49_999), (499_999, 1), (500_000, 0), (600_000, 0)],
)
def test_credit_never_lifts_the_balance_above_the_cap(
    parameters: Parameters, balance: int, cents: int
) -> None:
    assert decide(THOMAS._replace(balance_cents=balance), parameters).cents == cents


@pytest.mark.parametrize(("balance", "cents"), [(720_000, 80_000), (799_999, 1), (800_000, 0)])
def test_the_first_two_classes_have_the_higher_cap(
    parameters: Parameters, balance: int, cents: int
) -> None:
    result = decide(FATIMA._replace(balance_cents=balance), parameters)

    assert sum(grant.cents for grant in result.grants if not grant.earmarked) == cents


@pytest.mark.parametrize(
    ("years_ago", "due"), [(None, True), (0, False), (2, False), (3, True), (4, True)]
)
def test_credit_for_a_coach_comes_once_in_three_years(
    parameters: Parameters, years_ago: int | None, due: bool
) -> None:
    result = decide(HENK._replace(coaching_granted_years_ago=years_ago), parameters)

    assert ("coaching_evc" in [grant.kind for grant in result.grants]) is due


@pytest.mark.parametrize(
    ("years", "groups"), [(9, ()), (10, ("low_skilled_permanent",)), (None, ())]
)
def test_low_skilled_in_a_permanent_job_needs_ten_years(
    parameters: Parameters, years: int | None, groups: tuple[str, ...]
) -> None:
    assert decide(HENK._replace(working_years=years), parameters).groups == groups


@pytest.mark.parametrize(
    ("person", "priority"), [(FATIMA, 1), (JOHAN, 2), (HENK, 3), (SAMIRA, 3), (THOMAS, 4)]
)
def test_each_persona_has_a_class(parameters: Parameters, person: Facts, priority: int) -> None:
    assert decide(person, parameters).priority == priority


def test_a_lone_father_comes_in_on_equal_terms(parameters: Parameters) -> None:
    mother = decide(JOHAN._replace(sex="female"), parameters)

    assert decide(JOHAN, parameters)[:4] == mother[:4]
    assert decide(JOHAN._replace(sex=None), parameters)[:4] == mother[:4]


def test_without_equal_terms_sex_decides_and_the_trace_says_so(parameters: Parameters) -> None:
    mothers_only = replace(parameters, lone_fathers_on_equal_terms=False, memo={})

    johan = decide(JOHAN, mothers_only)

    assert johan.priority == 4
    assert [step.value for step in johan.steps if step.rule == "equal_terms"] == ["male"]
    assert decide(JOHAN._replace(sex="female"), mothers_only).priority == 2


def test_equal_terms_is_a_named_parameter_with_the_lommers_reason() -> None:
    setting = EXAMPLE["lone_fathers_on_equal_terms"]

    assert setting.value is True
    assert "C-476/99" in setting.ground
    assert "Lommers" in setting.reason


def test_earmarked_credit_says_what_for_and_until_when(parameters: Parameters) -> None:
    general, coaching, childcare = decide(FATIMA, parameters).grants

    assert (general.earmarked, general.years_valid) == (False, None)
    assert (coaching.categories, coaching.years_valid) == (("coaching", "evc"), 3)
    assert (childcare.categories, childcare.years_valid) == (("childcare", "travel"), 1)


def test_every_step_names_its_fact_its_parameter_and_its_ground(parameters: Parameters) -> None:
    for step in decide(FATIMA, parameters).steps:
        assert step.fact
        assert step.ground == EXAMPLE[step.parameter].ground


def test_every_parameter_of_who_and_how_much_is_used_by_a_step_or_a_sum(
    parameters: Parameters,
) -> None:
    used = {step.parameter for step in decide(THOMAS, parameters).steps}
    used |= {step.parameter for step in decide(FATIMA, parameters).steps}

    conditions = {key for key in EXAMPLE if not key.endswith(("_cents", "_categories"))}
    elsewhere = {key for key in conditions if key.startswith("terms_")}
    assert conditions - elsewhere - used == {"attendance_min_percent", "childcare_years_valid"}


def test_a_trace_is_the_same_for_a_grant_and_a_refusal(parameters: Parameters) -> None:
    granted, refused = (
        decide(FATIMA, parameters),
        decide(FATIMA._replace(resident=False), parameters),
    )

    assert [step.rule for step in granted.steps] == [step.rule for step in refused.steps]


def test_unknown_facts_put_nobody_in_a_group(parameters: Parameters) -> None:
    noor = Facts(age_months=29 * 12, aow_months=807, resident=True)

    assert decide(noor, parameters)[1:3] == (4, ())


def test_two_policies_keep_their_steps_apart(parameters: Parameters) -> None:
    older = replace(parameters, age_min_years=21, memo={})

    assert decide(HENK._replace(age_months=19 * 12), parameters).outcome == "granted"
    assert decide(HENK._replace(age_months=19 * 12), older).outcome == "refused"
