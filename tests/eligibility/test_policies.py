"""A policy version: drafted, proposed, approved by someone else, frozen, never overlapping."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from psycopg.errors import RestrictViolation

from ontwikkelrekening.citizens.registering import register
from ontwikkelrekening.eligibility.deciding import decide_many
from ontwikkelrekening.eligibility.example import EXAMPLE, example_parameters
from ontwikkelrekening.eligibility.models import Policy, PolicyState, Scheme
from ontwikkelrekening.eligibility.parameters import KINDS, UnusableParameter, check_parameters
from ontwikkelrekening.eligibility.policies import (
    IncompletePolicy,
    NoPolicy,
    NotADraft,
    OverlappingPolicy,
    SamePerson,
    Setting,
    WorksBackwards,
    approve,
    change,
    draft,
    in_force,
    move_start,
    propose,
    send_back,
)
from ontwikkelrekening.eligibility.reading import parameters_of
from tests.eligibility.acts import decided
from tests.eligibility.conftest import AT, ON
from tests.eligibility.people import fatima


def drafted(scheme: Scheme, *, starts_on: date, ends_on: date | None = None) -> Policy:
    return draft(scheme, starts_on=starts_on, ends_on=ends_on, settings=EXAMPLE, on=ON)


def test_the_example_policy_is_in_force_from_its_first_day(scheme: Scheme) -> None:
    policy, parameters = in_force(scheme, on=date(2026, 1, 1))

    assert policy.version == 1
    assert parameters == example_parameters()
    with pytest.raises(NoPolicy):
        in_force(scheme, on=date(2025, 12, 31))


def test_every_parameter_of_the_example_has_a_legal_ground() -> None:
    assert set(EXAMPLE) == set(KINDS)
    assert all(setting.ground for setting in EXAMPLE.values())


def test_a_proposer_cannot_approve(scheme: Scheme, petra: User) -> None:
    policy = drafted(scheme, starts_on=date(2027, 1, 1))
    propose(policy, by=petra)

    with pytest.raises(SamePerson):
        approve(policy, by=petra, at=AT)

    policy.refresh_from_db()
    assert policy.state == PolicyState.PROPOSED


def test_the_database_refuses_the_same_person_as_well(scheme: Scheme, petra: User) -> None:
    policy = drafted(scheme, starts_on=date(2027, 1, 1))

    with pytest.raises(IntegrityError, match="approved_by_someone_else"), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(
            state="approved", proposed_by=petra, approved_by=petra, approved_at=AT
        )


def test_a_draft_cannot_be_approved_without_a_proposal(scheme: Scheme, paul: User) -> None:
    policy = drafted(scheme, starts_on=date(2027, 1, 1))

    with pytest.raises(NotADraft):
        approve(policy, by=paul, at=AT)


def test_a_successor_ends_the_version_before_it(scheme: Scheme, petra: User, paul: User) -> None:
    policy = drafted(scheme, starts_on=date(2027, 1, 1))
    propose(policy, by=petra)

    approve(policy, by=paul, at=AT)

    assert in_force(scheme, on=date(2026, 12, 31))[0].version == 1
    assert in_force(scheme, on=date(2027, 1, 1))[0].version == 2


def approved(
    scheme: Scheme,
    petra: User,
    paul: User,
    *,
    starts_on: date,
    ends_on: date | None = None,
    at: datetime = AT,
) -> Policy:
    policy = drafted(scheme, starts_on=starts_on, ends_on=ends_on)
    propose(policy, by=petra)
    approve(policy, by=paul, at=at)
    return policy


def supersede_by_hand(policy: Policy, *, by: User, at: datetime, deciding: bool) -> None:
    """As the domain does, but without its checks; perhaps after a decision under the other version."""
    connection.cursor().execute("SET CONSTRAINTS approved_policies_never_overlap DEFERRED")
    Policy.objects.filter(pk=policy.pk).update(state="approved", approved_by=by, approved_at=at)
    other = Policy.objects.get(version=2)
    if deciding:
        codes = register([fatima()], at=AT).codes
        parameters = parameters_of(other)
        decide_many(
            codes, policy=other, parameters=parameters, on=other.starts_on, balances={}, at=AT
        )
    Policy.objects.filter(pk=other.pk).update(state="superseded", superseded_by=policy)


def days(scheme: Scheme) -> dict[int, tuple[date, date | None]]:
    """From when and up to when each version holds, that holds at all."""
    holding = scheme.policies.filter(state=PolicyState.APPROVED).order_by("version")
    return {each.version: (each.starts_on, each.ends_on) for each in holding}


def test_a_version_that_begins_today_is_not_superseded_and_nothing_has_changed(
    scheme: Scheme, petra: User, paul: User
) -> None:
    approved(scheme, petra, paul, starts_on=ON)
    policy = drafted(scheme, starts_on=ON)
    propose(policy, by=petra)

    with pytest.raises(OverlappingPolicy, match="is begonnen"):
        approve(policy, by=paul, at=AT)

    assert days(scheme) == {1: (date(2026, 1, 1), ON), 2: (ON, None)}


@pytest.mark.parametrize(
    ("starts_on", "expected"),
    [
        (date(2026, 7, 1), {1: (date(2026, 1, 1), date(2026, 7, 1)), 4: (date(2026, 7, 1), None)}),
        (date(2027, 1, 1), {1: (date(2026, 1, 1), date(2027, 1, 1)), 4: (date(2027, 1, 1), None)}),
        (
            date(2027, 4, 1),
            {
                1: (date(2026, 1, 1), date(2027, 1, 1)),
                2: (date(2027, 1, 1), date(2027, 4, 1)),
                4: (date(2027, 4, 1), None),
            },
        ),
    ],
)
def test_what_has_not_begun_is_superseded_by_what_is_approved_for_its_first_day_or_before(
    scheme: Scheme,
    petra: User,
    paul: User,
    starts_on: date,
    expected: dict[int, tuple[date, date | None]],
) -> None:
    for later in (date(2027, 1, 1), date(2027, 7, 1)):
        approved(scheme, petra, paul, starts_on=later)

    policy = approved(scheme, petra, paul, starts_on=starts_on)

    assert days(scheme) == expected
    superseded = scheme.policies.filter(state=PolicyState.SUPERSEDED)
    assert {each.version for each in superseded} == {2, 3} - expected.keys()
    assert all(each.superseded_by == policy for each in superseded)
    for first, last in days(scheme).values():
        assert in_force(scheme, on=first)[0].starts_on == first
        assert last is None or in_force(scheme, on=last)[0].starts_on == last


def test_a_version_for_days_before_another_leaves_that_alone(
    scheme: Scheme, petra: User, paul: User
) -> None:
    later = approved(scheme, petra, paul, starts_on=date(2027, 1, 1))

    approved(scheme, petra, paul, starts_on=date(2026, 7, 1), ends_on=date(2027, 1, 1))

    later.refresh_from_db()
    assert later.state == PolicyState.APPROVED
    assert in_force(scheme, on=date(2026, 12, 31))[0].version == 3


def test_a_version_that_was_decided_on_ahead_of_its_days_is_not_superseded(
    scheme: Scheme, petra: User, paul: User
) -> None:
    first_day = date(2027, 1, 1)
    later = approved(scheme, petra, paul, starts_on=first_day)
    (decision,) = decided(scheme, fatima(), on=first_day)
    assert decision.policy == later

    with pytest.raises(WorksBackwards, match="2 januari 2027"):
        drafted(scheme, starts_on=first_day)


@pytest.mark.parametrize(
    "successor",
    [
        "SELECT id FROM eligibility_policy WHERE version = 2",  # itself
        "SELECT id FROM eligibility_policy WHERE version = 1",  # does not hold on its days
        "SELECT id FROM eligibility_policy WHERE version = 3",  # nobody approved it
        "SELECT NULL::bigint",
    ],
)
def test_the_database_lets_nobody_take_back_an_approved_version_alone(
    scheme: Scheme, petra: User, paul: User, successor: str
) -> None:
    approved(scheme, petra, paul, starts_on=date(2027, 1, 1))
    propose(drafted(scheme, starts_on=date(2027, 1, 1)), by=petra)

    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        connection.cursor().execute(
            "UPDATE eligibility_policy SET state = 'superseded',"
            f" superseded_by_id = ({successor}) WHERE version = 2"
        )


@pytest.mark.parametrize("begun", [True, False])
def test_the_database_supersedes_nothing_that_has_begun_or_was_decided_on(
    scheme: Scheme, petra: User, paul: User, begun: bool
) -> None:
    first_day = date(2027, 1, 1)
    approved(scheme, petra, paul, starts_on=first_day)
    policy = drafted(scheme, starts_on=first_day)
    propose(policy, by=petra)
    at = datetime(2027, 1, 1, 9, 0, tzinfo=UTC) if begun else AT

    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        supersede_by_hand(policy, by=paul, at=at, deciding=not begun)


def test_a_superseded_version_stays_as_it_was(scheme: Scheme, petra: User, paul: User) -> None:
    for _ in range(2):
        approved(scheme, petra, paul, starts_on=date(2027, 1, 1))

    changes: list[dict[str, object]] = [
        {"state": "approved", "superseded_by": None},
        {"starts_on": date(2028, 1, 1)},
        {"ends_on": date(2028, 1, 1)},
    ]
    for change_ in changes:
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            scheme.policies.filter(version=2).update(**change_)


def test_versions_may_touch_and_schemes_may_coincide(
    scheme: Scheme, petra: User, paul: User
) -> None:
    after = drafted(scheme, starts_on=date(2027, 1, 1))
    propose(after, by=petra)
    other = drafted(Scheme.objects.create(code="gemeente", name="G"), starts_on=ON)
    propose(other, by=petra)
    scheme.policies.filter(version=1).update(ends_on=date(2027, 1, 1))

    approve(after, by=paul, at=AT)
    approve(other, by=paul, at=AT)

    assert in_force(scheme, on=date(2027, 1, 1))[0] == after


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE eligibility_policy SET starts_on = '2026-02-01' WHERE id = %s",
        "UPDATE eligibility_policy SET state = 'draft' WHERE id = %s",
        "DELETE FROM eligibility_policy WHERE id = %s",
        "UPDATE eligibility_policyparameter SET value = '1' WHERE policy_id = %s",
        "DELETE FROM eligibility_policyparameter WHERE policy_id = %s",
        "INSERT INTO eligibility_policyparameter (policy_id, key, value, ground, reason)"
        " VALUES (%s, 'extra', '1', 'wet', '')",
    ],
)
def test_an_approved_version_is_frozen_for_sql_too(scheme: Scheme, statement: str) -> None:
    policy = scheme.policies.get()

    with pytest.raises(IntegrityError, match=r"frozen|draft only"), transaction.atomic():
        connection.cursor().execute(statement, [policy.pk])


def test_the_end_of_an_approved_version_comes_sooner_and_never_later(scheme: Scheme) -> None:
    policies = Policy.objects.filter(scheme=scheme)
    decided(scheme, fatima())
    policies.update(ends_on=date(2027, 1, 1))
    policies.update(ends_on=date(2026, 1, 3))

    for ends_on in (date(2028, 1, 1), None, ON):  # ON was decided on
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            policies.update(ends_on=ends_on)


def test_a_version_cannot_be_drafted_for_days_that_are_over(scheme: Scheme) -> None:
    with pytest.raises(WorksBackwards, match="2 januari 2026"):
        drafted(scheme, starts_on=date(2026, 1, 1))

    assert drafted(scheme, starts_on=ON).starts_on == ON


def test_a_version_starts_after_the_last_day_that_was_decided_on(
    scheme: Scheme, petra: User, paul: User
) -> None:
    policy = drafted(scheme, starts_on=ON)
    propose(policy, by=petra)
    decided(scheme, fatima())

    with pytest.raises(WorksBackwards, match="3 januari 2026"):
        approve(policy, by=paul, at=AT)
    send_back(policy)
    move_start(policy, starts_on=date(2026, 1, 3), on=ON)
    propose(policy, by=petra)
    approve(policy, by=paul, at=AT)

    assert in_force(scheme, on=ON)[0].version == 1
    assert in_force(scheme, on=date(2026, 1, 3))[0] == policy


def test_a_draft_that_waited_too_long_gets_another_first_day(
    scheme: Scheme, petra: User, paul: User
) -> None:
    policy = drafted(scheme, starts_on=date(2026, 2, 1))
    propose(policy, by=petra)
    march = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    with pytest.raises(WorksBackwards, match="1 maart 2026"):
        approve(policy, by=paul, at=march)

    assert scheme.policies.filter(state="approved").count() == 1


@pytest.mark.parametrize(
    ("starts_on", "approved_at"),
    [
        (date(2026, 2, 1), datetime(2026, 2, 2, 12, 0, tzinfo=UTC)),  # approved a day late
        (date(2026, 2, 1), datetime(2026, 2, 1, 23, 30, tzinfo=UTC)),  # half past midnight here
        (ON, AT),  # decided on
    ],
)
def test_the_database_refuses_a_policy_that_works_backwards(
    scheme: Scheme, petra: User, paul: User, starts_on: date, approved_at: datetime
) -> None:
    policy = drafted(scheme, starts_on=starts_on)
    propose(policy, by=petra)
    decided(scheme, fatima())

    with pytest.raises(IntegrityError, match="works backwards"), transaction.atomic():
        Policy.objects.filter(pk=policy.pk).update(
            state="approved", approved_by=paul, approved_at=approved_at
        )


@pytest.mark.parametrize("on", [date(2025, 12, 31), date(2027, 1, 1)])
def test_the_database_refuses_a_decision_outside_the_days_of_its_policy(
    scheme: Scheme, on: date
) -> None:
    policy, parameters = in_force(scheme, on=ON)
    Policy.objects.filter(pk=policy.pk).update(ends_on=date(2027, 1, 1))
    codes = register([fatima()], at=AT).codes

    with pytest.raises(RestrictViolation, match="policy of its day"), transaction.atomic():
        decide_many(codes, policy=policy, parameters=parameters, on=on, balances={}, at=AT)


def test_the_database_refuses_a_decision_under_a_draft(scheme: Scheme) -> None:
    policy = drafted(scheme, starts_on=ON)
    codes = register([fatima()], at=AT).codes

    with pytest.raises(RestrictViolation, match="policy of its day"), transaction.atomic():
        decide_many(
            codes, policy=policy, parameters=parameters_of(policy), on=ON, balances={}, at=AT
        )


def test_a_proposal_stands_still_until_it_is_sent_back(scheme: Scheme, petra: User) -> None:
    policy = drafted(scheme, starts_on=date(2027, 1, 1))
    propose(policy, by=petra)
    higher = {"amount_general_cents": Setting(60_000, "Voorbeeldregeling art. 4 lid 1")}

    with pytest.raises(NotADraft):
        change(policy, settings=higher)
    send_back(policy)
    change(policy, settings=higher)

    assert parameters_of(policy).amount_general_cents == 60_000


def test_an_incomplete_draft_cannot_be_proposed(scheme: Scheme, petra: User) -> None:
    policy = draft(
        scheme,
        starts_on=date(2027, 1, 1),
        settings={"age_min_years": EXAMPLE["age_min_years"]},
        on=ON,
    )

    with pytest.raises(IncompletePolicy) as refused:
        propose(policy, by=petra)

    assert len(refused.value.problems) == len(KINDS) - 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("age_min_years", "18"),
        ("age_min_years", True),
        ("age_min_years", 12),
        ("amount_general_cents", -1),
        ("amount_general_cents", 500.0),
        ("amount_general_cents", 900_000),
        ("flex_contracts", []),
        ("flex_contracts", ["agency", "agency"]),
        ("flex_contracts", ["astronaut"]),
        ("lone_fathers_on_equal_terms", "yes"),
        ("terms_course", {"start": 60, "completion": 50}),
        ("terms_course", {"start": 100, "session": 0}),
        ("terms_course", {"before": 100}),
        ("terms_course", {}),
        ("coaching_classes", [0]),
        ("unheard_of", 1),
    ],
)
def test_a_value_of_the_wrong_kind_is_named(key: str, value: object) -> None:
    values = {name: setting.value for name, setting in EXAMPLE.items()} | {key: value}
    grounds = {name: setting.ground for name, setting in EXAMPLE.items()}

    (problem,) = check_parameters(values, grounds=grounds)

    assert isinstance(problem, UnusableParameter)
    assert problem.key == key


def test_a_parameter_without_a_ground_is_refused() -> None:
    values = {name: setting.value for name, setting in EXAMPLE.items()}
    grounds = {name: setting.ground for name, setting in EXAMPLE.items()} | {"coaching_cents": " "}

    (problem,) = check_parameters(values, grounds=grounds)

    assert (problem.key, problem.problem) == ("coaching_cents", "heeft geen grondslag")


def test_the_command_loads_the_example_once(db: None) -> None:
    call_command("load_example_policy", verbosity=0)
    call_command("load_example_policy", verbosity=0)

    assert Policy.objects.get().state == PolicyState.APPROVED


def test_the_command_says_when_the_example_holds_from_another_day(db: None) -> None:
    call_command("load_example_policy", verbosity=0)

    with pytest.raises(CommandError, match="was there already and holds from"):
        call_command("load_example_policy", "--from", "2998-01-01", verbosity=0)


def test_the_command_loads_no_policy_for_days_that_are_over(db: None) -> None:
    with pytest.raises(CommandError, match="werkt niet terug"):
        call_command("load_example_policy", "--from", "2026-01-01", verbosity=0)

    assert not Policy.objects.exists()
