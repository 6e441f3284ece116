"""What a policy can set: each key with its type, its words and its typed place in the rules.

Values are data, structure is code: a policy version is a set of these values, each with its legal
ground; `rules.py` is what is done with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ontwikkelrekening.citizens.vocabulary import Benefit, Contract, Education, Household
from providers.models import Category

Terms = Mapping[str, int]  # {"start": 50, "completion": 50}, or {"session": 100}


class UnusableParameter(ValueError):
    """A parameter that is missing, unknown, without a ground or of the wrong kind."""

    def __init__(self, key: str, problem: str) -> None:
        super().__init__(f"{key}: {problem}")
        self.key = key
        self.problem = problem


@dataclass(frozen=True)
class Parameters:
    """The values of one policy version, typed, with their legal grounds."""

    age_min_years: int
    aow_age_is_the_limit: bool
    residence_is_required: bool
    grants_a_year: int
    flex_contracts: frozenset[str]
    sole_parent_households: frozenset[str]
    lone_fathers_on_equal_terms: bool
    carer_households: frozenset[str]
    carer_contracts: frozenset[str]
    carer_benefits: frozenset[str]
    low_skilled_contracts: frozenset[str]
    low_skilled_education: frozenset[str]
    low_skilled_years_min: int
    amount_general_cents: int
    cap_general_cents: int
    amount_priority_cents: int
    cap_priority_cents: int
    priority_amount_classes: frozenset[int]
    general_categories: tuple[str, ...]
    coaching_cents: int
    coaching_every_years: int
    coaching_classes: frozenset[int]
    coaching_categories: tuple[str, ...]
    childcare_cents: int
    childcare_years_valid: int
    childcare_groups: frozenset[str]
    childcare_categories: tuple[str, ...]
    course_cap_cents: int
    attendance_min_percent: int
    terms_course: Terms
    terms_module: Terms
    terms_coaching: Terms
    terms_evc: Terms
    terms_exam: Terms
    terms_childcare: Terms
    terms_travel: Terms
    terms_materials: Terms
    grounds: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    reasons: Mapping[str, str] = field(default_factory=dict, compare=False, repr=False)
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)  # see rules.py


Check = Callable[[str, object], Any]


def _whole(low: int, high: int) -> Check:
    def check(key: str, value: object) -> int:
        if type(value) is not int or not low <= value <= high:
            raise UnusableParameter(
                key,
                gettext("must be a whole number from %(low)s to %(high)s")
                % {"low": low, "high": high},
            )
        return value

    return check


def _yes_or_no(key: str, value: object) -> bool:
    if type(value) is not bool:
        raise UnusableParameter(key, gettext("must be true or false"))
    return value


def _some_of(words: Iterable[str | int], shape: type = frozenset) -> Check:
    known = list(words)

    def check(key: str, value: object) -> Any:
        if not isinstance(value, list) or not value or any(item not in known for item in value):
            raise UnusableParameter(
                key,
                gettext("must be a list of some of %(words)s")
                % {"words": ", ".join(map(str, known))},
            )
        if len(set(value)) != len(value):
            raise UnusableParameter(key, gettext("names something twice"))
        return shape(value)

    return check


_TERMS_EXAMPLE = '{"start": 50, "completion": 50}'


def _terms(key: str, value: object) -> Terms:
    if not isinstance(value, dict) or not value:
        raise UnusableParameter(
            key, gettext("must be like %(example)s") % {"example": _TERMS_EXAMPLE}
        )
    if set(value) - {"start", "completion"} and set(value) != {"session"}:
        raise UnusableParameter(key, gettext("can be paid at start and completion, or per session"))
    if any(type(part) is not int or part < 1 for part in value.values()):
        raise UnusableParameter(key, gettext("must have whole percentages of 1 or more"))
    if sum(value.values()) != 100:
        raise UnusableParameter(key, gettext("must add up to 100 percent"))
    return value


@dataclass(frozen=True)
class Kind:
    """What kind of value a key takes, and what the key means to a reader."""

    check: Check
    label: str | Promise
    unit: str = ""


FLEX_WORKER = "flex_worker"
SINGLE_MOTHER = "single_mother"
CARER = "carer_without_income"
LOW_SKILLED = "low_skilled_permanent"
GROUPS = (FLEX_WORKER, SINGLE_MOTHER, CARER, LOW_SKILLED)
CLASSES = (1, 2, 3, 4)

_CENTS = _whole(1, 10_000_000)
YEARS_VALID_MAX = 120  # calendar years: longer than a life
_YEARS = _whole(1, YEARS_VALID_MAX)
KINDS: dict[str, Kind] = {
    "age_min_years": Kind(_whole(16, 67), _("Youngest age"), "years"),
    "aow_age_is_the_limit": Kind(_yes_or_no, _("The right ends at AOW age")),
    "residence_is_required": Kind(_yes_or_no, _("Only for residents of the Netherlands")),
    "grants_a_year": Kind(_whole(1, 1), _("Top-ups a calendar year")),
    "flex_contracts": Kind(_some_of(Contract.values), _("Flex worker: kinds of work")),
    "sole_parent_households": Kind(
        _some_of(Household.values), _("Single mother: kinds of household")
    ),
    "lone_fathers_on_equal_terms": Kind(_yes_or_no, _("Lone fathers come in on equal terms")),
    "carer_households": Kind(
        _some_of(Household.values), _("Carer without work or benefit: kinds of household")
    ),
    "carer_contracts": Kind(
        _some_of(Contract.values), _("Carer without work or benefit: kinds of work")
    ),
    "carer_benefits": Kind(_some_of(Benefit.values), _("Carer without work or benefit: benefits")),
    "low_skilled_contracts": Kind(
        _some_of(Contract.values), _("Low-skilled in a permanent job: kinds of work")
    ),
    "low_skilled_education": Kind(
        _some_of(Education.values), _("Low-skilled in a permanent job: highest education")
    ),
    "low_skilled_years_min": Kind(
        _whole(0, 60), _("Low-skilled in a permanent job: years of work, at least"), "years"
    ),
    "amount_general_cents": Kind(_CENTS, _("Amount a year"), "cents"),
    "cap_general_cents": Kind(_CENTS, _("Highest balance"), "cents"),
    "amount_priority_cents": Kind(_CENTS, _("Amount a year, higher"), "cents"),
    "cap_priority_cents": Kind(_CENTS, _("Highest balance, higher"), "cents"),
    "priority_amount_classes": Kind(
        _some_of(CLASSES), _("Priority classes with the higher amount")
    ),
    "general_categories": Kind(_some_of(Category.values, tuple), _("Credit may be spent on")),
    "coaching_cents": Kind(_CENTS, _("Credit for a coach or EVC"), "cents"),
    "coaching_every_years": Kind(_YEARS, _("Credit for a coach or EVC: once in"), "years"),
    "coaching_classes": Kind(_some_of(CLASSES), _("Credit for a coach or EVC: priority classes")),
    "coaching_categories": Kind(
        _some_of(Category.values, tuple), _("Credit for a coach or EVC: may be spent on")
    ),
    "childcare_cents": Kind(_CENTS, _("Credit for childcare and travel"), "cents"),
    "childcare_years_valid": Kind(
        _YEARS, _("Credit for childcare and travel: calendar years it can be used"), "years"
    ),
    "childcare_groups": Kind(_some_of(GROUPS), _("Credit for childcare and travel: groups")),
    "childcare_categories": Kind(
        _some_of(Category.values, tuple), _("Credit for childcare and travel: may be spent on")
    ),
    "course_cap_cents": Kind(_CENTS, _("Most that is paid for one course"), "cents"),
    "attendance_min_percent": Kind(
        _whole(1, 100), _("Attendance that counts as completion"), "percent"
    ),
    "terms_course": Kind(_terms, _("Course is paid"), "percent"),
    "terms_module": Kind(_terms, _("Module is paid"), "percent"),
    "terms_coaching": Kind(_terms, _("Coach is paid"), "percent"),
    "terms_evc": Kind(_terms, _("EVC is paid"), "percent"),
    "terms_exam": Kind(_terms, _("Exam is paid"), "percent"),
    "terms_childcare": Kind(_terms, _("Childcare is paid"), "percent"),
    "terms_travel": Kind(_terms, _("Travel is paid"), "percent"),
    "terms_materials": Kind(_terms, _("Materials are paid"), "percent"),
}


def parameters_from(
    values: Mapping[str, object], *, grounds: Mapping[str, str], reasons: Mapping[str, str]
) -> Parameters:
    """Typed parameters; raises UnusableParameter for the first one that is wrong."""
    problems = check_parameters(values, grounds=grounds)
    if problems:
        raise problems[0]
    return Parameters(
        **{key: kind.check(key, values[key]) for key, kind in KINDS.items()},
        grounds=dict(grounds),
        reasons=dict(reasons),
    )


def check_parameters(
    values: Mapping[str, object], *, grounds: Mapping[str, str]
) -> list[UnusableParameter]:
    """Everything that is wrong with a policy's values; nothing when it can be proposed."""
    problems = [UnusableParameter(key, gettext("is unknown")) for key in values if key not in KINDS]
    for key, kind in KINDS.items():
        if key not in values:
            problems.append(UnusableParameter(key, gettext("is missing")))
            continue
        if not grounds.get(key, "").strip():
            problems.append(UnusableParameter(key, gettext("has no legal ground")))
        try:
            kind.check(key, values[key])
        except UnusableParameter as problem:
            problems.append(problem)
    return problems or _check_together(values)


def _check_together(values: Mapping[str, Any]) -> list[UnusableParameter]:
    return [
        UnusableParameter(f"amount_{size}_cents", gettext("is higher than the highest balance"))
        for size in ("general", "priority")
        if values[f"amount_{size}_cents"] > values[f"cap_{size}_cents"]
    ]
