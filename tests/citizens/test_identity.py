"""Personal data: found by a keyed digest, read under a key of its own, erased for good."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

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
from ontwikkelrekening.citizens.keys import UnreadableIdentity
from ontwikkelrekening.citizens.models import AccessLog, Circumstance, Citizen, PersonKey, Purpose
from ontwikkelrekening.citizens.registering import NewCitizen, Stated, register

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
