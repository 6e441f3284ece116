"""The running product for the stories: real HTTP, a real worker, the server and broker of the tests."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from demo.machine import APP_ROLE, Machine, free_port


def _url(*, user: str, name: str) -> str:
    database = settings.DATABASES["default"]
    password = f":{database['PASSWORD']}" if database["PASSWORD"] else ""
    host, port = database["HOST"], database["PORT"]
    if host.startswith("/"):
        return f"postgresql://{user}@/{name}?host={host}"
    return f"postgresql://{user}{password}@{host or 'localhost'}:{port or 5432}/{name}"


def _can_connect(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError:
        return False
    return True


@pytest.fixture(scope="session")
def product(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The product on a fresh database; its calendar is moved with `demo.clock.set_clock`."""
    owner = settings.DATABASES["default"]["USER"]
    name = f"journeys_{uuid.uuid4().hex[:8]}"
    maintenance = psycopg.connect(_url(user=owner, name="postgres"), autocommit=True)
    maintenance.execute(f"CREATE DATABASE {name}")
    as_app = _url(user=APP_ROLE, name=name)
    owner_url = _url(user=owner, name=name)
    data: Path = tmp_path_factory.mktemp("product")
    try:
        machine = Machine(
            data=data,
            port=free_port(),
            owner_url=owner_url,
            app_url=as_app if _can_connect(as_app) else owner_url,
            broker_url=os.environ.get("CELERY_BROKER_URL", "pgmq://"),
        )
        with machine:
            yield machine
    finally:
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")
        maintenance.close()
