"""The rules written out for a policy officer and a lawyer: docs/rules.md, made from the code itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.translation import override

from ontwikkelrekening.citizens.ageing import AOW_AGES
from ontwikkelrekening.eligibility.clocks import (
    ANSWER,
    ANSWER_EXTENSION,
    ANSWER_WITH_COMMITTEE,
    APPEAL,
    DECIDE,
    OBJECT,
    WEEK,
)
from ontwikkelrekening.eligibility.facts import SOURCES_BEST_FIRST
from ontwikkelrekening.eligibility.parameters import CLASSES, KINDS, Parameters
from ontwikkelrekening.eligibility.rules import (
    BELOW_CAP,
    CONDITIONS,
    ELIGIBLE,
    GROUP_RULES,
    priority_of,
)
from ontwikkelrekening.eligibility.wording import CATEGORIES, GROUPS, euros
from providers.free_days import EQUAL_TO_HOLIDAYS

_BY_RULE = {condition.rule: condition for condition in CONDITIONS}


def describe(parameters: Parameters, *, title: str) -> str:
    """The whole of a policy in Markdown, line by line against its parameters."""
    with override("en"):
        return "\n".join(_lines(parameters, title=title)) + "\n"


def _lines(parameters: Parameters, *, title: str) -> Iterator[str]:
    yield from (
        f"# {title}",
        "",
        "Made by `manage.py describe_rules` from the code and the example policy; a test fails when"
        " it is out of date. Each line is one step of a decision's trace. Worked cases:"
        " [worked-cases.md](worked-cases.md).",
        "",
        "## 1. Who can get a top-up",
        "",
        "All of these must hold.",
        "",
        *_conditions(ELIGIBLE, parameters),
        "",
        "## 2. Groups",
        "",
        "Someone belongs to a group when all its lines hold. Nothing unknown ever counts.",
    )
    for group, rules in GROUP_RULES.items():
        yield from ("", f"### `{group}`: {GROUPS[group]}", "", *_conditions(rules, parameters))
    yield from (
        "",
        "## 3. Priority",
        "",
        "| class | groups |",
        "|---|---|",
        *(f"| {number} | {_groups_of(number)} |" for number in CLASSES),
        "",
        "## 4. How much",
        "",
        *_conditions(("higher_amount", "coaching_class", "coaching_due", "childcare_group"),
                     parameters),
        "",
        *_sums(parameters),
        "",
        "## 5. How a provider is paid",
        "",
        "Stamped on an enrolment when the citizen agrees; the parts add up to the cent. Never more"
        " than the price, the credit or the cap of a course,"
        f" {value_in_words('course_cap_cents', parameters)} ({parameters.grounds['course_cap_cents']}).",
        "",
        "| for | paid | ground |",
        "|---|---|---|",
        *_terms(parameters),
        "",
        "Credit outlives its scheme: what is left at the end can be used until its own last day, on the"
        " terms of the version that held last. Nobody gets new credit.",
        "",
        "Completion is a certificate, attendance of at least"
        f" {parameters.attendance_min_percent}%, or an exam taken: any one of them"
        f" ({parameters.grounds['attendance_min_percent']}).",
        "",
        "A person looks at more than one session a day, and at a completion that is claimed before that"
        " share of the days to the last week of the term has passed, whatever shows it.",
        "",
        "Childcare and travel start on a day when a course of the same person runs. They are paid when the"
        " code of that course is handed in; until then, or when it lapsed, a person looks. A course that"
        " is cancelled takes them with it, unless another one runs on their first day.",
        "",
        "## 6. Which fact counts",
        "",
        "Of facts about the same thing that hold on the day: never one whose evidence was rejected,"
        " nor a statement that the citizen replaced by a later one, even when that has ended since;"
        " then the one that began last; then the better source"
        f" ({', '.join(source.value for source in SOURCES_BEST_FIRST)}); then the one recorded last."
        " An own statement holds until it is checked.",
        "",
        "Age counts in complete months; a day that a month does not have (29 February, the 31st)"
        " comes on the first of the next month.",
        "",
        "## 7. AOW age (AOW art. 7a)",
        "",
        "| born from | AOW age |",
        "|---|---|",
        *(
            f"| {born_from if number else 'before'} | {months // 12} years, {months % 12} months |"
            for number, (born_from, months) in enumerate(AOW_AGES)
        ),
        "",
        "## 8. Terms and days",
        "",
        *_clocks(),
        "",
        "A policy does not work backwards. A version starts on the day of its approval or later, and"
        " after the last day that was decided on; a decision is taken under the version that holds"
        " on its day. Until it begins, an approved version gives way to one that is approved for its first"
        " day or before. The database refuses anything else.",
        "",
        "## 9. Every parameter",
        "",
        "| key | meaning | value | ground | reason |",
        "|---|---|---|---|---|",
        *(
            f"| `{key}` | {kind.label} | {value_in_words(key, parameters)}"
            f" | {parameters.grounds[key]} | {parameters.reasons.get(key, '')} |"
            for key, kind in KINDS.items()
        ),
    )  # fmt: skip


def _clocks() -> Iterator[str]:
    yield "| term | weeks | ground |"
    yield "|---|---|---|"
    for name, term, ground in (
        ("to decide", DECIDE, "Awb 4:13"),
        ("to object", OBJECT, "Awb 6:7"),
        ("to answer an objection", ANSWER, "Awb 7:10 lid 1"),
        ("the same with a committee", ANSWER_WITH_COMMITTEE, "Awb 7:10 lid 1"),
        ("to answer later, once", ANSWER_EXTENSION, "Awb 7:10 lid 3"),
        ("to appeal to the district court", APPEAL, "Awb 6:7, 7:1 en 8:1"),
    ):
        yield f"| {name} | {term // WEEK} | {ground} |"
    equal = ", ".join(day.isoformat() for day in sorted(EQUAL_TO_HOLIDAYS))
    yield ""
    yield (
        "A term that ends on a Saturday, a Sunday or a holiday ends on the next working day"
        " (Algemene termijnenwet art. 1). Holidays are New Year's Day, Good Friday, Easter Monday,"
        " King's Day, 5 May, Ascension Day, Whit Monday, both days of Christmas (art. 3 lid 1 en 2)"
        f" and the days that a royal decree makes equal to one (art. 3 lid 3): {equal}."
    )


def _conditions(rules: Iterable[str], parameters: Parameters) -> Iterator[str]:
    yield "| step | fact | condition | parameter | ground |"
    yield "|---|---|---|---|---|"
    for rule in rules:
        if rule == "below_cap":
            cap = " / ".join(
                value_in_words(f"cap_{size}_cents", parameters) for size in ("general", "priority")
            )
            yield (
                f"| `below_cap` | `balance_cents` | {BELOW_CAP.format(value=cap)}"
                " | `cap_general_cents`, `cap_priority_cents`"
                f" | {parameters.grounds['cap_general_cents']} |"
            )
            continue
        _, fact, key, _, words = _BY_RULE[rule]
        said = words.format(value=value_in_words(key, parameters))
        yield f"| `{rule}` | `{fact}` | {said} | `{key}` | {parameters.grounds[key]} |"


def _groups_of(number: int) -> str:
    """The combinations of groups that lead to a class, as the code ranks them."""
    alone = [group for group in GROUP_RULES if priority_of((group,)) == number]
    both = ("flex_worker", "single_mother")
    if priority_of(both) == number:
        return " and ".join(f"`{group}`" for group in both)
    return " or ".join(f"`{group}`" for group in alone) or "everyone else"


def _sums(parameters: Parameters) -> Iterator[str]:
    def words(key: str) -> str:
        return value_in_words(key, parameters)

    yield "| sum | amount | for | lasts |"
    yield "|---|---|---|---|"
    general = words("general_categories")
    yield (
        f"| general | {words('amount_general_cents')}, or {words('amount_priority_cents')} with"
        f" `higher_amount`; less where the cap would be passed | {general} | stays |"
    )
    yield (
        f"| coach or EVC, with `coaching_class` and `coaching_due` | {words('coaching_cents')}"
        f" | {words('coaching_categories')}"
        f" | {parameters.coaching_every_years} calendar years, the first included |"
    )
    yield (
        f"| childcare and travel, with `childcare_group` | {words('childcare_cents')}"
        f" | {words('childcare_categories')}"
        f" | {parameters.childcare_years_valid} calendar year, the first included |"
    )


def _terms(parameters: Parameters) -> Iterator[str]:
    for category, name in CATEGORIES.items():
        key = f"terms_{category}"
        parts = getattr(parameters, key)
        if "session" in parts:
            paid = "an equal part after each session"
        else:
            paid = ", ".join(f"{share}% after the {when}" for when, share in parts.items())
        yield f"| {name} | {paid} | {parameters.grounds[key]} |"


def value_in_words(key: str, parameters: Parameters) -> str:
    """A parameter's value as a person reads it."""
    value = getattr(parameters, key)
    if key.endswith("_cents"):
        return euros(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return ", ".join(str(item) for item in sorted(value))
    if isinstance(value, tuple):
        return ", ".join(value)
    if isinstance(value, dict):
        return ", ".join(f"{when} {share}%" for when, share in value.items())
    return str(value)
