#!/usr/bin/env python
"""The command line of the scheme: what a person can mend is said in one sentence, without a traceback."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontwikkelrekening.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError

    try:
        settings.INSTALLED_APPS  # noqa: B018 - read now: some of Django's own commands go on without
        try:
            execute_from_command_line(sys.argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # `| head`: nobody reads on, so what was asked was not answered whole
        _write_no_more()
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except ImproperlyConfigured as error:
        chosen = settings.configured or "ENVIRONMENT" in os.environ
        hint = "" if chosen else " To try things out: ENVIRONMENT=development."
        sys.exit(f"{error}{hint}")
    except DatabaseError as error:
        if (sentence := _sentence(error)) is None:
            raise
        sys.exit(sentence)
    except UnicodeEncodeError as error:
        if error.reason != "surrogates not allowed":
            raise
        sys.exit(f"{error.object!a} is no text in UTF-8.")
    except OSError as error:
        if error.filename is None:  # it may be what was printed
            _write_no_more()
        sys.exit(f"{error.filename or 'Not read or written'}: {error.strerror or error}.")


def _write_no_more() -> None:
    """Python writes what is left on leaving, and would fail once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _sentence(error: Exception) -> str | None:
    """What an operator can do about a refusal of the database, when it is one to mend."""
    from django.db import DataError, OperationalError
    from psycopg.errors import InsufficientPrivilege, ReadOnlySqlTransaction, UndefinedTable

    match error.__cause__:
        case UndefinedTable():
            return "This database is not set up: run `manage.py set_up_database` as its owner."
        case InsufficientPrivilege() as refused:
            return f"This role of the database may not do that: {refused.diag.message_primary}."
        case ReadOnlySqlTransaction():
            return "This role or this server only reads; nothing was written."
    if isinstance(error, OperationalError):
        return f"The database did not do it: {error}".strip()
    if isinstance(error, DataError):
        return f"The database cannot hold that: {error}".strip()
    return None


if __name__ == "__main__":
    main()
