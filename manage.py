#!/usr/bin/env python
"""The command line of the scheme: what a person can mend is said in one sentence, without a traceback."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontwikkelrekening.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import OperationalError, ProgrammingError
    from psycopg.errors import UndefinedTable

    try:
        settings.INSTALLED_APPS  # noqa: B018 - read now: some of Django's own commands go on without
        try:
            execute_from_command_line(sys.argv)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:  # `| head`: nobody reads on, so what was asked was not answered whole
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit("\nStopped.")
    except ImproperlyConfigured as error:
        hint = "" if "ENVIRONMENT" in os.environ else " To try things out: ENVIRONMENT=development."
        sys.exit(f"{error}{hint}")
    except OperationalError as error:
        sys.exit(f"The database did not do it: {error}".strip())
    except ProgrammingError as error:
        if not isinstance(error.__cause__, UndefinedTable):
            raise
        sys.exit("This database is not set up: run `manage.py set_up_database` as its owner.")


if __name__ == "__main__":
    main()
