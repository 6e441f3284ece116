"""Other Django ledgers, from their packages, in an environment of their own under var/bench."""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks.processes import LIBRARIES
from benchmarks.server import VAR, fresh_database

PACKAGES = {
    "hordak": "django-hordak==2.0.0",
    "django_ledger": "django-ledger==0.8.5",
}


def library(name: str) -> tuple[list[str], dict[str, str]]:
    """Install a library, make its database; return the command of one process and its environment."""
    home = VAR / "libraries"
    python = home / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    marker = home / name
    if not marker.exists():
        subprocess.run(
            [str(python), "-m", "pip", "install", "--quiet", PACKAGES[name], "psycopg[binary]"],
            check=True,
        )
        marker.touch()
    environment = {"LIBRARY_DATABASE_URL": fresh_database(f"bench_{name}")}
    command = [str(python), "-W", "ignore", "-m", f"{LIBRARIES}.run_{name}"]
    subprocess.run([*command, "setup"], check=True, env={**os.environ, **environment})
    return command, environment
