"""The facts of many citizens on one day, in a constant number of queries.

Of facts about the same thing that hold on the day, one counts, by this published order:

1. a fact whose evidence was rejected never counts, nor a statement that the citizen replaced by a
   later one, even when that has ended since: who says "alone with a child until it turns 18" is not
   heard to say what was said before that;
2. the one that began last: a newer statement holds until it is checked;
3. of those, the better source: register, municipality, coach, own statement;
4. of those, the one recorded last.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from ontwikkelrekening.citizens.ageing import age_months, aow_months
from ontwikkelrekening.citizens.models import (
    Circumstance,
    CircumstanceKind,
    Citizen,
    Evidence,
    Source,
)
from ontwikkelrekening.citizens.vocabulary import Residence
from ontwikkelrekening.eligibility.models import Decision, Outcome, Policy, PolicyState, Scheme
from ontwikkelrekening.eligibility.parameters import Parameters
from ontwikkelrekening.eligibility.reading import parameters_of
from ontwikkelrekening.eligibility.rules import Facts

SOURCES_BEST_FIRST = (Source.REGISTER, Source.MUNICIPALITY, Source.COACH, Source.OWN_STATEMENT)
_SOURCE_RANK = Case(
    *(When(source=source, then=Value(rank)) for rank, source in enumerate(SOURCES_BEST_FIRST)),
    output_field=IntegerField(),
)


def needed(*policies: Parameters) -> list[CircumstanceKind]:
    """The circumstances that a rule looks at under one of these policies; no other is read or kept."""
    unused = set()
    if all(policy.lone_fathers_on_equal_terms for policy in policies):
        unused.add(CircumstanceKind.SEX)
    if not any(policy.residence_is_required for policy in policies):
        unused.add(CircumstanceKind.RESIDENCE)
    return [kind for kind in CircumstanceKind if kind not in unused]


def needed_on(day: date) -> list[CircumstanceKind]:
    """The circumstances that a rule of any scheme looks at on a day: no other is asked."""
    policies = Policy.objects.filter(state=PolicyState.APPROVED, starts_on__lte=day).exclude(
        ends_on__lte=day
    )
    return needed(*map(parameters_of, policies.prefetch_related("parameters")))


def facts_for(
    codes: Sequence[str],
    *,
    on: date,
    scheme: Scheme,
    kinds: Sequence[CircumstanceKind],
    balances: Mapping[str, int] | None = None,
    leaving_out: UUID | None = None,
    known_before: datetime | None = None,
) -> dict[str, Facts]:
    """Facts by account code; a code of nobody, or of someone erased, has none.

    `kinds` are the circumstances to read: what `needed` says of the policy that decides.

    `balances` is the free credit without earmark, in cents, where it is not zero. A decision that
    is to be replaced is left out of what was granted. With `known_before`, circumstances that were
    recorded by then only.
    """
    balances = balances or {}
    wanted = frozenset(codes)
    known = circumstances_of(wanted, on=on, kinds=kinds, known_before=known_before)
    grants = _grants_of(wanted, scheme=scheme, leaving_out=leaving_out)
    people = Citizen.objects.filter(account_code__any_of=wanted, born_on__isnull=False)
    return {
        code: _facts(born_on, known.get(code, {}), grants.get(code, []), balances.get(code, 0), on)
        for code, born_on in people.values_list("account_code", "born_on")
        if born_on
    }


def facts_again(decision: Decision, *, parameters: Parameters) -> Facts | None:
    """What is known now of the day of a decision, with its own balance; none of someone erased."""
    found = facts_for(
        [decision.account_code],
        on=decision.decided_on,
        scheme=decision.policy.scheme,
        kinds=needed(parameters),
        balances={decision.account_code: decision.facts.get("balance_cents", 0)},
        leaving_out=decision.pk,
    )
    return found.get(decision.account_code)


def _stated_later(on: date, recorded: Q) -> QuerySet[Circumstance]:
    """What the same citizen said later about the same thing, for a subquery."""
    of_the_same = {name: OuterRef(name) for name in ("citizen", "kind", "source")}
    began_later = Q(valid_from__gt=OuterRef("valid_from"))
    corrected = Q(valid_from=OuterRef("valid_from"), pk__gt=OuterRef("pk"))
    return Circumstance.objects.filter(
        began_later | corrected,
        recorded,
        ~Q(evidence=Evidence.REJECTED),
        Q(source=Source.OWN_STATEMENT),
        valid_from__lte=on,
        **of_the_same,
    )


def circumstances_of(
    codes: Collection[str],
    *,
    on: date,
    kinds: Sequence[CircumstanceKind] = tuple(CircumstanceKind),
    known_before: datetime | None = None,
) -> dict[str, dict[str, str]]:
    """The value that counts on a day, per account code and kind."""
    counting = counting_facts(codes, on=on, kinds=kinds, known_before=known_before)
    known: dict[str, dict[str, str]] = defaultdict(dict)
    for code, kind, value in counting.values_list("citizen__account_code", "kind", "value"):
        known[code][kind] = value
    return known


def counting_facts(
    codes: Collection[str],
    *,
    on: date,
    kinds: Sequence[CircumstanceKind] = tuple(CircumstanceKind),
    known_before: datetime | None = None,
) -> QuerySet[Circumstance]:
    """The facts that count on a day: one of each kind, by the order above."""
    recorded = Q() if known_before is None else Q(recorded_at__lt=known_before)
    return (
        Circumstance.objects.holding(on=on)
        .filter(~Exists(_stated_later(on, recorded)), citizen__account_code__any_of=codes)
        .filter(recorded)
        .filter(kind__any_of=kinds)
        .order_by("citizen_id", "kind", "-valid_from", _SOURCE_RANK, "-recorded_at", "-id")
        .distinct("citizen_id", "kind")
    )


Grants = list[tuple[date, list[list[object]]]]


def _grants_of(
    codes: Collection[str], *, scheme: Scheme, leaving_out: UUID | None
) -> dict[str, Grants]:
    """What was granted, later than the day as well: who decides again looks back on a year."""
    granted: dict[str, Grants] = defaultdict(list)
    decisions = (
        Decision.objects.standing()
        .filter(account_code__any_of=codes, policy__scheme=scheme, outcome=Outcome.GRANTED)
        .values_list("account_code", "decided_on", "grants")
    )
    if leaving_out is not None:
        decisions = decisions.exclude(pk=leaving_out)
    for code, decided_on, grants in decisions:
        granted[code].append((decided_on, grants))
    return granted


def _facts(
    born_on: date, known: Mapping[str, str], granted: Grants, balance_cents: int, on: date
) -> Facts:
    residence = known.get(CircumstanceKind.RESIDENCE)
    since = known.get(CircumstanceKind.WORKING_SINCE)
    coaching = [day.year for day, grants in granted for kind, _ in grants if kind == "coaching_evc"]
    return Facts(
        age_months=age_months(born_on, on=on),
        aow_months=aow_months(born_on),
        contract=known.get(CircumstanceKind.CONTRACT),
        household=known.get(CircumstanceKind.HOUSEHOLD),
        benefit=known.get(CircumstanceKind.BENEFIT),
        education=known.get(CircumstanceKind.EDUCATION),
        working_years=age_months(date.fromisoformat(since), on=on) // 12 if since else None,
        resident=None if residence is None else residence == Residence.YES,
        sex=known.get(CircumstanceKind.SEX),
        already_granted=any(day.year == on.year for day, _ in granted),
        balance_cents=balance_cents,
        coaching_granted_years_ago=min((abs(on.year - year) for year in coaching), default=None),
    )
