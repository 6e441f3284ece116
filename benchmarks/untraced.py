"""The yardstick of `decide`: the example's rules as plain ifs, without a trace."""

from __future__ import annotations

from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.rules import Facts, GrantOf, Result


def decide_untraced(facts: Facts, p: Parameters) -> Result:
    """The same result as rules.decide, and not a word why."""
    flex = facts.contract in p.flex_contracts
    mother = facts.household in p.sole_parent_households and (
        p.lone_fathers_on_equal_terms or facts.sex == "female"
    )
    carer = (
        facts.household in p.carer_households
        and facts.contract in p.carer_contracts
        and facts.benefit in p.carer_benefits
    )
    low_skilled = (
        facts.contract in p.low_skilled_contracts
        and facts.education in p.low_skilled_education
        and facts.working_years is not None
        and facts.working_years >= p.low_skilled_years_min
    )
    groups = []
    if flex:
        groups.append("flex_worker")
    if mother:
        groups.append("single_mother")
    if carer:
        groups.append("carer_without_income")
    if low_skilled:
        groups.append("low_skilled_permanent")
    priority = 1 if flex and mother else 2 if flex or mother else 3 if groups else 4
    if priority in p.priority_amount_classes:
        amount, cap = p.amount_priority_cents, p.cap_priority_cents
    else:
        amount, cap = p.amount_general_cents, p.cap_general_cents
    if (
        facts.age_months < p.age_min_years * 12
        or (p.aow_age_is_the_limit and facts.age_months >= facts.aow_months)
        or (p.residence_is_required and facts.resident is not True)
        or facts.already_granted
        or facts.balance_cents >= cap
    ):
        return Result("refused", priority, tuple(groups), (), ())
    grants = [
        GrantOf(
            "general", p.general_categories, min(amount, cap - facts.balance_cents), False, None
        )
    ]
    ago = facts.coaching_granted_years_ago
    if priority in p.coaching_classes and (ago is None or ago >= p.coaching_every_years):
        categories, years = p.coaching_categories, p.coaching_every_years
        grants.append(GrantOf("coaching_evc", categories, p.coaching_cents, True, years))
    if not p.childcare_groups.isdisjoint(groups):
        categories, years = p.childcare_categories, p.childcare_years_valid
        grants.append(GrantOf("childcare_travel", categories, p.childcare_cents, True, years))
    return Result("granted", priority, tuple(groups), tuple(grants), ())
