"""The scripts of benchmarks/sql, and many clients that run one: pgbench from the PostgreSQL wheel."""

from __future__ import annotations

import random
import re
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.server import PGBENCH

SQL = Path(__file__).parent / "sql"
DRAW = re.compile(r"(?m)^\\set (\w+) (?::(\w+) \+ )?random\((\d+), (\d+)\)\n")


def one_statement(
    script: str, placeholder: Callable[[str], str], **values: int
) -> tuple[str, Callable[[], dict[str, int]]]:
    """The statement of a script for who is not pgbench, and a draw of what stands at its places."""
    text = (SQL / f"{script}.sql").read_text()
    draws = {
        name: range(values.get(base, 0) + int(low), values.get(base, 0) + int(high) + 1)
        for name, base, low, high in DRAW.findall(text)
    }

    def drawn() -> dict[str, int]:
        return {name: random.choice(numbers) for name, numbers in draws.items()}

    def written(place: re.Match[str]) -> str:
        return str(values[place[1]]) if place[1] in values else placeholder(place[1])

    return " ".join(re.sub(r"(?<!:):(\w+)", written, DRAW.sub("", text)).split()), drawn


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
