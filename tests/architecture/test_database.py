"""What holds for the whole database, whichever part made a table or function."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection

from ontwikkelrekening.database import (
    ALTER_ROLES,
    APP_ROLE,
    AUDITOR_ROLE,
    CHANGEABLE,
    ROLES,
    TAKE_BACK,
    left_to_a_superuser,
)

pytestmark = pytest.mark.django_db

# They only read, with the rights of whoever calls them, and the planner writes them out where they are
# called, which it does with no function that has settings of its own.
WRITTEN_OUT = {
    "ledger_totals", "ledger_totals_on", "ledger_horizon", "ledger_content", "ledger_leaves",
    "ledger_next_leaves",
}  # fmt: skip
LOOKS_WHERE_ITS_CALLER_DOES = f"""
    SELECT proname FROM pg_proc
    WHERE pronamespace = 'public'::regnamespace
        AND (prorettype = 'trigger'::regtype OR has_function_privilege('{APP_ROLE}', oid, 'EXECUTE'))
        AND (proconfig @> ARRAY['search_path=pg_catalog, public, pg_temp']) IS NOT TRUE
"""


def look_where_their_caller_does() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(LOOKS_WHERE_ITS_CALLER_DOES)
        return {name for (name,) in cursor.fetchall()}


def test_a_function_looks_at_no_table_of_its_callers_own() -> None:
    assert look_where_their_caller_does() == WRITTEN_OUT


@pytest.mark.parametrize("setting", ["", "SET search_path = public", "SET work_mem = '64MB'"])
def test_a_function_that_looks_elsewhere_is_seen(setting: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE FUNCTION guard() RETURNS trigger LANGUAGE plpgsql {setting}"
            " AS 'BEGIN RETURN NEW; END'"
        )

    assert look_where_their_caller_does() == {*WRITTEN_OUT, "guard"}


@pytest.mark.parametrize("role", [APP_ROLE, AUDITOR_ROLE])
def test_a_role_makes_no_temporary_table(role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {role}")
        with pytest.raises(DatabaseError, match="permission denied to create temporary tables"):
            cursor.execute("CREATE TEMPORARY TABLE citizens_personkey (citizen_id uuid)")


RIGHTS = """
    SELECT relname, coalesce(string_agg(attname, ', ' ORDER BY attnum), '')
    FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
        AND has_column_privilege(%(role)s, attrelid, attnum, 'UPDATE')
    WHERE relname = ANY (%(tables)s) AND relkind = 'r'
        AND NOT has_table_privilege(%(role)s, pg_class.oid, 'DELETE')
    GROUP BY relname
"""


def test_the_application_changes_of_a_record_what_it_has_to_and_removes_none() -> None:
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, {"role": APP_ROLE, "tables": [*CHANGEABLE]})
        rights = {table: set(columns.split(", ")) for table, columns in cursor.fetchall()}

    assert rights == {table: set(columns.split(", ")) for table, columns in CHANGEABLE.items()}


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE budgets_assessment SET priority = 1, missed = 9",
        "DELETE FROM budgets_assessment",
        "UPDATE providers_statechange SET actor = 'sam'",
        "DELETE FROM providers_statechange",
        "DELETE FROM django_admin_log",
        "UPDATE providers_claim SET amount = 1",
        "UPDATE providers_claim SET enrolment_id = gen_random_uuid()",
        "UPDATE providers_enrolment SET maximum = 1",
        "UPDATE payouts_payout SET iban = 'NL91ABNA0417164300'",
        "DELETE FROM payouts_payoutline",
        "DELETE FROM payouts_payout",
        "DELETE FROM payouts_paymentbatch",
    ],
)
def test_a_record_that_others_rely_on_stays(attack: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {APP_ROLE}")
        with pytest.raises(DatabaseError, match="permission denied for table"):
            cursor.execute(attack)


@pytest.mark.parametrize(
    "attack",
    [
        "SELECT lo_from_bytea(0, repeat('x', 1000000)::bytea)",
        "SELECT lo_create(0)",
        "SELECT lo_creat(-1)",
        "SELECT pg_advisory_lock(hashtextextended('R-0000-0000', 0))",
        "SELECT pg_advisory_lock_shared(1, 2)",
        "SELECT pg_try_advisory_xact_lock(1)",
    ],
)
def test_an_auditor_locks_and_stores_nothing(attack: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {AUDITOR_ROLE}")
        with pytest.raises(DatabaseError, match="permission denied for function"):
            cursor.execute(attack)


def test_every_lock_on_a_number_is_taken_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT oid::regprocedure::text FROM pg_proc WHERE proname LIKE %s"
            " AND has_function_privilege(%s, oid, 'EXECUTE')",
            [r"pg\_%advisory%lock%", AUDITOR_ROLE],
        )
        assert not [name for (name,) in cursor.fetchall() if "unlock" not in name]


def test_what_is_left_to_a_superuser_is_said() -> None:
    assert left_to_a_superuser() == []
    with connection.cursor() as cursor:
        cursor.execute("GRANT EXECUTE ON FUNCTION lo_create(oid) TO PUBLIC")

    assert left_to_a_superuser() == [TAKE_BACK]


def test_roles_that_somebody_else_made_are_taken_as_they_are() -> None:
    """As after `pg_dumpall -g` restored by a superuser, when the owner is none."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        counts_who_made_it = cursor.fetchone()[0] >= 16
        cursor.execute("CREATE ROLE another_owner CREATEROLE")
        cursor.execute("SET LOCAL SESSION AUTHORIZATION another_owner")
        cursor.execute(ROLES)  # as they were
        cursor.execute("RESET SESSION AUTHORIZATION")
    assert left_to_a_superuser() == []

    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {AUDITOR_ROLE} RESET default_transaction_read_only")
        cursor.execute("SET LOCAL SESSION AUTHORIZATION another_owner")
        cursor.execute(ROLES)
        cursor.execute("RESET SESSION AUTHORIZATION")

    assert left_to_a_superuser() == [ALTER_ROLES] * counts_who_made_it
