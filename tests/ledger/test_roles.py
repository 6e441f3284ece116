"""Hostile SQL with the rights of the application and of an auditor.

Every right that they have not is tried, then given: a right too many makes a test fail.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from ledger.accounts import open_accounts
from ledger.balances import balance
from ledger.closing import close_period
from ledger.posting import Overdrawn
from ledger.reports import statement, trial_balance
from ledger.rolling_up import roll_up
from ontwikkelrekening.database import APP_ROLE, AUDITOR_ROLE
from tests.ledger.books import AT, ON, move, open_books

pytestmark = pytest.mark.django_db

ROLES = [APP_ROLE, AUDITOR_ROLE]
TABLES = {  # and a column of each
    "ledger_accountclass": "code",
    "ledger_account": "code",
    "ledger_total": "credits",
    "ledger_slot": "spent",
    "ledger_booking": "id",
    "ledger_transfer": "amount",
    "ledger_daytotal": "credits",
    "ledger_opening": "credits",
    "ledger_seal": "count",
    "ledger_books": "closed_through",
}
VIEWS = ["ledger_entry", "ledger_moved", "ledger_now", "ledger_leaf"]
ACTS = {
    "ledger_open_accounts": "'{x}', 'tranche', now()",
    "ledger_post": "gen_random_uuid(), 'x', 'x', 'x', now()::date, now(), 1, 2, 100",
    "ledger_post_many": "gen_random_uuid(), 'x', 'x', 'x', now()::date, now(), '{}', '{}', '{}'",
    "ledger_roll_up": "",
    "ledger_close_period": "'2020-01-01'",
    "ledger_lock_seals": "",
    "ledger_add_seal": "1, 1, 1, 1, '', '', '', '', '', now(), NULL, 0",
}
FOR_THE_OWNER = {
    "ledger_take": "1, -100",
    "ledger_add_many": "'{1}', '{2}', '{100}'",
    "ledger_is_same": "gen_random_uuid(), '', '', '', now()::date, '{}', '{}', '{}'",
    "ledger_refuse_to_book": "gen_random_uuid(), '', '', '', now()::date, '{}', '{}', '{}'",
    "ledger_refuse_to_move": "gen_random_uuid(), '{}', '{}', '{}'",
    "ledger_place": "now()::date",
    "ledger_begin_era": "",
}
FOR_EVERYBODY = [  # they only read, with the rights of whoever calls them; the last is the refusal
    "ledger_totals", "ledger_totals_on", "ledger_horizon", "ledger_content", "ledger_leaves",
    "ledger_next_leaves", "ledger_refuse",
]  # fmt: skip
SEQUENCES = ["ledger_transfer_seq", "ledger_account_id_seq"]


@dataclass(frozen=True)
class Right:
    """A right, on what, and what it would let one do (nothing by itself, of a few)."""

    act: str
    on: str
    attack: str = ""

    def __str__(self) -> str:
        return f"{self.act} ON {self.on}"


ON_A_TABLE = [
    right
    for table, column in TABLES.items()
    for right in (
        Right("INSERT", table, f"INSERT INTO {table} DEFAULT VALUES"),
        Right("UPDATE", table, f"UPDATE {table} SET {column} = {column} WHERE false"),
        Right("DELETE", table, f"DELETE FROM {table} WHERE false"),
        Right("TRUNCATE", table, f"TRUNCATE {table} CASCADE"),
        Right(
            "TRIGGER",
            table,
            f"CREATE TRIGGER mine BEFORE INSERT ON {table} EXECUTE FUNCTION ledger_refuse()",
        ),
        Right("REFERENCES", table),
    )
]
ON_A_VIEW = [Right(act, view) for view in VIEWS for act in ("INSERT", "UPDATE", "DELETE")]
ON_A_SEQUENCE = [
    right
    for sequence in SEQUENCES
    for right in (
        Right("USAGE", f"SEQUENCE {sequence}", f"SELECT nextval('{sequence}')"),
        Right("UPDATE", f"SEQUENCE {sequence}", f"SELECT setval('{sequence}', 1)"),
    )
]
REFUSED = {
    role: [
        *ON_A_TABLE,
        *ON_A_VIEW,
        *ON_A_SEQUENCE,
        *(
            Right("EXECUTE", f"FUNCTION {name}", f"SELECT {name}({arguments})")
            for name, arguments in (FOR_THE_OWNER | functions).items()
        ),
        Right("CREATE", "SCHEMA public", "CREATE TABLE public.mine (id int)"),
    ]
    for role, functions in {APP_ROLE: {}, AUDITOR_ROLE: ACTS}.items()
}
GIVEN = {
    APP_ROLE: {
        *(f"SELECT ON {name}" for name in (*TABLES, *VIEWS)),
        *(f"EXECUTE ON FUNCTION {name}" for name in (*ACTS, *FOR_EVERYBODY)),
    },
    AUDITOR_ROLE: {
        *(f"SELECT ON {name}" for name in (*TABLES, *VIEWS)),
        *(f"EXECUTE ON FUNCTION {name}" for name in FOR_EVERYBODY),
    },
}
RIGHTS = r"""
    SELECT act || ' ON ' || relname FROM pg_class, unnest(
        ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) act
    WHERE relname LIKE 'ledger\_%%' AND relkind IN ('r', 'p', 'v', 'm')
        AND (has_table_privilege(%(role)s, oid, act)
             OR act IN ('SELECT', 'INSERT', 'UPDATE', 'REFERENCES')
                AND has_any_column_privilege(%(role)s, oid, act))
    UNION
    SELECT act || ' ON SEQUENCE ' || relname
    FROM pg_class, unnest(ARRAY['USAGE', 'SELECT', 'UPDATE']) act
    WHERE relname LIKE 'ledger\_%%' AND relkind = 'S'
        AND has_sequence_privilege(%(role)s, oid, act)
    UNION
    SELECT 'EXECUTE ON FUNCTION ' || proname FROM pg_proc
    WHERE proname LIKE 'ledger\_%%' AND has_function_privilege(%(role)s, oid, 'EXECUTE')
    UNION
    SELECT 'CREATE ON SCHEMA public' WHERE has_schema_privilege(%(role)s, 'public', 'CREATE')
"""
# What takes more than a right: to own a thing, or to be a superuser.
HOSTILE = [
    *(f"DROP TABLE {table} CASCADE" for table in TABLES),
    *(f"ALTER TABLE {table} DISABLE TRIGGER ALL" for table in TABLES),
    *(f"ALTER TABLE {table} OWNER TO {APP_ROLE}" for table in TABLES),
    "CREATE OR REPLACE FUNCTION ledger_refuse() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN RETURN NEW; END'",
    "DROP TRIGGER transfer_is_append_only ON ledger_transfer",
    "SET session_replication_role = replica",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    f"GRANT pg_write_all_data TO {AUDITOR_ROLE}",
]


@contextmanager
def role(name: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {name}")
        yield
        cursor.execute("RESET SESSION AUTHORIZATION")


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def rights_of(name: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(RIGHTS, {"role": name})
        return {right for (right,) in cursor.fetchall()}


each_right_refused = pytest.mark.parametrize(
    ("name", "right"),
    [
        pytest.param(name, right, id=f"{name.rpartition('_')[2]}: {right}")
        for name in ROLES
        for right in REFUSED[name]
    ],
)


@each_right_refused
def test_what_a_role_may_not_is_refused(name: str, right: Right) -> None:
    if not right.attack:
        assert str(right) not in rights_of(name)
        return
    with role(name), pytest.raises(DatabaseError, match=f"permission denied for {what(right)}"):
        execute(right.attack)


@each_right_refused
def test_a_right_too_many_is_seen(name: str, right: Right) -> None:
    execute(f"GRANT {right} TO {name}")

    assert rights_of(name) == GIVEN[name] | {str(right)}
    if right.attack:
        with role(name):
            assert f"permission denied for {what(right)}" not in refusal_of(right.attack)


def what(right: Right) -> str:
    """The thing as PostgreSQL names it in a refusal."""
    kind, _, name = right.on.rpartition(" ")
    return f"{kind.lower() or 'table'} {name}"


def refusal_of(statement: str) -> str:
    """What the database says to it; nothing when it lets it through."""
    try:
        execute(statement)
    except DatabaseError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("name", ROLES)
def test_a_role_has_these_rights_and_no_others(name: str) -> None:
    assert rights_of(name) == GIVEN[name]


def test_a_role_is_nothing_more_than_its_rights() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY (%s) AND (rolsuper OR rolcreaterole "
            "OR rolcreatedb OR rolreplication OR rolbypassrls)",
            [ROLES],
        )
        assert not cursor.fetchall()
        cursor.execute(
            "SELECT member::regrole::text, roleid::regrole::text FROM pg_auth_members "
            "WHERE member::regrole::text = ANY (%s)",
            [ROLES],
        )
        assert cursor.fetchall() == [(APP_ROLE, AUDITOR_ROLE)]  # for the audit pages
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relowner::regrole::text = ANY (%s)", [ROLES]
        )
        assert not cursor.fetchall()


@pytest.mark.parametrize("statement", HOSTILE)
@pytest.mark.parametrize("name", ROLES)
def test_hostile_sql_is_refused(name: str, statement: str) -> None:
    with (
        role(name),
        pytest.raises(
            DatabaseError,
            match=r"permission denied|must be owner|Only roles with|must (be|have) (admin|superuser)",
        ),
    ):
        execute(statement)


def test_the_application_can_do_its_work() -> None:
    books = open_books(fund_cents=100)

    with role(APP_ROLE):
        henks = open_accounts(["tranche:henk"], account_class="tranche", at=AT)["tranche:henk"]
        move(books.fund, henks, 100)
        roll_up()
        close_period(through=ON - timedelta(days=1))
        execute(
            "SELECT ledger_add_seal(1, 1, 1, 1, '', decode(repeat('00', 32), 'hex'), '', '', "
            "decode(repeat('00', 32), 'hex'), now(), NULL, 0)"
        )
        assert balance(henks) == 100
        with pytest.raises(Overdrawn), transaction.atomic():
            move(books.fund, henks, 1)


def test_the_acts_and_nothing_else_have_the_rights_of_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute(r"SELECT proname FROM pg_proc WHERE proname LIKE 'ledger\_%' AND prosecdef")
        assert {name for (name,) in cursor.fetchall()} == set(ACTS)


def test_an_auditor_can_read_everything() -> None:
    books = open_books(fund_cents=100)

    with role(AUDITOR_ROLE):
        assert balance(books.fund) == 100
        assert trial_balance()
        assert statement([books.fund], limit=5)
