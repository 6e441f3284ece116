""" "What would I get, and why?" Anonymous: answers go in, a letter's words come out, nothing is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import override

from ontwikkelrekening.citizens.ageing import age_months, aow_months
from ontwikkelrekening.eligibility import wording
from ontwikkelrekening.eligibility.letters import counted, grounds, reasons, sums, what_would_change
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.rules import Facts, decide


@dataclass(frozen=True, slots=True)
class Answers:
    """What someone tells about themselves; none is a question not answered.

    Whoever leaves open where they live is taken to live here, as nearly everyone who asks does.
    """

    born_on: date
    contract: str | None = None
    household: str | None = None
    benefit: str | None = None
    education: str | None = None
    working_years: int | None = None
    resident: bool | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the rules would say, in words."""

    answer: str
    reasons: list[str]
    sum: list[str]
    what_would_change: list[str]
    grounds: list[str]
    cents: int


def what_if(answers: Answers, *, parameters: Parameters, on: date, language: str) -> Expectation:
    """What someone with these answers would get on this day, starting with an empty account."""
    facts = Facts(
        age_months=age_months(answers.born_on, on=on),
        aow_months=aow_months(answers.born_on),
        contract=answers.contract,
        household=answers.household,
        benefit=answers.benefit,
        education=answers.education,
        working_years=answers.working_years,
        resident=answers.resident is not False,
    )
    result = decide(facts, parameters)
    with override(language):
        answer = (
            _("You would get {amount} to learn with.").format(amount=wording.euros(result.cents))
            if result.cents
            else _("By the rules you would get no credit this year.")
        )
        taken = [_("You did not say where you live. We took it that you live in the Netherlands.")]
        return Expectation(
            answer=answer,
            reasons=reasons(facts, result, parameters) + taken * (answers.resident is None),
            sum=sums(counted(result.grants, on=on), result, parameters),
            what_would_change=what_would_change(facts, result, parameters),
            grounds=grounds(result),
            cents=result.cents,
        )
