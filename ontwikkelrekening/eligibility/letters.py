"""The letter of a decision: the answer first, then why, the sum, what would change it, the law last."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from ontwikkelrekening.citizens.writing import read
from ontwikkelrekening.eligibility import wording
from ontwikkelrekening.eligibility.models import Decision, Deviation, Outcome
from ontwikkelrekening.eligibility.parameters import (
    CARER,
    FLEX_WORKER,
    LOW_SKILLED,
    SINGLE_MOTHER,
    Parameters,
)
from ontwikkelrekening.eligibility.reading import counts_from, facts_of, parameters_of
from ontwikkelrekening.eligibility.remedies import what_you_can_do
from ontwikkelrekening.eligibility.replacing import more_granted
from ontwikkelrekening.eligibility.rules import (
    ELIGIBLE,
    GROUP_RULES,
    Facts,
    GrantOf,
    Result,
    Step,
    decide,
    last_day,
)
from ontwikkelrekening.eligibility.wording import Text

HARDSHIP_GROUND = "Voorbeeldregeling art. 9 (hardheidsclausule); Awb 3:4 lid 2 en 4:84"


Granted = Counter[tuple[str, date | None]]  # cents by kind and last day


@dataclass(frozen=True, slots=True)
class Letter:
    """A decision in words; every list is in the order it is read."""

    title: str
    answer: str
    facts: list[tuple[str, str]]
    reasons: list[str]
    sum: list[str]
    what_would_change: list[str]
    what_you_can_do: list[str]
    grounds: list[str]


def letter(
    decision: Decision,
    *,
    language: str,
    on: date,
    parameters: Parameters | None = None,
    motive: str = "",
    objected_on: date | None = None,
    answered_on: date | None = None,
) -> Letter:
    """The decision as its citizen reads it on a day, in Dutch ("nl") or English ("en").

    Raises NoIdentity for someone erased.

    `motive` is why a person deviated from the rules (`motive_of`), for the eyes of the citizen only.
    `objected_on` is since when an objection is open; `answered_on` when one was answered
    (`objection_answered_on`): the court comes after it.
    """
    parameters = parameters or parameters_of(decision.policy)
    facts = facts_of(decision)
    result = decide(facts, parameters)
    deviation = _deviation(decision)
    with override(language):
        why = reasons(facts, result, parameters)
        return Letter(
            title=_title(decision),
            answer=_answer(decision),
            facts=[
                (_("As it was on"), wording.long_date(decision.decided_on)),
                *facts_in_words(facts),
            ],
            reasons=_hardship(result, motive) + why if deviation else why,
            sum=_lines(_granted(decision, parameters))
            if deviation
            else sums(_granted(decision, parameters), result, parameters),
            what_would_change=[] if deviation else what_would_change(facts, result, parameters),
            what_you_can_do=[
                *what_you_can_do(decision, objected_on=objected_on, answered_on=answered_on, on=on),
                _("Do you need help? Call {number}.").format(number=wording.TELEPHONE),
            ],
            grounds=[HARDSHIP_GROUND, *grounds(result)] if deviation else grounds(result),
        )


def motive_of(decision: Decision) -> str:
    """Why two people deviated from the rules, in their words; empty where nobody did."""
    deviation = _deviation(decision)
    return read(deviation.reason) if deviation else ""


def _deviation(decision: Decision) -> Deviation | None:
    if decision.replaces_id is None:
        return None
    return Deviation.objects.filter(result=decision).first()


def counted(grants: Iterable[GrantOf], *, on: date) -> Granted:
    """Sums that count from a day."""
    return Counter({(kind, last_day(years, on=on)): cents for kind, _, cents, _, years in grants})


def _granted(decision: Decision, parameters: Parameters) -> Granted:
    """What an earlier decision gave keeps its own last day; only what is more counts from later."""
    before = _granted(decision.replaces, parameters) if decision.replaces else Counter()
    more = more_granted(decision, parameters=parameters)
    return before + counted(more, on=counts_from(decision))


def _hardship(result: Result, motive: str) -> list[str]:
    """Why the sums are other ones than the rules say."""
    by_the_rules = (
        _("By the rules you would get {amount}.").format(amount=wording.euros(result.cents))
        if result.cents
        else _("By the rules you would get no credit this year.")
    )
    two_people = _("That would weigh too hard on you. Two of our staff decided otherwise.")
    return [by_the_rules, two_people, *([motive] if motive else [])]


def _title(decision: Decision) -> str:
    return _("Your learning credit for {year}").format(year=decision.decided_on.year)


def _answer(decision: Decision) -> str:
    if decision.outcome == Outcome.GRANTED:
        return _("You get {amount} to learn with.").format(amount=wording.euros(decision.amount))
    if not decision.confirmed_by:
        return _(
            "By the rules you get no credit now. A member of our staff looks at it first."
            " After that you get our decision."
        )
    return _("You get no credit now.")


_IF_KNOWN = ("sex", "coaching_granted_years_ago")  # what was not asked, or never was


def facts_in_words(facts: Facts) -> list[tuple[str, str]]:
    """Every fact that was used, known or not, as name and value."""
    return [
        (str(name), wording.value_of(fact, getattr(facts, fact)))
        for fact, name in wording.FACTS.items()
        if not (fact in _IF_KNOWN and getattr(facts, fact) is None)
    ]


def reasons(facts: Facts, result: Result, parameters: Parameters) -> list[str]:
    """Why: first what decided. A refusal names what is not met; a grant also the groups."""
    if result.outcome != Outcome.GRANTED:
        return [_eligible(step.rule, result, parameters) for step in _unmet(result)]
    return [
        *(_eligible(rule, result, parameters) for rule in ELIGIBLE),
        *_groups(facts, result),
        _class(result),
    ]


def _unmet(result: Result) -> list[Step]:
    return [step for step in result.steps if step.rule in ELIGIBLE and not step.holds]


def _eligible(rule: str, result: Result, parameters: Parameters) -> str:
    step = next(step for step in result.steps if step.rule == rule)
    sentences = wording.ELIGIBLE[rule]
    limit = getattr(parameters, step.parameter)
    return str(sentences.holds if step.holds else sentences.fails).format(
        value=wording.value_of(step.fact, step.value),
        limit=wording.euros(limit) if step.parameter.endswith("_cents") else limit,
    )


def _groups(facts: Facts, result: Result) -> list[str]:
    if not result.groups:
        return [_("You are in none of the groups that come first.")]
    return [
        _("You told us, or a register says: {facts}. So you belong to: {group}.").format(
            facts=_facts_of_group(group, facts), group=wording.GROUPS[group]
        )
        for group in result.groups
    ]


_GROUP_FACTS = {
    FLEX_WORKER: ("contract",),
    SINGLE_MOTHER: ("household",),
    CARER: ("household", "contract", "benefit"),
    LOW_SKILLED: ("contract", "education", "working_years"),
}
_SUM_RULES = {
    "general": ("higher_amount",),
    "coaching_evc": ("coaching_class", "coaching_due"),
    "childcare_travel": ("childcare_group",),
}


def _facts_of_group(group: str, facts: Facts) -> str:
    return ", ".join(wording.value_of(fact, getattr(facts, fact)) for fact in _GROUP_FACTS[group])


def _class(result: Result) -> str:
    return _("That puts you in group {number} of 4. Group 1 comes first.").format(
        number=result.priority
    )


def sums(granted: Granted, result: Result, parameters: Parameters) -> list[str]:
    """How the amount came about, one line a sum, and the total."""
    if not result.grants:
        return []
    lines = _lines(granted)
    higher = result.priority in parameters.priority_amount_classes
    size = "priority" if higher else "general"
    usual: int = getattr(parameters, f"amount_{size}_cents")
    if result.grants[0].cents < usual:
        lines.insert(
            1,
            _("The amount is {usual} a year, but your free credit stays at {cap} at most.").format(
                usual=wording.euros(usual),
                cap=wording.euros(getattr(parameters, f"cap_{size}_cents")),
            ),
        )
    return lines


def _lines(granted: Granted) -> list[str]:
    """One line a sum, kind by kind, and the total where there are more."""
    kinds = list(wording.KINDS)
    in_order = sorted(granted.items(), key=lambda each: kinds.index(each[0][0]))
    lines = [_line(kind, cents, until) for (kind, until), cents in in_order]
    if len(lines) > 1:
        lines.append(_("Together {amount}.").format(amount=wording.euros(granted.total())))
    return lines


def _line(kind: str, cents: int, until: date | None) -> str:
    if until is None:
        return _("{amount} {purpose}. It stays on your account.").format(
            amount=wording.euros(cents), purpose=wording.KINDS[kind]
        )
    return _("{amount} {purpose}, until {day}.").format(
        amount=wording.euros(cents), purpose=wording.KINDS[kind], day=wording.long_date(until)
    )


_LIKELY: tuple[tuple[dict[str, Any], Text], ...] = (  # what can change in someone's life
    ({"contract": "temporary"}, gettext_lazy("you do flexible work")),
    ({"household": "sole_parent"}, gettext_lazy("you raise a child under 18 alone")),
    ({"resident": True}, gettext_lazy("you live in the Netherlands")),
    ({"balance_cents": 0}, gettext_lazy("you use your credit first")),
)


def what_would_change(facts: Facts, result: Result, parameters: Parameters) -> list[str]:
    """Which single change in the facts would give more, found by deciding again."""
    found = []
    for change, words in _LIKELY:
        other = decide(facts._replace(**change), parameters)
        if other.cents > result.cents:
            found.append(
                _("You would get {amount} if {change}.").format(
                    amount=wording.euros(other.cents), change=words
                )
            )
    return found


def grounds(result: Result) -> list[str]:
    """The law behind the steps that decided, each once, in the order of the steps."""
    if result.outcome == Outcome.GRANTED:
        rules = {
            *ELIGIBLE,
            *(rule for group in result.groups for rule in GROUP_RULES[group]),
            *(rule for grant in result.grants for rule in _SUM_RULES[grant.kind]),
        }
    else:
        rules = {step.rule for step in _unmet(result)}
    decided = [step.ground for step in result.steps if step.rule in rules and step.ground]
    return list(dict.fromkeys(decided))
