"""A PostgreSQL of the benchmarks' own, tuned as a server would be; every commit is durable."""

from __future__ import annotations

from pathlib import Path

import psycopg

from ontwikkelrekening.postgres import PROGRAMS, server_in

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "bench"
SHARED = VAR / "postgres"
PGBENCH = PROGRAMS / "pgbench"
TUNING = {
    "shared_buffers": "4GB",
    "max_wal_size": "16GB",
    "checkpoint_timeout": "15min",
    "work_mem": "64MB",
    "maintenance_work_mem": "512MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_connections": "120",
}


def fresh_database(name: str, *, data: Path = SHARED) -> str:
    """Start the server in that folder when needed, make the database anew, return its URL."""
    is_new = not (data / "PG_VERSION").exists()
    server = server_in(data)
    if is_new:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting, value in TUNING.items():
                connection.execute(f"ALTER SYSTEM SET {setting} = '{value}'")
        server.stop()
        server.start()
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    uri: str = server.get_uri(database=name)
    return uri
