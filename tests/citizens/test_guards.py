"""Hostile SQL with the application's rights on what is known of people: the database refuses it.

Without the guard the same attack goes through, so no guard is there for show.
"""

from __future__ import annotations

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from ontwikkelrekening.citizens.access import log_look
from ontwikkelrekening.citizens.evidence import ask_sample, hand_in, judge
from ontwikkelrekening.citizens.identity import Identity, erase
from ontwikkelrekening.citizens.models import (
    AccessLog,
    Circumstance,
    Citizen,
    Exhibit,
    Purpose,
    Writing,
)
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register
from ontwikkelrekening.citizens.writing import write
from ontwikkelrekening.database import APP_ROLE
from tests.disguise import allow_disguise
from tests.eligibility.conftest import AT, ON

FACTS, EXHIBITS = "citizens_circumstance", "citizens_exhibit"
STATE = (
    "INSERT INTO citizens_circumstance (citizen_id, kind, value, source, evidence, judged_by,"
    " judged_at, valid_from, recorded_at) SELECT id, 'benefit', 'none', 'own_statement', {how},"
    " '2026-01-01', now() FROM citizens_citizen"
)
HAND_IN = (
    "INSERT INTO citizens_exhibit (id, fact_id, media_type, content, handed_in_at)"
    " SELECT gen_random_uuid(), id, 'image/png', '', now() FROM citizens_circumstance"
    " WHERE evidence = 'seen'"
)
GUARDS = [
    ("fact_moves_one_way", FACTS, "UPDATE citizens_circumstance SET valid_until = '2026-06-01'"),
    ("fact_moves_one_way", FACTS, "UPDATE citizens_circumstance SET kind = 'benefit'"),
    (
        "fact_moves_one_way",
        FACTS,
        "UPDATE citizens_circumstance SET evidence = 'not_asked' WHERE evidence = 'asked'",
    ),
    (
        "fact_moves_one_way",
        FACTS,
        "UPDATE citizens_circumstance SET evidence = 'rejected' WHERE evidence = 'seen'",
    ),
    (
        "own_statement_is_judged_by_a_person",
        FACTS,
        "UPDATE citizens_circumstance SET evidence = 'seen' WHERE evidence = 'asked'",
    ),
    ("statement_begins_unjudged", FACTS, STATE.format(how="'seen', 'rosa', now()")),
    ("fact_is_erased_with_the_person_only", FACTS, "DELETE FROM citizens_circumstance"
     " WHERE kind = 'household'"),
    ("look_is_erased_with_the_person_only", "citizens_accesslog", "DELETE FROM citizens_accesslog"),
    (
        "look_is_erased_with_the_person_only",
        "citizens_accesslog",
        "UPDATE citizens_accesslog SET actor = 'sam'",
    ),
    ("words_are_erased_with_the_person_only", "citizens_writing", "DELETE FROM citizens_writing"),
    ("exhibit_is_kept_till_it_is_judged", EXHIBITS, "DELETE FROM citizens_exhibit"),
    ("exhibit_is_kept_till_it_is_judged", EXHIBITS, "UPDATE citizens_exhibit SET content = ''"),
    ("exhibit_is_kept_till_it_is_judged", EXHIBITS, HAND_IN),
]  # fmt: skip


@pytest.fixture
def fatima(db: None) -> Citizen:
    """Someone with a fact of each kind of evidence, words, a look and a document."""
    stated = (
        Stated("contract", "agency", date(2025, 9, 1)),
        Stated("residence", "yes", date(2025, 9, 1)),
    )
    person = NewCitizen(Identity("Fatima", "Amrani", "999900006"), date(1991, 4, 3), "nl", stated)
    (code,) = register([person], at=AT).codes
    ask_sample(per_cent=100, seed="1", on=ON)
    hand_in(Circumstance.objects.get(kind="contract"), b"%PDF-1.7", at=AT)
    judge(Circumstance.objects.get(kind="residence"), holds=True, by="rosa", at=AT)
    later = (Stated("household", "alone", date(2025, 9, 1)),)
    register([NewCitizen(person.identity, person.born_on, "nl", later)], at=AT)
    citizen = Citizen.objects.get(account_code=code)
    write(code, "Ik werk flexibel.", author="citizen", at=AT)
    log_look(citizen, actor="rosa", purpose=Purpose.OPENED, at=AT)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
    return citizen


@pytest.mark.parametrize(("guard", "table", "attack"), GUARDS)
def test_the_guard_refuses_the_application(
    fatima: Citizen, guard: str, table: str, attack: str
) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(attack)


@pytest.mark.parametrize(("guard", "table", "attack"), GUARDS)
def test_without_the_guard_it_would_happen(
    fatima: Citizen, guard: str, table: str, attack: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        constraint = guard == "own_statement_is_judged_by_a_person"
        cursor.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT {guard}"
            if constraint
            else f"DROP TRIGGER {guard} ON {table}"
        )
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        cursor.execute(attack)
        assert cursor.rowcount > 0


@pytest.mark.parametrize(
    ("disguise", "attack"),
    [
        (
            "citizens_personkey AS TABLE public.citizens_personkey WITH NO DATA",
            "DELETE FROM citizens_accesslog",
        ),
        (
            "citizens_circumstance AS SELECT id, citizen_id, 'asked' AS evidence FROM citizens_circumstance",
            HAND_IN.replace("FROM citizens", "FROM public.citizens"),
        ),
    ],
)
def test_a_guard_falls_for_no_table_of_the_applications_own(
    fatima: Citizen, disguise: str, attack: str
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        allow_disguise(cursor)
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        cursor.execute(f"CREATE TEMPORARY TABLE {disguise}")
        with pytest.raises(DatabaseError, match="kept"), transaction.atomic():
            cursor.execute(attack)


def test_every_guard_of_these_tables_is_attacked(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgrelid::regclass::text LIKE 'citizens_%%'"
            " AND tgname NOT LIKE '%%_forget_who_is_erased'",  # they guard nothing
            [],
        )
        assert {name for (name,) in cursor.fetchall()} <= {guard for guard, _, _ in GUARDS}


def test_erasing_the_person_erases_all_of_it(fatima: Citizen) -> None:
    erase(fatima, at=AT)

    for model in (Circumstance, AccessLog, Writing, Exhibit):
        assert not model.objects.exists()
