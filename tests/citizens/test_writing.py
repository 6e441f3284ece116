"""Words by a citizen: kept under the person's own key, gone with the person."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, connection, transaction

from ontwikkelrekening.citizens.identity import Identity, NoIdentity, erase
from ontwikkelrekening.citizens.keys import UnreadableIdentity
from ontwikkelrekening.citizens.models import Citizen, Writing
from ontwikkelrekening.citizens.registering import NewCitizen, register
from ontwikkelrekening.citizens.writing import UnusableText, read, write

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


@pytest.fixture
def fatima() -> Citizen:
    (code,) = register(
        [NewCitizen(Identity("Fatima", "Amrani", "999900006"), date(1991, 4, 3))], at=AT
    ).codes
    return Citizen.objects.get(account_code=code)


def test_words_are_read_back_and_not_stored_in_the_clear(fatima: Citizen) -> None:
    id_ = write(fatima.account_code, " Ik ben ziek geweest. ", author="citizen", at=AT)

    assert read(id_) == "Ik ben ziek geweest."
    assert b"ziek" not in bytes(Writing.objects.get().text)


def test_words_go_with_the_person(fatima: Citizen) -> None:
    id_ = write(fatima.account_code, "Ik ben ziek geweest.", author="citizen", at=AT)

    erase(fatima, at=AT)

    with pytest.raises(NoIdentity):
        read(id_)


def test_words_cannot_be_put_in_anothers_place(fatima: Citizen) -> None:
    first = write(fatima.account_code, "ja", author="citizen", at=AT)
    second = write(fatima.account_code, "nee", author="citizen", at=AT)
    exchange = {"text": Writing.objects.get(pk=second).text}

    with pytest.raises(IntegrityError, match="is kept"), transaction.atomic():
        Writing.objects.filter(pk=first).update(**exchange)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE citizens_writing DISABLE TRIGGER USER")
    Writing.objects.filter(pk=first).update(**exchange)
    with pytest.raises(UnreadableIdentity):
        read(first)


@pytest.mark.parametrize("text", ["", "   ", "x" * 10_001, "a\0b"])
def test_a_text_that_cannot_be_kept_is_refused(fatima: Citizen, text: str) -> None:
    with pytest.raises(UnusableText):
        write(fatima.account_code, text, author="citizen", at=AT)
