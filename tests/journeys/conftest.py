"""The running product for the stories: real HTTP, a real worker, the server and broker of the tests.

It ends with them: a seal waits for every transaction on the server, and so would the tests of seals.
"""

from __future__ import annotations

import gzip
import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from demo.clock import set_clock
from demo.machine import APP_ROLE, CORES, ROOT, Machine, free_port
from demo.school import School
from demo.story import PASSWORD, STAFF

NEW_YEAR = date(2026, 1, 2)
CALL = "from django.core.management import call_command"


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


@contextmanager
def machine_on(name: str, data: Path, *, is_sandbox: bool = False) -> Iterator[Machine]:
    """The product on a fresh database of this name, which goes with it."""
    owner = settings.DATABASES["default"]["USER"]
    maintenance = psycopg.connect(_url(user=owner, name="postgres"), autocommit=True)
    maintenance.execute(f"CREATE DATABASE {name}")
    as_app = _url(user=APP_ROLE, name=name)
    owner_url = _url(user=owner, name=name)
    try:
        machine = Machine(
            data=data,
            port=free_port(),
            owner_url=owner_url,
            app_url=as_app if _can_connect(as_app) else owner_url,
            broker_url=os.environ.get("CELERY_BROKER_URL", "pgmq://"),
            cores=1 if is_sandbox else CORES,
            is_sandbox=is_sandbox,
        )
        with machine:
            yield machine
    finally:
        maintenance.execute(f"DROP DATABASE {name} WITH (FORCE)")
        maintenance.close()


@pytest.fixture(scope="package")
def product(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """The product on a fresh database; its calendar is moved with `demo.clock.set_clock`."""
    name = f"journeys_{uuid.uuid4().hex[:8]}"
    with machine_on(name, tmp_path_factory.mktemp("product")) as machine:
        yield machine


@pytest.fixture(scope="package")
def scheme(product: Machine, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """The product on 2 January 2026 with staff, policy, thirty people, courses and their top-ups."""
    with gzip.open(ROOT / "demo/citizens.csv.gz", "rt") as file:
        few = "".join(next(file) for _ in range(31))
    people = tmp_path_factory.mktemp("files") / "citizens.csv"
    people.write_text(few)
    os.environ["STAFF_PASSWORD"] = PASSWORD
    move_to(product, NEW_YEAR)
    commands = [
        ("add_staff", *STAFF),
        ("load_example_policy",),
        ("import_citizens", str(people)),
        ("import_courses", str(ROOT / "demo/courses.json.gz"), "--by", "olga"),
        ("agree_to_ibans", "--by", "bas"),
        ("make_available", "landelijk", "100000"),
        ("top_up", "landelijk"),
    ]
    calls = [f"call_command(*{command})" for command in commands]
    product.manage("shell", "-v", "0", "-c", "\n".join([CALL, *calls]))
    return product


@pytest.fixture(scope="package")
def schools(scheme: Machine) -> dict[str, School]:
    """The software of every provider, by the id of each course it teaches."""
    teaches = {}
    for line in scheme.manage("create_client", "all", "--json").splitlines():
        if not line.startswith("{"):
            continue
        client = json.loads(line)
        school = School(scheme.url, client["clientId"], client["clientSecret"], client["kvkNumber"])
        school.log_in()
        teaches.update(dict.fromkeys(school.courses(), school))
    return teaches


def move_to(product: Machine, day: date) -> None:
    """Let the product live at ten in the morning of a day."""
    set_clock(product.clock_file, datetime.combine(day, time(9), UTC))
