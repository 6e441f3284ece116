"""The rules: facts + parameters -> outcome, with a trace of named steps. Pure: no database, no clock.

One definition serves the single decision, the yearly run, the anonymous check, the simulation of a
draft policy and the replay of old decisions. Every condition is one step on one fact, so a trace
reads as the law does. Steps are made once per policy and value and kept in `parameters.memo`:
that is why a trace costs almost nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from ontwikkelrekening.eligibility.parameters import (
    CARER,
    FLEX_WORKER,
    LOW_SKILLED,
    SINGLE_MOTHER,
    Parameters,
)
from ontwikkelrekening.eligibility.terms import instalments

__all__ = ["Facts", "GrantOf", "Result", "Step", "decide", "instalments"]

GRANTED = "granted"
REFUSED = "refused"


class Facts(NamedTuple):
    """What is known of someone on the day of the decision. No date of birth leaves `citizens`."""

    age_months: int
    aow_months: int  # the AOW age that belongs to the date of birth (citizens/ageing.py)
    contract: str | None = None
    household: str | None = None
    benefit: str | None = None
    education: str | None = None
    working_years: int | None = None
    resident: bool | None = None
    sex: str | None = None  # known only where a policy does not take lone fathers on equal terms
    already_granted: bool = False  # by this scheme in this calendar year
    balance_cents: int = 0  # free credit without earmark
    coaching_granted_years_ago: int | None = None  # calendar years, ahead too; none: never


class Step(NamedTuple):
    """One condition: which rule, whether it holds, on which fact and value, by which parameter."""

    rule: str
    holds: bool
    fact: str
    value: Any
    parameter: str
    ground: str


class GrantOf(NamedTuple):
    """One sum of credit and what it is for; `years_valid` calendar years, none: it stays."""

    kind: str
    categories: tuple[str, ...]
    cents: int
    earmarked: bool
    years_valid: int | None


class Result(NamedTuple):
    outcome: str
    priority: int
    groups: tuple[str, ...]
    grants: tuple[GrantOf, ...]
    steps: tuple[Step, ...]

    @property
    def cents(self) -> int:
        """All sums together."""
        return sum(grant.cents for grant in self.grants)


class Condition(NamedTuple):
    """One rule: its name, the fact it reads, the parameter it uses, the test, and that in words."""

    rule: str
    fact: str
    parameter: str
    test: Callable[[Parameters, Any], bool]
    words: str


# The conditions, in the order of the trace. A fact that is not known (None) never fulfils one.
ADULT = Condition(
    "adult",
    "age_months",
    "age_min_years",
    lambda p, months: months >= p.age_min_years * 12,
    "The age on the day is at least {value} years.",
)
BELOW_AOW_AGE = Condition(
    "below_aow_age",
    "months_to_aow",
    "aow_age_is_the_limit",
    lambda p, months: months > 0 or not p.aow_age_is_the_limit,
    "The AOW age lies after the day of the decision. Limit set: {value}.",
)
RESIDENT = Condition(
    "resident",
    "resident",
    "residence_is_required",
    lambda p, resident: resident is True or not p.residence_is_required,
    "It is known that the person lives in the Netherlands. Required: {value}.",
)
FIRST_THIS_YEAR = Condition(
    "first_this_year",
    "already_granted",
    "grants_a_year",
    lambda p, granted: not granted,
    "This scheme granted less than {value} top-up in the calendar year of the decision.",
)
FLEXIBLE_WORK = Condition(
    "flexible_work",
    "contract",
    "flex_contracts",
    lambda p, work: work in p.flex_contracts,
    "The work is one of {value}.",
)
SOLE_PARENT = Condition(
    "sole_parent",
    "household",
    "sole_parent_households",
    lambda p, household: household in p.sole_parent_households,
    "The household is one of {value}.",
)
EQUAL_TERMS = Condition(
    "equal_terms",
    "sex",
    "lone_fathers_on_equal_terms",
    lambda p, sex: p.lone_fathers_on_equal_terms or sex == "female",
    "Equal terms for lone fathers: {value}. When false, the sex must be female; only then is it asked.",
)
CARES_FOR_CHILD = Condition(
    "cares_for_child",
    "household",
    "carer_households",
    lambda p, household: household in p.carer_households,
    "The household is one of {value}.",
)
WITHOUT_WORK = Condition(
    "without_work",
    "contract",
    "carer_contracts",
    lambda p, work: work in p.carer_contracts,
    "The work is one of {value}.",
)
WITHOUT_BENEFIT = Condition(
    "without_benefit",
    "benefit",
    "carer_benefits",
    lambda p, benefit: benefit in p.carer_benefits,
    "The benefit is one of {value}.",
)
PERMANENT_JOB = Condition(
    "permanent_job",
    "contract",
    "low_skilled_contracts",
    lambda p, work: work in p.low_skilled_contracts,
    "The work is one of {value}.",
)
MBO_OR_BELOW = Condition(
    "mbo_or_below",
    "education",
    "low_skilled_education",
    lambda p, education: education in p.low_skilled_education,
    "The highest education is one of {value}.",
)
LONG_AT_WORK = Condition(
    "long_at_work",
    "working_years",
    "low_skilled_years_min",
    lambda p, years: years is not None and years >= p.low_skilled_years_min,
    "The complete years of work are known and at least {value}.",
)
HIGHER_AMOUNT = Condition(
    "higher_amount",
    "priority",
    "priority_amount_classes",
    lambda p, priority: priority in p.priority_amount_classes,
    "The class is one of {value}: the higher amount and cap hold.",
)
COACHING_CLASS = Condition(
    "coaching_class",
    "priority",
    "coaching_classes",
    lambda p, priority: priority in p.coaching_classes,
    "The class is one of {value}.",
)
COACHING_DUE = Condition(
    "coaching_due",
    "coaching_granted_years_ago",
    "coaching_every_years",
    lambda p, years: years is None or years >= p.coaching_every_years,
    "Other credit for a coach or EVC was granted {value} or more calendar years away, or never.",
)
CHILDCARE_GROUP = Condition(
    "childcare_group",
    "groups",
    "childcare_groups",
    lambda p, groups: not p.childcare_groups.isdisjoint(groups),
    "The person belongs to one of {value}.",
)
CIRCUMSTANCES = (
    FLEXIBLE_WORK, SOLE_PARENT, EQUAL_TERMS, CARES_FOR_CHILD, WITHOUT_WORK, WITHOUT_BENEFIT,
    PERMANENT_JOB, MBO_OR_BELOW, LONG_AT_WORK,
)  # fmt: skip
CONDITIONS = (
    ADULT, BELOW_AOW_AGE, RESIDENT, FIRST_THIS_YEAR, *CIRCUMSTANCES,
    HIGHER_AMOUNT, COACHING_CLASS, CHILDCARE_GROUP, COACHING_DUE,
)  # fmt: skip
BELOW_CAP = "The free credit without earmark is below the cap of the class: {value}."
ELIGIBLE = ("adult", "below_aow_age", "resident", "first_this_year", "below_cap")


GROUP_RULES = {  # all of these together make someone belong to the group
    FLEX_WORKER: ("flexible_work",),
    SINGLE_MOTHER: ("sole_parent", "equal_terms"),
    CARER: ("cares_for_child", "without_work", "without_benefit"),
    LOW_SKILLED: ("permanent_job", "mbo_or_below", "long_at_work"),
}


def priority_of(groups: tuple[str, ...]) -> int:
    """1 flex worker and single mother; 2 either; 3 the other two groups; 4 everyone else."""
    first = (FLEX_WORKER in groups) + (SINGLE_MOTHER in groups)
    if first:
        return 3 - first
    return 3 if groups else 4


def grant_of(kind: str, cents: int, *, parameters: Parameters) -> GrantOf:
    """A sum of this kind, with what it may be spent on and for how long."""
    if kind == "general":
        return GrantOf(kind, parameters.general_categories, cents, False, None)
    if kind == "coaching_evc":
        years = parameters.coaching_every_years
        return GrantOf(kind, parameters.coaching_categories, cents, True, years)
    years = parameters.childcare_years_valid
    return GrantOf("childcare_travel", parameters.childcare_categories, cents, True, years)


def last_day(years_valid: int | None, *, on: date) -> date | None:
    """Credit granted for so many calendar years can be used to the end of the last of them."""
    return None if years_valid is None else date(on.year + years_valid - 1, 12, 31)


class _Steps(dict[Any, Step]):
    """The steps of one condition under one policy, made once per value."""

    def __init__(self, condition: Condition, parameters: Parameters) -> None:
        self.condition = condition
        self.parameters = parameters

    def __missing__(self, value: Any) -> Step:
        rule, fact, parameter, test, _ = self.condition
        ground = self.parameters.grounds.get(parameter, "")
        step = self[value] = Step(
            rule, bool(test(self.parameters, value)), fact, value, parameter, ground
        )
        return step


class _Readings(dict[Any, tuple[Any, ...]]):
    """What one circumstance says: its steps, after a number with a bit for each that holds."""

    def __init__(self, *steps: _Steps) -> None:
        self.steps = steps

    def __missing__(self, value: Any) -> tuple[Any, ...]:
        steps = [kept[value] for kept in self.steps]
        bits = sum(_BITS[step.rule] for step in steps if step.holds)
        reading = self[value] = (bits, *steps)
        return reading


_BITS = {condition.rule: 1 << number for number, condition in enumerate(CIRCUMSTANCES)}


class _Consequence(NamedTuple):
    """What follows from someone's circumstances alone."""

    groups: tuple[str, ...]
    priority: int
    higher: Step
    coaching: Step
    childcare: Step
    cap_cents: int
    cap_parameter: str
    cap_ground: str
    with_coaching: tuple[GrantOf, ...]  # the whole amount first
    without_coaching: tuple[GrantOf, ...]


class _Consequences(dict[int, _Consequence]):
    """The consequence of each set of circumstances, made once per policy and set."""

    def __init__(self, steps: dict[str, _Steps], parameters: Parameters) -> None:
        self.steps = steps
        self.parameters = parameters

    def __missing__(self, bits: int) -> _Consequence:
        parameters = self.parameters
        groups = tuple(
            group
            for group, rules in GROUP_RULES.items()
            if all(bits & _BITS[rule] for rule in rules)
        )
        priority = priority_of(groups)
        higher = self.steps["higher_amount"][priority]
        coaching = self.steps["coaching_class"][priority]
        childcare = self.steps["childcare_group"][groups]
        size = "priority" if higher.holds else "general"
        sums = {
            "general": getattr(parameters, f"amount_{size}_cents"),
            "coaching_evc": parameters.coaching_cents if coaching.holds else 0,
            "childcare_travel": parameters.childcare_cents if childcare.holds else 0,
        }
        grants = [
            grant_of(kind, cents, parameters=parameters) for kind, cents in sums.items() if cents
        ]
        cap = f"cap_{size}_cents"
        consequence = self[bits] = _Consequence(
            groups,
            priority,
            higher,
            coaching,
            childcare,
            getattr(parameters, cap),
            cap,
            parameters.grounds.get(cap, ""),
            tuple(grants),
            tuple(grant for grant in grants if grant.kind != "coaching_evc"),
        )
        return consequence


class _Rulebook:
    """The conditions of one policy with everything that is kept."""

    def __init__(self, parameters: Parameters) -> None:
        steps = {c.rule: _Steps(c, parameters) for c in CONDITIONS}
        self.adult = steps["adult"]
        self.below_aow_age = steps["below_aow_age"]
        self.resident = steps["resident"]
        self.first_this_year = steps["first_this_year"]
        self.coaching_due = steps["coaching_due"]
        self.contract = _Readings(
            steps["flexible_work"], steps["without_work"], steps["permanent_job"]
        )
        self.household = _Readings(steps["sole_parent"], steps["cares_for_child"])
        self.sex = _Readings(steps["equal_terms"])
        self.benefit = _Readings(steps["without_benefit"])
        self.education = _Readings(steps["mbo_or_below"])
        self.working_years = _Readings(steps["long_at_work"])
        self.consequences = _Consequences(steps, parameters)


def _rulebook(parameters: Parameters) -> _Rulebook:
    book = parameters.memo["rules"] = _Rulebook(parameters)
    return book


_new = tuple.__new__  # a named tuple without the detour through its constructor


def decide(facts: Facts, parameters: Parameters) -> Result:
    """Whether someone gets a top-up, how much, for what, and every step that led there."""
    (
        age_months, aow_months, contract, household, benefit, education, working_years, resident,
        sex, already_granted, balance_cents, coaching_ago,
    ) = facts  # fmt: skip
    book: _Rulebook = parameters.memo.get("rules") or _rulebook(parameters)

    work, flexible, no_work, permanent = book.contract[contract]
    home, sole_parent, cares = book.household[household]
    terms, equal_terms = book.sex[sex]
    support, no_benefit = book.benefit[benefit]
    school, mbo_or_below = book.education[education]
    years, long_at_work = book.working_years[working_years]
    (
        groups, priority, higher, coaching, childcare, cap, cap_parameter, cap_ground,
        with_coaching, without_coaching,
    ) = book.consequences[work | home | terms | support | school | years]  # fmt: skip

    adult = book.adult[age_months]
    below_aow = book.below_aow_age[aow_months - age_months]
    in_country = book.resident[resident]
    first = book.first_this_year[already_granted]
    room = cap - balance_cents
    below_cap = _new(
        Step, ("below_cap", room > 0, "balance_cents", balance_cents, cap_parameter, cap_ground)
    )
    coaching_due = book.coaching_due[coaching_ago]
    trace = (
        adult, below_aow, in_country, first, flexible, sole_parent, equal_terms, cares, no_work,
        no_benefit, permanent, mbo_or_below, long_at_work, higher, coaching, childcare, below_cap,
        coaching_due,
    )  # fmt: skip
    if not (room > 0 and adult.holds and below_aow.holds and in_country.holds and first.holds):
        return _new(Result, (REFUSED, priority, groups, (), trace))

    grants = with_coaching if coaching_due.holds else without_coaching
    if room < grants[0].cents:
        grants = (grants[0]._replace(cents=room), *grants[1:])
    return _new(Result, (GRANTED, priority, groups, grants, trace))
