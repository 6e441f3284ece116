"""A session is renewed while it is used, without a write for every page."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.portal.world import FATIMA_BSN, TODAY, Town, log_in

pytestmark = pytest.mark.django_db


def writes(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/hulp").status_code == 200
        client.get("/afschrift")
    return sum('UPDATE "django_session"' in query["sql"] for query in captured)


def test_pages_within_a_minute_write_no_session_and_a_later_one_does(town: Town) -> None:
    with time_machine.travel(TODAY, tick=False) as clock:
        fatima = log_in(FATIMA_BSN)
        assert writes(fatima) == 0
        clock.shift(timedelta(minutes=2))
        assert writes(fatima) == 1


def test_who_stays_active_stays_logged_in_and_who_leaves_is_logged_out(town: Town) -> None:
    with time_machine.travel(TODAY, tick=False) as clock:
        fatima = log_in(FATIMA_BSN)
        for _ in range(10):
            clock.shift(timedelta(minutes=10))
            assert fatima.get("/afschrift").status_code == 200
        clock.shift(timedelta(minutes=16))
        assert fatima.get("/afschrift").status_code == 403
