"""The settings of the tests: the product's own, in development mode, with quick password hashes."""

import os
from pathlib import Path
from tempfile import mkdtemp

os.environ.setdefault("ENVIRONMENT", "development")
if (process := os.environ.get("PYTEST_XDIST_WORKER")) and "DATABASE_URL" not in os.environ:
    # A server for each process that shares the tests: a seal waits for every open transaction of a
    # server, so another process's would hold it up.
    import psycopg

    from ontwikkelrekening.postgres import own_server

    os.environ["DATABASE_URL"] = own_server(Path(__file__).parents[1] / "var" / "tests" / process)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here is worth keeping
        connection.execute("SELECT pg_reload_conf()")

from ontwikkelrekening.settings import *  # noqa: F403

LEDGER_SEALS_DIR = mkdtemp(prefix="seals-")  # never beside those of a demo in the same folder

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "providers.hashers.ClientSecretHasher",
]
