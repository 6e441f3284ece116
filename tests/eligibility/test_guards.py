"""Hostile SQL with the application's own rights: each guard of the casework refuses it.

Without that guard the same attack goes through, so no guard is there for show. The last test asks the
database for its guards: a new one fails until it is listed here.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from ontwikkelrekening.database import APP_ROLE
from ontwikkelrekening.eligibility import deviating, objecting, waiting
from ontwikkelrekening.eligibility.models import Scheme
from tests.disguise import allow_disguise
from tests.eligibility.acts import decided, refused
from tests.eligibility.conftest import AT, ON
from tests.eligibility.people import citizen, fatima, henk, noor

TABLES = [
    "eligibility_decision", "eligibility_deviation", "eligibility_extension",
    "eligibility_objection", "eligibility_objectionmove",
]  # fmt: skip
COLUMNS = "account_code, policy_id, decided_on, outcome, priority, amount, facts, trace, grants"
AFTER = (  # a decision in place of another, as `who` would write it
    "INSERT INTO eligibility_decision"
    f" (id, {COLUMNS}, decided_by, confirmed_by, replaces_id, recorded_at)"
    " SELECT gen_random_uuid(), {columns}, {who}, '', id, recorded_at"
    " FROM eligibility_decision WHERE id = %(grant)s"
)


def after(who: str = "'sam'", **changed: str) -> str:
    """The SQL of a successor, with these columns changed."""
    columns = [changed.get(name, name) for name in COLUMNS.split(", ")]
    return AFTER.format(columns=", ".join(columns), who=who)


@dataclass(frozen=True)
class Guard:
    """A constraint or trigger, its table, and statements that only it refuses."""

    name: str
    table: str
    attack: str

    def __str__(self) -> str:
        return f"{self.name}: {self.attack[:40]}"


def decision(name: str, attack: str) -> Guard:
    return Guard(name, "eligibility_decision", attack)


def deviation(name: str, attack: str) -> Guard:
    return Guard(name, "eligibility_deviation", attack)


def extension(name: str, attack: str) -> Guard:
    return Guard(name, "eligibility_extension", attack)


def objection(name: str, attack: str) -> Guard:
    return Guard(name, "eligibility_objection", attack)


def move(name: str, attack: str) -> Guard:
    return Guard(name, "eligibility_objectionmove", attack)


EXTEND = (
    "INSERT INTO eligibility_extension (decision_id, until, reason, granted_by, granted_at)"
    " VALUES (%(fresh)s, '2026-12-01', gen_random_uuid(), 'rosa', now())"
)
PROPOSE = (
    "INSERT INTO eligibility_deviation (id, decision_id, grants, reason, proposed_by, proposed_at,"
    " answered_by, answered_at, result_id) VALUES (gen_random_uuid(), %(grant)s,"
    """ '[["general", 9]]', gen_random_uuid(), {who}, now(), {answered})"""
)
FILE = (
    "INSERT INTO eligibility_objection (id, decision_id, account_code, words, filed_on, in_time,"
    " committee, decide_by, extended, state) VALUES (gen_random_uuid(), %(granted_too)s, {account},"
    " gen_random_uuid(), now(), true, false, now(), {extended}, 'filed')"
)
MORE = [("general", 90_000), ("coaching_evc", 70_000), ("childcare_travel", 30_000)]
APPROVE = (
    after(
        "'rosa'",
        amount="190000",
        grants="(SELECT grants FROM eligibility_deviation WHERE answered_by = '')",
    ).replace("gen_random_uuid()", "%(new)s")
    + "; UPDATE eligibility_deviation SET answered_by = 'rosa', answered_at = now(),"
    " result_id = %(new)s WHERE answered_by = ''"
)
CASEWORK = "SET CONSTRAINTS successor_has_a_cause, objection_move_is_on_record IMMEDIATE; "
MOVED = (
    "INSERT INTO eligibility_objectionmove (objection_id, event, from_state, to_state, actor, at)"
    " SELECT id, {event}, 'filed', {to}, {actor}, now() FROM eligibility_objection"
)
GUARDS = [
    decision("decision_is_never_edited", "UPDATE eligibility_decision SET priority = 1"),
    decision("decision_is_never_edited", "UPDATE eligibility_decision SET replaces_id = id"
        " WHERE replaces_id IS NOT NULL"),
    decision(
        "confirmed_decision_is_a_refusal_by_a_person",
        "UPDATE eligibility_decision SET confirmed_by = 'machine', confirmed_at = now()"
        " WHERE id = %(waiting)s",
    ),
    decision(
        "confirmed_decision_is_a_refusal_by_a_person",
        "UPDATE eligibility_decision SET confirmed_by = 'rosa' WHERE id = %(waiting)s",
    ),
    decision(
        "machine_decides_first_and_a_person_after_it",
        f"INSERT INTO eligibility_decision (id, {COLUMNS}, decided_by, confirmed_by, recorded_at)"
        f" SELECT gen_random_uuid(), {COLUMNS}, 'sam', '', recorded_at FROM eligibility_decision"
        " WHERE id = %(grant)s",
    ),
    decision(
        "successor_follows_its_decision",
        after(account_code="'R-0000-0000'"),
    ),
    decision("successor_follows_its_decision", after(decided_on="decided_on + 1")),
    decision(
        "successor_follows_its_decision",
        after(amount="1", grants="""'[["general", 1]]'::jsonb"""),
    ),
    decision("successor_has_a_cause", CASEWORK + after()),
    decision(
        "eligibility_decision_replaces_id_key",
        after().replace("%(grant)s", "%(replaced)s"),
    ),
    deviation("deviation_is_kept", "DELETE FROM eligibility_deviation"),
    deviation(
        "deviation_is_only_answered",
        """UPDATE eligibility_deviation SET grants = '[["general", 999999]]' WHERE answered_by = ''""",
    ),
    deviation(
        "deviation_is_only_answered",
        "UPDATE eligibility_deviation SET proposed_by = 'petra' WHERE answered_by <> ''",
    ),
    deviation(
        "deviation_is_only_answered",
        "UPDATE eligibility_deviation SET answered_by = 'sam', answered_at = now(),"
        " result_id = %(waiting)s WHERE answered_by = ''",
    ),
    deviation("deviation_is_approved_by_someone_else", APPROVE),
    deviation(
        "deviation_is_proposed_first",
        PROPOSE.format(who="'rosa'", answered="'sam', now(), %(waiting)s"),
    ),
    deviation(
        "deviation_is_answered_by_a_person",
        "UPDATE eligibility_deviation SET answered_by = 'sam' WHERE answered_by = ''",
    ),
    deviation(
        "decision_has_one_deviation_that_waits",
        PROPOSE.format(who="'rosa'", answered="'', NULL, NULL"),
    ),
    deviation(
        "deviation_is_proposed_by_a_person",
        PROPOSE.format(who="'machine'", answered="'', NULL, NULL").replace(
            "%(grant)s", "%(granted_too)s"
        ),
    ),
    extension("extension_is_kept", "UPDATE eligibility_extension SET until = '2030-01-01'"),
    extension("extension_is_kept", "DELETE FROM eligibility_extension"),
    extension("decision_is_extended_once", EXTEND.replace("%(fresh)s", "%(waiting)s")),
    extension("extension_is_given_by_a_person", EXTEND.replace("'rosa'", "'machine'")),
    extension(
        "only_a_waiting_refusal_is_extended", EXTEND.replace("%(fresh)s", "%(grant)s")
    ),
    objection("objection_is_kept", "DELETE FROM eligibility_objection"),
    objection("objection_begins_as_filed", FILE.format(account="'R-0'", extended="false")),
    objection(
        "objection_begins_as_filed",
        FILE.format(account="(SELECT account_code FROM eligibility_decision"
                    " WHERE id = %(granted_too)s)", extended="true"),
    ),
    objection("objection_moves_one_way", "UPDATE eligibility_objection SET filed_on = '2020-01-01'"),
    objection("objection_moves_one_way", "UPDATE eligibility_objection SET words = gen_random_uuid()"),
    objection("objection_moves_one_way", "UPDATE eligibility_objection SET state = 'filed'"),
    objection("objection_moves_one_way", "UPDATE eligibility_objection SET decide_by = '2020-01-01'"),
    objection("objection_moves_one_way", "UPDATE eligibility_objection SET decide_by = '2030-01-01'"),
    objection(
        "objection_moves_one_way",
        "UPDATE eligibility_objection SET state = 'replaced', answer = words,"
        " result_id = %(waiting)s",
    ),
    objection(
        "objection_move_is_on_record",
        CASEWORK + "UPDATE eligibility_objection SET state = 'upheld', answer = words",
    ),
    move("objection_move_is_kept", "UPDATE eligibility_objectionmove SET actor = 'sam'"),
    move("objection_move_is_kept", "DELETE FROM eligibility_objectionmove"),
    move(
        "objection_is_answered_by_someone_else",
        MOVED.format(event="'uphold'", to="'upheld'", actor="'sam'"),
    ),
    move(
        "objection_is_answered_by_someone_else",
        "UPDATE eligibility_objection SET state = 'upheld', answer = words; "
        + MOVED.format(event="'uphold'", to="state", actor="'rosa'"),
    ),
    move(
        "objection_move_names_its_actor",
        MOVED.format(event="'acknowledge'", to="state", actor="''"),
    ),
]  # fmt: skip


@pytest.fixture
def casework(scheme: Scheme) -> dict[str, UUID]:
    """Decisions of every kind, with all that may follow one; from here on as the application."""
    grant, waits, fresh = decided(
        scheme,
        fatima(),
        citizen("Lieke", "999900080", date(2012, 2, 29)),
        citizen("Pim", "999900092", date(2012, 2, 29)),
    )
    (granted_too,) = decided(scheme, henk())
    refusal = refused(scheme, noor(), by="rosa")
    proposed = deviating.propose(
        refusal, grants=[("general", 80_000)], reason="Zij vluchtte.", by="rosa", at=AT
    )
    deviating.approve(proposed, by="sam", at=AT)
    deviating.propose(grant, grants=MORE, reason="Meer.", by="rosa", at=AT)
    waiting.extend(waits, until=date(2026, 4, 1), reason="druk", by="rosa", at=AT)
    objection = objecting.file(refusal, words="Ik woon hier wel.", on=ON, at=AT)
    objecting.acknowledge(objection, committee=False, by="sam", at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
    return {
        "new": uuid4(),
        "grant": grant.pk,
        "granted_too": granted_too.pk,
        "waiting": waits.pk,
        "fresh": fresh.pk,
        "replaced": refusal.pk,
    }


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("guard", GUARDS, ids=str)
def test_the_guard_refuses_the_application(guard: Guard, casework: dict[str, UUID]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        run(guard.attack, casework)


@pytest.mark.parametrize("guard", GUARDS, ids=str)
def test_without_the_guard_it_would_happen(guard: Guard, casework: dict[str, UUID]) -> None:
    with undone(), connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(
            "SELECT (SELECT 'ALTER TABLE ' || conrelid::regclass || ' DROP CONSTRAINT ' || conname"
            "        FROM pg_constraint WHERE conname = %(name)s AND contype <> 't'),"
            "       (SELECT 'DROP INDEX ' || relname FROM pg_class WHERE relname = %(name)s)",
            {"name": guard.name},
        )
        constraint, index = cursor.fetchone()
        cursor.execute(constraint or index or f"DROP TRIGGER {guard.name} ON {guard.table}")
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        run(guard.attack.replace(f"{guard.name}, ", "").replace(f", {guard.name}", ""), casework)
        assert cursor.rowcount != 0


def test_a_guard_falls_for_no_table_of_the_applications_own(casework: dict[str, UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        allow_disguise(cursor)
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        cursor.execute(
            "CREATE TEMPORARY TABLE eligibility_policy AS TABLE public.eligibility_policy WITH NO DATA"
        )
        with pytest.raises(DatabaseError, match="in a draft only"), transaction.atomic():
            cursor.execute("UPDATE eligibility_policyparameter SET value = value")


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE {table} DISABLE TRIGGER USER",
        "TRUNCATE {table} CASCADE",
        "SET session_replication_role = replica",
    ],
)
@pytest.mark.parametrize("table", TABLES)
def test_the_application_cannot_put_the_guards_aside(
    table: str, statement: str, casework: dict[str, UUID]
) -> None:
    with pytest.raises(DatabaseError, match=r"must be owner|permission denied"):
        run(statement.format(table=table), casework)


def test_every_guard_of_these_tables_is_attacked(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY(%s)",
            [TABLES],
        )
        triggers = {name for (name,) in cursor.fetchall()}

    elsewhere = {"decision_is_taken_under_the_policy_of_its_day"}  # test_policies.py
    assert triggers - elsewhere <= {guard.name for guard in GUARDS}


def run(statement: str, names: dict[str, UUID]) -> None:
    with connection.cursor() as cursor:
        for part in statement.split("; "):
            cursor.execute(part, names)
