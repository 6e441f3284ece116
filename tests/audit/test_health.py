"""What machines ask of the product."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from ontwikkelrekening.audit import health
from ontwikkelrekening.celery import seal
from providers.models import OutboxMessage
from tests.ledger.attacks import write_seal

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)


def test_the_process_answers_without_a_database(client: Client) -> None:
    assert client.get("/healthz").content == b"ok\n"


def test_ready_when_database_and_migrations_are(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "database": "ok",
        "migrations": "ok",
        "queue": "ok",
        "oldestOpenSeconds": 0,
    }


def test_not_ready_when_the_database_is_gone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> int:
        raise OperationalError("server closed the connection at 10.0.0.1")

    monkeypatch.setattr(health, "_missing_migrations", gone)
    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "no answer"
    assert b"10.0.0.1" not in answer.content


def test_no_counts_when_the_database_is_gone(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone() -> tuple[int, int]:
        raise OperationalError("server closed the connection at 10.0.0.1")

    monkeypatch.setattr(health, "_outbox", gone)
    answer = client.get("/metrics")

    assert answer.status_code == 503
    assert answer["Content-Type"] == "text/plain"
    assert answer.content == b"no answer of the database\n"


def test_not_ready_when_a_migration_is_missing(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "_missing_migrations", lambda: 2)

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["migrations"]) == (503, "2 missing")


def test_not_ready_where_nothing_can_be_written(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["database"]) == (503, "read-only")


@pytest.mark.parametrize(("seconds", "state"), [(300, "ok"), (301, "late")])
def test_a_queue_that_waits_too_long_is_said(seconds: int, state: str) -> None:
    queued(NOW - timedelta(seconds=seconds))

    found = health.readiness(at=NOW)

    assert (found["queue"], found["oldestOpenSeconds"]) == (state, seconds)


def test_work_for_later_is_not_late() -> None:
    queued(NOW + timedelta(days=1))

    assert health.readiness(at=NOW)["oldestOpenSeconds"] == 0


def test_metrics_are_counts(client: Client) -> None:
    queued(timezone.now() - timedelta(hours=1), error="broken")

    text = client.get("/metrics").content.decode()

    assert "ontwikkelrekening_outbox_open 1\n" in text
    assert "ontwikkelrekening_outbox_failed 1\n" in text
    assert "broken" not in text


def test_seals_that_cannot_be_published_are_told(
    client: Client, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LEDGER_SEALS_DIR = str(tmp_path)
    assert sealed(client) == "0"
    (tmp_path / "seals.jsonl").write_text('{"number": 7, "digest": "00"}\n')

    assert seal() == 0

    assert sealed(client) == "-1"
    (line,) = [line for line in caplog.records if line.levelname == "ERROR"]
    assert line.exc_info is None
    assert line.getMessage().startswith("sealed, but not published: seals.jsonl ends with a seal 7")


def test_a_seal_that_would_have_another_key_is_told(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings.LEDGER_SEALS_DIR = str(tmp_path)
    with connection.cursor() as cursor:
        cursor.execute(write_seal())

    assert seal() == 0

    (line,) = [line for line in caplog.records if line.levelname == "ERROR"]
    assert line.exc_info is None
    assert line.getMessage().startswith("seal 1 was not signed with this key: nothing is sealed")


def sealed(client: Client) -> str:
    text = client.get("/metrics").content.decode()
    return text.split("\nontwikkelrekening_seals_unpublished ")[1].split("\n")[0]


def queued(due_at: datetime, *, error: str = "") -> None:
    OutboxMessage.objects.create(
        work="claim.assess", subject="x", due_at=due_at, created_at=due_at, error=error
    )
