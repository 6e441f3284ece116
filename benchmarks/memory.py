"""The peak memory of an export, in every format."""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
from pathlib import Path

FORMATS = ("csv", "parquet", "xaf", "hledger", "beancount")


def peak_of_export(name: str, start: str, through: str) -> float:
    """Export a period in a process of its own; return its peak in MiB."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [
                *(sys.executable, "-W", "ignore", "-m", "benchmarks.memory"),
                *(folder, name, start, through),
            ],
            check=True,
            capture_output=True,
            text=True,
        )
    return float(done.stdout.split()[-1])


def main(folder: str, name: str, start: str, through: str) -> None:
    import django
    from django.core.management import call_command

    django.setup()
    file = str(Path(folder) / "export")
    call_command("export_ledger", name, file, "--from", start, "--through", through)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main(*sys.argv[1:5])
