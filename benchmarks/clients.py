"""Many clients at once: pgbench from the PostgreSQL wheel."""

from __future__ import annotations

import re
import subprocess
import tempfile
from pathlib import Path

from benchmarks.server import PGBENCH

SQL = Path(__file__).parent / "sql"


def transactions_a_second(
    url: str, script: str, *, clients: int, seconds: int = 3, rate: int | None = None, **values: int
) -> float:
    """Run a script of benchmarks/sql by so many clients, at a steady rate when there is one.

    No failed transaction is accepted.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write((SQL / f"{script}.sql").read_text())
        file.flush()
        command = [
            str(PGBENCH), "--no-vacuum", "--protocol=prepared",
            f"--client={clients}", "--jobs=2", f"--time={seconds}", f"--file={file.name}",
        ]  # fmt: skip
        command += [f"--define={name}={value}" for name, value in values.items()]
        command += [f"--rate={rate}"] if rate else []
        done = subprocess.run([*command, url], capture_output=True, text=True, check=False)
    if done.returncode or "aborted" in done.stderr:
        raise RuntimeError(done.stderr)
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])
