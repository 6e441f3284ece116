"""The queue in the database is reached as the database is."""

from __future__ import annotations

from typing import Any

import pytest
from django.conf import settings
from psycopg.conninfo import conninfo_to_dict

from ontwikkelrekening.celery import app

pytestmark = pytest.mark.skipif(
    not settings.CELERY_BROKER_URL.startswith("pgmq:"), reason="another broker"
)


def test_a_session_of_the_broker_ends_when_its_worker_stops_in_a_transaction() -> None:
    with app.connection_for_write() as broker:
        transport: Any = broker.transport
        queue = transport._get_pgmq_client()
        with queue.pool.connection() as session:
            (limit,) = session.execute("SHOW idle_in_transaction_session_timeout").fetchone()
            said = session.info.get_parameters()
        queue.close()

    wanted = conninfo_to_dict(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["connection"]))
    wanted.pop("password", None)
    assert limit == "10s"
    assert queue.pool is None
    assert wanted.items() <= said.items()


def test_nothing_is_said_of_a_host_that_the_address_does_not_name(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with app.connection_for_write() as broker:
        info = broker.info()

    assert not info["hostname"]
    assert "hostname" not in caplog.text
