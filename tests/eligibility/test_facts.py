"""Which fact counts on a day: the published order, and a change of job in mid-year."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from ontwikkelrekening.citizens.evidence import ask_sample, judge
from ontwikkelrekening.citizens.identity import Identity
from ontwikkelrekening.citizens.models import Circumstance, Citizen
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register
from ontwikkelrekening.citizens.stating import state
from ontwikkelrekening.eligibility.example import example_parameters
from ontwikkelrekening.eligibility.facts import circumstances_of, facts_for, needed
from ontwikkelrekening.eligibility.models import Scheme
from ontwikkelrekening.eligibility.parameters import Parameters
from tests.eligibility.conftest import AT, ON
from tests.eligibility.people import fatima

BSN = "999900055"
BORN = date(2004, 2, 29)
KINDS = needed(example_parameters())


def test_a_circumstance_that_no_rule_looks_at_is_not_read(scheme: Scheme) -> None:
    code = stated(
        Stated("sex", "female", date(2025, 1, 1)), Stated("residence", "yes", date(2025, 1, 1))
    )
    example = example_parameters()
    mothers_only = replace(example, lone_fathers_on_equal_terms=False)
    everywhere = replace(example, residence_is_required=False)

    def read(*policies: Parameters) -> tuple[str | None, bool | None]:
        facts = facts_for([code], on=ON, scheme=scheme, kinds=needed(*policies))[code]
        return facts.sex, facts.resident

    assert read(example) == (None, True)
    assert read(mothers_only) == ("female", True)
    assert read(everywhere) == (None, None)
    assert read(everywhere, mothers_only) == ("female", True)  # a comparison of the two


def stated(*facts: Stated) -> str:
    person = NewCitizen(Identity("Lieke", "Doorn", BSN), BORN, "nl", facts)
    return register([person], at=AT).codes[0]


def work(
    value: str, since: date, *, source: str = "own_statement", until: date | None = None
) -> Stated:
    return Stated("contract", value, since, until, source)


def contract(code: str, *, on: date) -> str | None:
    return circumstances_of([code], on=on).get(code, {}).get("contract")


def test_a_change_of_job_in_mid_year_counts_from_its_day(db: None) -> None:
    code = stated(work("permanent", date(2020, 1, 1)), work("agency", date(2026, 7, 1)))

    assert contract(code, on=date(2026, 6, 30)) == "permanent"
    assert contract(code, on=date(2026, 7, 1)) == "agency"


def test_a_fact_that_ended_does_not_count_on_its_last_date(db: None) -> None:
    code = stated(work("agency", date(2025, 1, 1), until=date(2026, 1, 1)))

    assert contract(code, on=date(2025, 12, 31)) == "agency"
    assert contract(code, on=date(2026, 1, 1)) is None


def test_what_was_recorded_from_a_moment_on_can_be_left_out(db: None) -> None:
    """Neither does it count, nor does it replace what was said before."""
    code = stated(work("permanent", date(2020, 1, 1)))
    citizen, later = Citizen.objects.get(account_code=code), AT + timedelta(hours=6)
    since = date(2025, 1, 1)
    state(
        citizen,
        kind="contract",
        value="agency",
        valid_from=since,
        valid_until=None,
        on=ON,
        at=later,
    )

    def known(before: datetime | None) -> str:
        return circumstances_of([code], on=ON, known_before=before)[code]["contract"]

    assert (known(None), known(later)) == ("agency", "permanent")


@pytest.mark.parametrize(
    ("better", "worse"),
    [("register", "municipality"), ("municipality", "coach"), ("coach", "own_statement")],
)
def test_of_two_facts_from_the_same_day_the_better_source_counts(
    db: None, better: str, worse: str
) -> None:
    since = date(2025, 1, 1)
    code = stated(work("agency", since, source=worse), work("permanent", since, source=better))

    assert contract(code, on=ON) == "permanent"


def test_a_newer_own_statement_holds_against_an_older_register(db: None) -> None:
    code = stated(
        work("permanent", date(2020, 1, 1), source="register"), work("agency", date(2025, 6, 1))
    )

    assert contract(code, on=ON) == "agency"


def test_a_rejected_statement_never_counts(db: None) -> None:
    code = stated(
        work("permanent", date(2020, 1, 1), source="register"), work("agency", date(2025, 6, 1))
    )
    ask_sample(per_cent=100, seed="1", on=ON)
    judge(Circumstance.objects.get(value="agency"), holds=False, by="rosa", at=AT)

    assert contract(code, on=ON) == "permanent"


def test_raising_a_child_alone_ends_with_the_childs_18th_birthday(db: None) -> None:
    turns_18 = date(2026, 5, 9)
    code = stated(
        Stated("household", "sole_parent", date(2020, 1, 1)),
        Stated("household", "sole_parent", date(2025, 6, 1), turns_18),
    )

    assert circumstances_of([code], on=date(2026, 5, 8))[code] == {"household": "sole_parent"}
    assert circumstances_of([code], on=turns_18) == {}
    assert circumstances_of([code], on=date(2024, 5, 8))[code] == {"household": "sole_parent"}


def test_what_a_register_says_goes_on_after_a_statement_that_ended(db: None) -> None:
    code = stated(
        work("permanent", date(2020, 1, 1), source="register"),
        work("on_call", date(2025, 6, 1)),
        Stated("contract", "agency", date(2025, 9, 1), date(2025, 12, 1)),
    )

    assert contract(code, on=date(2025, 11, 30)) == "agency"
    assert contract(code, on=date(2025, 12, 1)) == "permanent"


def test_years_of_work_are_complete_years(scheme: Scheme) -> None:
    code = stated(Stated("working_since", "2016-01-03", date(2020, 1, 1)))

    assert (
        facts_for([code], on=date(2026, 1, 2), scheme=scheme, kinds=KINDS)[code].working_years == 9
    )
    assert (
        facts_for([code], on=date(2026, 1, 3), scheme=scheme, kinds=KINDS)[code].working_years == 10
    )


def test_someone_born_on_29_february_has_a_birthday_on_1_march(scheme: Scheme) -> None:
    code = stated()

    assert (
        facts_for([code], on=date(2022, 2, 28), scheme=scheme, kinds=KINDS)[code].age_months
        == 18 * 12 - 1
    )
    assert (
        facts_for([code], on=date(2022, 3, 1), scheme=scheme, kinds=KINDS)[code].age_months
        == 18 * 12
    )


def test_facts_are_read_for_all_at_once(scheme: Scheme, django_assert_num_queries: object) -> None:
    codes = [stated(), register([fatima()], at=AT).codes[0]]

    with django_assert_num_queries(3):  # type: ignore[operator]
        facts = facts_for(codes, on=ON, scheme=scheme, kinds=KINDS, balances={codes[0]: 5})

    assert [facts[code].balance_cents for code in codes] == [5, 0]
    assert facts[codes[0]].resident is None
    assert facts[codes[1]].resident is True
