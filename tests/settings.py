"""The settings of the tests: the product's own, in development mode, with quick password hashes."""

import atexit
import os
import shutil
from tempfile import mkdtemp

os.environ.setdefault("ENVIRONMENT", "development")
if os.environ.get("PYTEST_XDIST_WORKER") and "DATABASE_URL" not in os.environ:
    # A server for each process that shares the tests: a seal waits for every open transaction of a
    # server, so another process's would hold it up.
    import psycopg

    from ontwikkelrekening.postgres import own_server
    from tests.memory import quick_folder

    data = quick_folder() / f"ontwikkelrekening-{os.getpid()}"
    atexit.register(shutil.rmtree, data, ignore_errors=True)  # after the server, which stops before
    os.environ["DATABASE_URL"] = own_server(data)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")  # nothing here is worth keeping
        connection.execute("ALTER SYSTEM SET autovacuum = off")  # its ANALYZE holds a seal up too
        connection.execute("SELECT pg_reload_conf()")

from ontwikkelrekening.settings import *  # noqa: F403

LEDGER_SEALS_DIR = mkdtemp(prefix="seals-")  # never beside those of a demo in the same folder

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "providers.hashers.ClientSecretHasher",
]

# Each client of a test would look up all static files before its first request.
WHITENOISE_AUTOREFRESH = True
