"""The audit pages read as the auditor's database role: it cannot write and sees no people."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest
from django.contrib.auth.models import User
from django.db import ProgrammingError, connection, transaction
from django.db.utils import DatabaseError, InternalError
from django.http.response import HttpResponseBase
from django.test import RequestFactory
from django.urls import resolve

from ontwikkelrekening.audit.reading import as_auditor
from ontwikkelrekening.database import AUDITOR_ROLE
from providers.models import OutboxMessage, Provider
from tests.audit.test_pages import addresses
from tests.audit.world import Year

pytestmark = pytest.mark.django_db

HIDDEN = [
    "citizens_citizen",
    "citizens_personkey",
    "citizens_circumstance",
    "citizens_accesslog",
    "providers_client",
    "oauth2_provider_accesstoken",
    "django_session",
]


@pytest.mark.parametrize("table", HIDDEN)
def test_the_auditor_sees_no_people_and_no_secrets(table: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        as_auditor(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"SELECT * FROM {table}")


def test_the_auditor_sees_no_password() -> None:
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        transaction.atomic(),
        as_auditor(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT password FROM auth_user")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE providers_provider SET name = 'x'",
        "DELETE FROM providers_outboxmessage",
        "INSERT INTO eligibility_scheme (code, name) VALUES ('x', 'x')",
        "UPDATE ledger_transfer SET amount = 1",
        "TRUNCATE ledger_transfer",
        "CREATE TABLE mine (x int)",
        "UPDATE ledger_total SET credits = 0",
    ],
)
def test_the_auditor_writes_nothing(year: Year, statement: str) -> None:
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        as_auditor(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert Provider.objects.filter(name="ROC Voorbeeld").exists()
    assert OutboxMessage.objects.exists()


def test_afterwards_the_connection_is_itself_again() -> None:
    before = _who()

    with as_auditor():
        inside = _who()

    assert inside == AUDITOR_ROLE
    assert _who() == before


def test_after_an_error_too() -> None:
    before = _who()

    with pytest.raises((ProgrammingError, InternalError)), as_auditor(), connection.cursor() as c:
        c.execute("SELECT * FROM citizens_citizen")

    assert _who() == before


def test_every_page_works_when_the_connection_is_the_auditors_own(full_year: Year) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {AUDITOR_ROLE}")

    for name, address in addresses(full_year).items():
        page = looked_at(address)

        assert page.status_code == 200, name


def test_every_download_works_when_the_connection_is_the_auditors_own(full_year: Year) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL SESSION AUTHORIZATION {AUDITOR_ROLE}")

    for name, address in addresses(full_year).items():
        page = b"".join(looked_at(address)).decode()
        for href in re.findall(r'href="(\?[^"]*download=[^"]*)"', page):
            file = looked_at(address + href)

            assert len(list(file.streaming_content)) > 1, name  # type: ignore[attr-defined]


def looked_at(address: str) -> HttpResponseBase:
    """The page as its view gives it to a superuser, without the writes of session and looks."""
    path, _, query = address.partition("?")
    request = RequestFactory().get(f"{path}?{query}")
    request.user = User(username="amir", is_staff=True, is_superuser=True)
    view, args, kwargs = resolve(path)
    with patch("ontwikkelrekening.audit.access.log_audit"):
        answer = view(request, *args, **kwargs)
    assert isinstance(answer, HttpResponseBase)
    return answer


def _who() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])
