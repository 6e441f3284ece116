"""What `DATABASE_URL` says, as Django asks it, and as the broker in the same database does."""

from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo, timeout_from_conninfo

# What is asked again and again is parsed and planned once (decision 403).
OF_PSYCOPG = {"server_side_binding": True, "prepare_threshold": 3}
SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def parsed(url: str) -> dict[str, Any]:
    """The entry of DATABASES for this address; raises ImproperlyConfigured, in one sentence."""
    try:
        database: dict[str, Any] = {
            **dj_database_url.parse(url, conn_max_age=None, conn_health_checks=True)
        }
    except ValueError:
        database = {}
    if database.get("ENGINE") != "django.db.backends.postgresql":
        raise ImproperlyConfigured("DATABASE_URL must be postgres://USER@HOST/NAME.")
    if not database["NAME"]:
        raise ImproperlyConfigured(
            "DATABASE_URL names no database; it must be postgres://USER@HOST/NAME."
        )
    options = database.get("OPTIONS", {})
    _refuse_unreadable(options)
    database["HOST"] = options.pop("host", "") or database["HOST"]
    database["OPTIONS"] = {
        "connect_timeout": 5,
        # A cut network must not hold a lock: the server gives up in seconds, so do we.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 2,
        "tcp_user_timeout": 5000,
        # Nothing here takes so long that compiling its plan would pay.
        "options": "-c idle_in_transaction_session_timeout=10s -c jit=off",
        **OF_PSYCOPG,
        **options,
    }
    return database


def _refuse_unreadable(options: dict[str, Any]) -> None:
    """Options of DATABASE_URL that PostgreSQL does not know, or words that it does not take."""
    if (mode := options.get("sslmode")) not in (None, *SSL_MODES):
        raise ImproperlyConfigured(
            f"DATABASE_URL: sslmode is {mode!r}; it must be one of {', '.join(SSL_MODES)}."
        )
    try:
        timeout_from_conninfo(conninfo_to_dict(make_conninfo(**options)))
    except ProgrammingError as error:
        raise ImproperlyConfigured(f"DATABASE_URL: {str(error).strip()}.") from None


def connection_string(database: dict[str, Any]) -> str:
    """The same database for who connects without Django."""
    return make_conninfo(
        dbname=database["NAME"],
        user=database["USER"] or None,
        password=database["PASSWORD"] or None,
        host=database["HOST"] or None,
        port=database["PORT"] or None,
        **{name: value for name, value in database["OPTIONS"].items() if name not in OF_PSYCOPG},
    )
