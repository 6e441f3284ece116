"""A process of its own on a test's database, killed (`kill -9`) at the moment it says so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

SETUP = """
import sys, time
import django
django.setup()
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]

def now_kill_me():
    print("now", flush=True)
    time.sleep(600)
"""


def run_and_kill(script: str, *, database: str) -> None:
    """Run Python until it calls `now_kill_me()`, and kill it there."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", SETUP + script, database],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    assert process.stdout
    assert "now\n" in iter(process.stdout.readline, "")
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    time.sleep(0.2)  # the server notices the dead client
