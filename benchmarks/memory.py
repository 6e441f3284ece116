"""The peak memory of an export."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path


def peak_of_export(start: str, through: str) -> float:
    """Export a period as CSV in a process of its own; return its peak in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "benchmarks.memory", folder, start, through],
            check=True,
            capture_output=True,
            text=True,
        )
    return float(done.stdout.split()[-1])


def main(folder: str, start: str, through: str) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    file = str(Path(folder) / "export.csv")
    call_command("export_ledger", "csv", file, "--from", start, "--through", through)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main(*sys.argv[1:4])
