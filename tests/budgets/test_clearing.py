"""What nobody can use any more is gone in the morning, and what somebody can is not."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.contrib.sessions.models import Session
from oauth2_provider.models import AccessToken

from ontwikkelrekening import clearing
from ontwikkelrekening.celery import expire
from providers.models import RateMinute
from tests.budgets.world import LATER, create_world
from tests.providers.calls import Software


def test_what_is_over_is_deleted_set_by_set(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    provider = create_world().provider
    monkeypatch.setattr(clearing, "ROWS_IN_A_SET", 2)
    with time_machine.travel(LATER, tick=False):
        for _ in range(3):
            Software(provider).get("/courses")
            Session.objects.create(
                session_key=str(uuid4())[:32], expire_date=LATER + timedelta(minutes=15)
            )
        Session.objects.create(session_key="stays", expire_date=LATER + timedelta(days=3))
    with time_machine.travel(LATER + timedelta(days=2), tick=False):
        last = Software(provider)
        expire()

        assert Session.objects.get().session_key == "stays"
        assert AccessToken.objects.get().application == last.client
        assert RateMinute.objects.get().key.startswith(f"token:{last.client.client_id}")
        assert last.get("/courses").status_code == 200
