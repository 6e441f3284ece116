"""Personal data: found by a keyed digest, read under a key of its own, erased for good."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from ontwikkelrekening.citizens.access import log_look
from ontwikkelrekening.citizens.identity import (
    Identity,
    NoIdentity,
    NotABsn,
    checked_bsn,
    erase,
    find_by_bsn,
    identity_of,
)
from ontwikkelrekening.citizens.keys import AnotherKey, UnreadableIdentity
from ontwikkelrekening.citizens.models import (
    AccessLog,
    Circumstance,
    Citizen,
    KeyUse,
    KnownKey,
    PersonKey,
    Purpose,
)
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register
from ontwikkelrekening.database import APP_ROLE, set_up_database

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
FATIMA = Identity("Fatima", "Amrani", "999900006")
HENK = Identity("Henk", "de Boer", "999900018")


@pytest.fixture
def fatima(db: None) -> Citizen:
    stated = (Stated("contract", "agency", date(2025, 9, 1)),)
    register([NewCitizen(FATIMA, date(1991, 4, 3), "nl", stated)], at=AT)
    return Citizen.objects.get()


@pytest.fixture
def henk(db: None) -> Citizen:
    (code,) = register([NewCitizen(HENK, date(1974, 11, 20))], at=AT).codes
    return Citizen.objects.get(account_code=code)


def test_fatima_is_found_by_her_bsn_and_read_back(fatima: Citizen) -> None:
    assert find_by_bsn("999900006") == fatima
    assert find_by_bsn("9999.00.006") == fatima
    assert identity_of(fatima) == FATIMA


@pytest.mark.parametrize("number", ["999900018", "999900007", "", "abc", "1" * 40, "000000000"])
def test_another_number_finds_nobody(fatima: Citizen, number: str) -> None:
    assert find_by_bsn(number) is None


@pytest.mark.parametrize("number", ["999900007", "12345", "99990000x"])
def test_a_wrong_bsn_is_refused_without_repeating_it(number: str) -> None:
    with pytest.raises(NotABsn) as refused:
        checked_bsn(number)

    assert number not in str(refused.value)


def test_no_name_or_number_is_in_the_database_in_the_clear(fatima: Citizen) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT c::text || k::text FROM citizens_citizen c, citizens_personkey k")
        (row,) = cursor.fetchone() or ("",)

    for word in ("Fatima", "Amrani", "999900006"):
        assert word not in row
        assert word.encode().hex() not in row


def test_an_identity_prints_nothing() -> None:
    assert "Fatima" not in repr(FATIMA)
    assert "999900006" not in f"{FATIMA}"


def test_one_persons_data_cannot_be_read_as_anothers(fatima: Citizen, henk: Citizen) -> None:
    henk.identity = fatima.identity
    henk.save()
    PersonKey.objects.filter(citizen=henk).update(wrapped=fatima.key.wrapped)

    with pytest.raises(UnreadableIdentity):
        identity_of(henk)


def test_altered_data_is_noticed(fatima: Citizen) -> None:
    blob = bytearray(fatima.identity or b"")
    blob[-1] ^= 1
    fatima.identity = bytes(blob)

    with pytest.raises(UnreadableIdentity):
        identity_of(fatima)


def test_the_master_key_can_be_replaced(fatima: Citizen, settings: Settings) -> None:
    old = settings.IDENTITY_MASTER_KEY
    settings.IDENTITY_MASTER_KEY = "another-master-key-of-thirty-two-characters"
    with pytest.raises(UnreadableIdentity):
        identity_of(fatima)

    settings.IDENTITY_OLD_MASTER_KEYS = [old]
    assert identity_of(fatima) == FATIMA
    set_up_database()
    call_command("rewrap_keys", verbosity=0)

    settings.IDENTITY_OLD_MASTER_KEYS = []
    assert identity_of(fatima) == FATIMA


def test_erasing_leaves_the_account_code_and_nothing_else(fatima: Citizen) -> None:
    log_look(fatima, actor="amir", purpose=Purpose.OPENED, at=AT)
    code = fatima.account_code

    erase(fatima, at=AT)
    erase(fatima, at=datetime(2027, 1, 1, tzinfo=UTC))

    fatima.refresh_from_db()
    assert (fatima.account_code, fatima.erased_at) == (code, AT)
    assert (fatima.born_on, fatima.identity, fatima.bsn_lookup) == (None, None, None)
    for left in (PersonKey, Circumstance, AccessLog):
        assert not left.objects.filter(citizen=fatima).exists()
    assert find_by_bsn("999900006") is None
    with pytest.raises(NoIdentity):
        identity_of(fatima)


def test_an_erased_citizen_cannot_get_an_identity_again(fatima: Citizen) -> None:
    erase(fatima, at=AT)

    with (
        pytest.raises(IntegrityError, match="erased_citizen_has_no_identity"),
        transaction.atomic(),
    ):
        Citizen.objects.filter(pk=fatima.pk).update(identity=b"x")


def test_every_look_is_written_down_for_the_citizen(fatima: Citizen) -> None:
    log_look(fatima, actor="rosa", purpose=Purpose.CASEWORK, at=AT)

    (look,) = fatima.looks.all()
    assert (look.actor, look.purpose, look.at) == ("rosa", Purpose.CASEWORK, AT)


ANOTHER = "another-lookup-key-of-thirty-two-characters"
SENTENCE = "BSN_LOOKUP_KEY is not the key that this database was set up with"


@pytest.fixture
def with_another_lookup_key(settings: Settings) -> None:
    settings.BSN_LOOKUP_KEY = ANOTHER


def find_noor() -> None:
    find_by_bsn("999900079")


def register_fatima_again() -> None:
    register([NewCitizen(FATIMA, date(1991, 4, 3))], at=AT)


@pytest.mark.parametrize("act", [find_noor, register_fatima_again, set_up_database])
def test_a_database_refuses_another_lookup_key(
    act: Callable[[], None], fatima: Citizen, with_another_lookup_key: None
) -> None:
    for _again in range(2):
        with pytest.raises(AnotherKey, match=SENTENCE):
            act()

    assert Citizen.objects.get() == fatima


@pytest.mark.parametrize(
    ("command", "rows"),
    [
        ("import_citizens", "bsn,given_name,family_name,born_on\n999900006,Fa,Am,1991-04-03\n"),
        ("import_extract", "bsn,kind,value,valid_from\n999900006,household,alone,2025-09-01\n"),
    ],
)
def test_a_file_is_refused_under_another_lookup_key(
    command: str, rows: str, fatima: Citizen, with_another_lookup_key: None, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text(rows)

    # `manage.py` says a setting that cannot be used in its sentence.
    with pytest.raises(ImproperlyConfigured, match=SENTENCE):
        call_command(command, file)

    assert Citizen.objects.get() == fatima


def test_a_database_that_was_not_set_up_finds_nobody(db: None, settings: Settings) -> None:
    settings.BSN_LOOKUP_KEY = ANOTHER
    KnownKey.objects.all().delete()

    with pytest.raises(AnotherKey, match="This database is not set up"):
        find_noor()


def test_the_lookup_key_is_compared_once_in_a_process(
    db: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    find_noor()

    with django_assert_num_queries(1):
        find_noor()


def test_the_marks_of_the_keys_are_rows_that_the_app_cannot_change(db: None) -> None:
    with pytest.raises(IntegrityError, match="one_lookup_key"), transaction.atomic():
        KnownKey.objects.create(use=KeyUse.LOOKUP, mark=b"x")
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {APP_ROLE}")
        with pytest.raises(DatabaseError, match="permission denied"):
            cursor.execute("UPDATE citizens_knownkey SET mark = ''")


def rewrap() -> None:
    call_command("rewrap_keys", verbosity=0)


@pytest.mark.parametrize("act", [find_noor, register_fatima_again, set_up_database, rewrap])
@pytest.mark.parametrize("old", [[], ["a-third-master-key-of-thirty-two-characters"]])
def test_a_database_refuses_a_master_key_that_does_not_follow_its_own(
    act: Callable[[], None], old: list[str], fatima: Citizen, settings: Settings
) -> None:
    """What a mistyped key wrapped could not be read any more once the mistake was mended."""
    wrapped = bytes(PersonKey.objects.get().wrapped)
    settings.IDENTITY_MASTER_KEY = "a-mistyped-master-key-of-thirty-two-characters"
    settings.IDENTITY_OLD_MASTER_KEYS = old

    for _again in range(2):
        with pytest.raises((AnotherKey, CommandError), match="IDENTITY_"):
            act()

    assert Citizen.objects.get() == fatima
    assert bytes(PersonKey.objects.get().wrapped) == wrapped


def test_both_master_keys_are_known_after_one_took_the_place_of_the_other(
    fatima: Citizen, settings: Settings
) -> None:
    """What still runs with the older of the two registers people as well: either can read them."""
    old, new = settings.IDENTITY_MASTER_KEY, "another-master-key-of-thirty-two-characters"
    settings.IDENTITY_MASTER_KEY, settings.IDENTITY_OLD_MASTER_KEYS = new, [old]
    set_up_database()

    settings.IDENTITY_MASTER_KEY, settings.IDENTITY_OLD_MASTER_KEYS = old, [new]
    set_up_database()

    assert find_by_bsn("999900006") == fatima
    assert KnownKey.objects.filter(use=KeyUse.MASTER).count() == 2
