"""Fixtures every test may use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from django.db import connections
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from hypothesis import HealthCheck, settings
from xdist.scheduler.loadfile import LoadFileScheduling

from ontwikkelrekening.database import set_up_database
from tests.copies import own_copy

if TYPE_CHECKING:
    from xdist.remote import Producer

# That a machine does much else beside is no fault of what is tested. The same examples each time: what
# chance finds stops who looks for it (`make explore`), not who lands a change.
settings.register_profile(
    "patient", deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True
)
settings.register_profile("exploring", settings.get_profile("patient"), derandomize=False)
settings.load_profile("patient")


class FilesTogether(LoadFileScheduling):  # type: ignore[misc]
    """A file's tests go to one process, and the journeys all to one: they share a running product."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return "tests/journeys" if scope.startswith("tests/journeys/") else scope


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> FilesTogether:
    return FilesTogether(config, log)


@pytest.fixture(scope="session")
def django_db_setup(
    request: pytest.FixtureRequest,
    django_test_environment: None,
    django_db_modify_db_settings: None,  # a database for each of the processes that share the tests
    django_db_blocker: pytest.FixtureRequest,
) -> Iterator[None]:
    """The test database, with its roles and chart of accounts.

    pytest-django would make one only when a marked test is among those chosen, and else work on the
    database of the settings; tests with a database of their own must never do that.
    """
    keep = request.config.getoption("reuse_db") and not request.config.getoption("create_db")
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        made = setup_databases(0, interactive=False, keepdb=keep, serialized_aliases=())
        set_up_database()
    yield
    if not keep:
        with django_db_blocker.unblock():  # type: ignore[attr-defined]
            connections.close_all()
            teardown_databases(made, verbosity=0)


@pytest.fixture
def own_database(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[str]:
    """A database of this test's own, copied from the test database: real commits, many threads."""
    with django_db_blocker.unblock(), own_copy() as name:  # type: ignore[attr-defined]
        yield name


@pytest.fixture(autouse=True)
def no_language_of_another_test() -> Iterator[None]:
    """Begin each test in Dutch: a request leaves its reader's language active."""
    with translation.override("nl"):
        yield


@pytest.fixture
def in_english(no_language_of_another_test: None) -> Iterator[None]:
    """Messages as an English-speaking operator reads them."""
    with translation.override("en"):
        yield
