"""An attack on every guard of the books, and how to take the guard away."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from ledger.posting import NewTransfer, post
from ontwikkelrekening.database import APP_ROLE
from tests.disguise import allow_disguise
from tests.ledger.books import AT, Names, booking, move

Attack = Callable[[Names, UUID], None]


@dataclass(frozen=True)
class Guard:
    """What it is called in `GUARDS_OF_THE_DATABASE`, how to remove it, and what it must refuse."""

    name: str
    remove: str
    attack: Attack


def sql(*statements: str) -> Attack:
    def attack(books: Names, transfer: UUID) -> None:
        names: dict[str, int | UUID] = {
            "transfer": transfer,
            "fund": books.fund,
            "henk": books.henk,
        }
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement, names)

    return attack


def trigger(name: str, table: str, statement: str) -> Guard:
    act = statement.split(maxsplit=1)[0]
    return Guard(f"{name}: {act}", f"DROP TRIGGER {name} ON {table}", sql(statement))


def constraint(name: str, table: str, attack: Attack) -> Guard:
    return Guard(name, f"ALTER TABLE {table} DROP CONSTRAINT {name} CASCADE", attack)


def refusal(function: str, message: str, condition: str, attack: Attack) -> Guard:
    return Guard(f"{function}: {message}", without(function, condition, "false"), attack)


def without(function: str, condition: str, replacement: str) -> str:
    """SQL that takes one condition out of a function's body."""
    return f"""
        DO $mutate$ DECLARE source text := pg_get_functiondef('{function}'::regproc); BEGIN
            ASSERT strpos(source, $c${condition}$c$) > 0, 'the condition is not there';
            EXECUTE replace(source, $c${condition}$c$, $r${replacement}$r$);
        END $mutate$
    """


def refuses_to_book(message: str, condition: str, attack: Attack) -> Guard:
    """`ledger_place` holds the condition, another function has the words."""
    return Guard(
        f"ledger_refuse_to_book: {message}", without("ledger_place", condition, "true"), attack
    )


def overdraw(books: Names, transfer: UUID) -> None:
    move(books.fatima, books.fatimas_course, 60_001)


def overdraw_in_two(books: Names, transfer: UUID) -> None:
    halves = [NewTransfer(books.fatima, books.fatimas_course, cents) for cents in (30_000, 30_001)]
    post(booking(), halves, at=AT)


def overdraw_the_fund(books: Names, transfer: UUID) -> None:
    move(books.fund, books.henk, 40_001)


def move_nothing(books: Names, transfer: UUID) -> None:
    move(books.fund, books.henk, 0)


def move_too_much(books: Names, transfer: UUID) -> None:
    move(books.treasury, books.bank, 10**12 + 1)


def move_to_nobody(books: Names, transfer: UUID) -> None:
    move(books.fund, NOBODY, 1)


def move_to_nobody_too(books: Names, transfer: UUID) -> None:
    post(booking(), [NewTransfer(books.fund, credit, 1) for credit in (books.henk, NOBODY)], at=AT)


def move_to_itself(books: Names, transfer: UUID) -> None:
    move(books.fatima, books.fatima, 1)


def move_to_itself_too(books: Names, transfer: UUID) -> None:
    post(
        booking(),
        [NewTransfer(books.fund, credit, 1) for credit in (books.henk, books.fund)],
        at=AT,
    )


def say_something_else(books: Names, transfer: UUID) -> None:
    move(books.fund, books.henk, 1, id=transfer)


def post_into_a_closed_period(books: Names, transfer: UUID) -> None:
    sql("UPDATE ledger_books SET closed_through = '2026-01-31'")(books, transfer)
    move(books.fund, books.henk, 1, on=date(2026, 1, 31))


def post_below(mark: str) -> Attack:
    def attack(books: Names, transfer: UUID) -> None:
        sql(f"UPDATE ledger_books SET {mark} = 2^60")(books, transfer)
        move(books.fund, books.henk, 1)

    return attack


def copy(table: str, where: str = "true", **changes: str) -> str:
    """SQL that copies a row with some changes, past all functions, as the owner could."""
    pairs = ", ".join(f"'{column}', {value}" for column, value in changes.items())
    return (
        f"INSERT INTO {table} SELECT (jsonb_populate_record({table}, jsonb_build_object({pairs}))).*"
        f" FROM {table} WHERE {where} LIMIT 1"
    )


OVERDRAWN = "account % would be overdrawn"
UNKNOWN = "booking % names an account that does not exist"
ITSELF = "booking % has a transfer from an account to itself"
COLUMNS = (
    "booking_id, debit_account_id, credit_account_id, amount, effective_on, booked_at, seq, xid"
)
NOBODY = 2**40
HENK = "id = %(henk)s"
HENKS = "ARRAY[%(fund)s]::bigint[], ARRAY[%(henk)s]::bigint[], ARRAY[1]::bigint[]"
TOO_EARLY = ["-infinity", "4000-01-01 BC", "1899-12-31"]
ZEROS = "decode(repeat('00', 32), 'hex')"
SEAL = {
    "number": "1", "count": "1", "last_xid": "5", "last_seq": "1", "root": ZEROS,
    "previous": ZEROS, "digest": r"'\x01'", "signature": "''", "leaves": ZEROS, "at": "now()",
    "closed_through": "NULL", "closed_xid": "0",
}  # fmt: skip
SECOND = {"number": "2", "previous": r"'\x01'", "digest": r"'\x02'"}


def add_seal(**fields: str) -> str:
    return f"SELECT ledger_add_seal({', '.join((SEAL | fields).values())})"


def write_seal(**fields: str) -> str:
    return f"INSERT INTO ledger_seal VALUES ({', '.join((SEAL | fields).values())})"


def post_at(
    *, day: str = "2026-03-02", moment: str = "2026-03-02 09:30Z", debit: str = "%(fund)s"
) -> str:
    return (
        f"SELECT ledger_post(gen_random_uuid(), '', '', '', '{day}', '{moment}', "
        f"{debit}, %(henk)s, 1)"
    )


def post_many(transfers: str = HENKS, *, day: str = "2026-03-02") -> str:
    return f"SELECT ledger_post_many(gen_random_uuid(), '', '', '', '{day}', now(), {transfers})"


def looks_away(function: str, *acts: str, then: Attack | None = None) -> Guard:
    """The application gives tables of its own the names of those that a function works on."""

    def attack(books: Names, transfer: UUID) -> None:
        with connection.cursor() as cursor:
            allow_disguise(cursor)
        sql(f"SET LOCAL SESSION AUTHORIZATION {APP_ROLE}", *acts)(books, transfer)
        if then:
            then(books, transfer)

    return Guard(f"{function}: search_path", f"ALTER FUNCTION {function} RESET search_path", attack)


def fake(table: str, change: str) -> tuple[str, str]:
    return (
        f"CREATE TEMPORARY TABLE {table} AS TABLE public.{table}",
        f"UPDATE pg_temp.{table} SET {change}",
    )


def breaks_the_chain(condition: str, *statements: str) -> Guard:
    return refusal(
        "ledger_add_seal", "seal % does not continue the chain", condition, sql(*statements)
    )


def once_each(table: str, columns: str, values: str) -> Guard:
    """A row for an account, once."""
    insert = f"INSERT INTO {table} (account_id, {columns}) VALUES (%(henk)s, {values})"
    return constraint(f"{table}_pkey", table, sql(insert, insert))


APPEND_ONLY = {
    "ledger_transfer": "amount = amount + 1",
    "ledger_booking": "effective_on = '2020-01-01'",
    "ledger_opening": "debits = 1",
    "ledger_seal": "count = 2",
}
GUARDS = [
    *(
        trigger(f"{table.removeprefix('ledger_')}_is_append_only", table, statement)
        for table, change in APPEND_ONLY.items()
        for statement in (
            f"UPDATE {table} SET {change}",
            f"DELETE FROM {table}",
            f"TRUNCATE {table}",
        )
    ),
    trigger(
        "account_is_append_only",
        "ledger_account",
        f"UPDATE ledger_account SET may_overdraw = true WHERE {HENK}",
    ),
    trigger("account_is_append_only", "ledger_account", f"DELETE FROM ledger_account WHERE {HENK}"),
    Guard(
        "account_is_append_only: TRUNCATE",
        "DROP TRIGGER account_is_append_only ON ledger_account;"
        "DROP TRIGGER opening_is_append_only ON ledger_opening",  # a CASCADE comes there too
        sql("TRUNCATE ledger_account CASCADE"),
    ),
    *(
        trigger("total_is_kept", "ledger_total", statement)
        for statement in ("DELETE FROM ledger_total", "TRUNCATE ledger_total")
    ),
    *(
        trigger("books_are_kept", "ledger_books", statement)
        for statement in ("DELETE FROM ledger_books", "TRUNCATE ledger_books")
    ),
    Guard(
        "code_is_bounded",
        "ALTER DOMAIN ledger_code DROP CONSTRAINT code_is_bounded",
        sql("SELECT ledger_open_accounts(ARRAY[repeat('z', 64) || ' '], 'tranche', now())"),
    ),
    constraint("ledger_total_pkey", "ledger_total", sql(copy("ledger_total"))),
    Guard(
        "slot_is_never_overdrawn",
        "ALTER DOMAIN ledger_free DROP CONSTRAINT slot_is_never_overdrawn",
        sql("UPDATE ledger_slot SET free = -1 WHERE account_id = %(fund)s"),
    ),
    Guard(
        "transfer_amount_is_positive",
        "ALTER DOMAIN ledger_cents DROP CONSTRAINT transfer_amount_is_positive",
        move_nothing,
    ),
    Guard(
        "transfer_amount_is_bounded",
        "ALTER DOMAIN ledger_cents DROP CONSTRAINT transfer_amount_is_bounded",
        move_too_much,
    ),
    *(
        Guard(
            "date_is_bounded", "ALTER DOMAIN ledger_date DROP CONSTRAINT date_is_bounded", sql(act)
        )
        for act in (
            *(post_at(day=day) for day in (*TOO_EARLY, "3000-01-01", "infinity")),
            *(f"SELECT ledger_close_period('{day}')" for day in TOO_EARLY),
        )
    ),
    *(
        Guard(
            "moment_is_bounded",
            "ALTER DOMAIN ledger_moment DROP CONSTRAINT moment_is_bounded",
            sql(act),
        )
        for moment in ("-infinity", "4000-01-01 BC", "3000-01-01 00:00:01Z", "infinity")
        for act in (
            post_at(moment=moment),
            f"SELECT ledger_open_accounts('{{x}}', 'tranche', '{moment}')",
            add_seal(at=f"'{moment}'"),
        )
    ),
    constraint("ledger_transfer_pkey", "ledger_transfer", sql(copy("ledger_transfer"))),
    constraint("ledger_booking_pkey", "ledger_booking", sql(copy("ledger_booking"))),
    constraint("books_are_one", "ledger_books", sql(copy("ledger_books", id="2"))),
    constraint("ledger_books_pkey", "ledger_books", sql(copy("ledger_books"))),
    constraint("ledger_accountclass_pkey", "ledger_accountclass", sql(copy("ledger_accountclass"))),
    constraint(
        "ledger_account_pkey", "ledger_account", sql(copy("ledger_account", HENK, code="'another'"))
    ),
    constraint(
        "account_code_is_unique",
        "ledger_account",
        sql(copy("ledger_account", HENK, id=f"{NOBODY}")),
    ),
    constraint(
        "ledger_account_account_class_id_003b8310_fk_ledger_ac",
        "ledger_account",
        sql(
            copy(
                "ledger_account",
                HENK,
                id=f"{NOBODY}",
                code="'another'",
                account_class_id="'no class'",
            )
        ),
    ),
    once_each("ledger_slot", "number, free, spent", "0, 0, 0"),
    once_each(
        "ledger_daytotal",
        "effective_on, booked_on, debits, credits",
        "'2020-01-01', '2020-01-01', 0, 0",
    ),
    once_each("ledger_opening", "closed_through, debits, credits", "'2020-01-01', 0, 0"),
    constraint("seal_is_not_empty", "ledger_seal", sql(add_seal(count="0", leaves="''"))),
    constraint(
        "ledger_seal_pkey", "ledger_seal", sql(write_seal(), write_seal(**SECOND | {"number": "1"}))
    ),
    constraint(
        "ledger_seal_previous_key",
        "ledger_seal",
        sql(write_seal(), write_seal(**SECOND | {"previous": ZEROS})),
    ),
    constraint(
        "ledger_seal_digest_key",
        "ledger_seal",
        sql(write_seal(), write_seal(**SECOND | {"digest": SEAL["digest"]})),
    ),
    breaks_the_chain("p_number <> coalesce(last.number, 0) + 1", add_seal(number="2")),
    breaks_the_chain(f"p_previous <> coalesce(last.digest, {ZEROS})", add_seal(previous=r"'\x02'")),
    *(
        breaks_the_chain(
            "(p_last_xid, p_last_seq) <= (last.last_xid, last.last_seq)",
            add_seal(),
            add_seal(**SECOND | again),
        )
        for again in ({"last_xid": "4", "last_seq": "2"}, {"last_seq": "0"}, {})
    ),
    breaks_the_chain("p_last_xid >= ledger_horizon()", add_seal(last_xid="ledger_horizon()")),
    breaks_the_chain("length(p_leaves) <> 32 * p_count", add_seal(leaves="''")),
    Guard(
        "ledger_take: account % would be overdrawn by % cents",
        without("ledger_take", "pool < 0", "false")
        + "; ALTER DOMAIN ledger_free DROP CONSTRAINT slot_is_never_overdrawn",
        overdraw_the_fund,
    ),
    refuses_to_book(
        "the books are closed through %",
        "(p_effective_on <= closed_through) IS NOT TRUE",
        post_into_a_closed_period,
    ),
    *(
        refuses_to_book(
            "this server counts transactions from low again: begin a new era",
            "xid_offset + txid_current() >= greatest(sealed_to, rolled_to)",
            post_below(mark),
        )
        for mark in ("sealed_to", "rolled_to")
    ),
    *(
        Guard(f"ledger_refuse_to_move: {message}", without(function, condition, other), attack)
        for message, attack, function, condition, other in (
            (OVERDRAWN, overdraw, "ledger_post", "* floor >= 0", "* 0 >= 0"),
            (OVERDRAWN, overdraw_in_two, "ledger_add_many", "* t.floor >= 0", "* 0 >= 0"),
            (UNKNOWN, move_to_nobody, "ledger_post", "found_cold + found_hot < 2", "false"),
            (UNKNOWN, move_to_nobody_too, "ledger_post_many", "refused <> '{}'", "false"),
            (ITSELF, move_to_itself, "ledger_post", "found_cold + found_hot < 2", "false"),
            (ITSELF, move_to_itself_too, "ledger_post_many", "given.debit = given.credit", "false"),
        )
    ),
    Guard(
        "ledger_refuse_to_book: booking % is there already with other content",
        without("ledger_refuse_to_book", "IF ledger_is_same", "IF true OR ledger_is_same"),
        say_something_else,
    ),
    refusal(
        "ledger_post_many",
        "booking % has no transfers",
        "coalesce(cardinality(p_debits), 0) = 0",
        sql(post_many("'{}', '{}', '{}'")),
    ),
    Guard(
        "ledger_post_many: booking % has no transfers",
        without("ledger_post_many", "coalesce(cardinality(p_debits), 0)", "cardinality(p_debits)"),
        sql(post_many("NULL, NULL, NULL")),
    ),
    *(
        refusal(
            "ledger_close_period",
            "% is not over yet (UTC)",
            "p_through >= (now() AT TIME ZONE 'UTC')::date",
            sql("SET LOCAL TimeZone = '-167'", f"SELECT ledger_close_period({day})"),
        )
        for day in ("(now() AT TIME ZONE 'UTC')::date", "'2999-12-31'")
    ),
    refusal(
        "ledger_close_period",
        "the books are closed through % already",
        "p_through <= before",
        sql("SELECT ledger_close_period('2020-01-02')", "SELECT ledger_close_period('2020-01-01')"),
    ),
    refusal(
        "ledger_close_period",
        "the books are closed through % already",
        "p_through IS NULL",
        sql("SELECT ledger_close_period('2020-01-02')", "SELECT ledger_close_period(NULL)"),
    ),
    refusal(
        "ledger_open_accounts",
        "there is no account class %",
        "NOT FOUND",
        sql("SELECT ledger_open_accounts('{}', 'no class', now())"),
    ),
    refusal(
        "ledger_open_accounts",
        "account % is of another class than %",
        "stranger IS NOT NULL",
        sql(
            "SELECT ledger_open_accounts(array_agg(code), 'bank', now()) FROM ledger_account "
            f"WHERE {HENK}"
        ),
    ),
    *(
        looks_away(
            function,
            "SELECT ledger_close_period('2026-01-31')",
            *fake("ledger_books", "closed_through = NULL"),
            posting,
        )
        for function, posting in (
            ("ledger_post", post_at(day="2026-01-31")),
            ("ledger_post_many", post_many(day="2026-01-31")),
        )
    ),
    looks_away(
        "ledger_roll_up",
        *fake("ledger_books", "xid_offset = 1000000"),
        "SELECT ledger_roll_up()",
        then=overdraw_the_fund,
    ),
    looks_away(
        "ledger_close_period",
        "SELECT ledger_close_period('2020-01-02')",
        *fake("ledger_books", "closed_through = NULL"),
        "SELECT ledger_close_period('2020-01-01')",
    ),
    looks_away(
        "ledger_add_seal",
        add_seal(),
        "CREATE TEMPORARY TABLE ledger_seal (LIKE public.ledger_seal)",
        add_seal(digest=r"'\x02'"),
    ),
    looks_away(
        "ledger_lock_seals",
        "CREATE TEMPORARY TABLE ledger_seal ()",
        "SELECT ledger_lock_seals()",
        "DO $$ BEGIN ASSERT NOT EXISTS (SELECT FROM pg_locks WHERE mode = 'ShareRowExclusiveLock' "
        "AND relation = 'public.ledger_seal'::regclass), 'the seals are locked'; END $$",
    ),
    looks_away(
        "ledger_open_accounts",
        *fake("ledger_accountclass", "may_overdraw = true"),
        "SELECT ledger_open_accounts('{x}', 'tranche', now())",
        post_at(debit="(SELECT id FROM ledger_account WHERE code = 'x')"),
    ),
]
