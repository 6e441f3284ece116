"""`python -m benchmarks NAME`: run one benchmark, print its table, write var/bench/NAME.json."""

import importlib
import os
import sys

import django

from benchmarks import measuring
from benchmarks.server import SHARED, VAR, fresh_database

# Copied whole, so without what others left in theirs; stopped, to be run by one session.
SERVERS = {"replica": VAR / "replicated", "instructions": VAR / "counted"}


def main(name: str) -> None:
    data = SERVERS.get(name, SHARED)
    os.environ["DATABASE_URL"] = fresh_database(f"bench_{name}", data=data)
    os.environ.setdefault("ENVIRONMENT", "development")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ontwikkelrekening.settings")
    django.setup()
    from django.core.management import call_command

    call_command("set_up_database", verbosity=0)
    metrics = importlib.import_module(f"benchmarks.{name}").run()
    print(f"written to {measuring.write(name, metrics, folder=VAR)}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "posting")
