"""A few kills in every run of the tests; `python -m tests.faults` is the long one, `--pgmq` with the other queue."""

import json
import subprocess
import sys


def test_what_was_answered_survives_a_quarter_of_a_minute_of_kills() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--seconds", "15", "--enrolments", "200"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    verdict = json.loads(done.stdout.splitlines()[-1])
    assert verdict["killsTotal"] > 0
    assert verdict["answered"] > 0
