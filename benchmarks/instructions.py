"""Instructions of the server for one posting, beside the bare statement without guards.

They differ by less than a thousandth from run to run, on a busy machine too, where rates differ by a
tenth and more. One session of PostgreSQL's single-user mode under callgrind, no commit waits for the
disk; what the start takes falls out, as the difference of two runs. Needs valgrind.
"""

from __future__ import annotations

import os
import random
import re
import subprocess
from collections import defaultdict
from itertools import count
from pathlib import Path

from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from benchmarks.books import open_books
from benchmarks.clients import SQL, one_statement
from benchmarks.measuring import Metric, print_line
from ontwikkelrekening.postgres import PROGRAMS, leave

FEW, MANY = 500, 2_000
COUNTED = re.compile(r"Collected : (\d+)")


def run() -> list[Metric]:
    random.seed(1)
    books = open_books(os.environ["DATABASE_URL"])
    with connection.cursor() as cursor:
        cursor.execute((SQL / "raw_tables.sql").read_text())
        cursor.execute("VACUUM ANALYZE")
    connection.close()
    where = conninfo_to_dict(books.url)
    data, database = Path(str(where["host"])), str(where["dbname"])
    leave(data)

    def each(script: str) -> float:
        few, many = (
            counted(data, database, script, times, fund=books.fund, first=books.first)
            for times in (FEW, MANY)
        )
        return (many - few) / (MANY - FEW)

    yardstick = "raw_random"
    bare = each(yardstick)
    metrics = []
    for name in ("post_random", "post_credit_hot", "post_debit_hot"):
        metrics.append(
            Metric(f"instructions_{name}", "instructions", yardstick, less_is_better=True)
        )
        metrics[-1].ours.append(each(name))
        metrics[-1].theirs.append(bare)
        print_line(metrics[-1])
    return metrics


def counted(data: Path, database: str, script: str, times: int, **values: int) -> int:
    """What the statements of one session take, with the start of each plan and each page."""
    numbers: dict[str, int] = defaultdict(count(1).__next__)
    statement, draw = one_statement(script, lambda name: f"${numbers[name]}", **values)
    types = ", ".join("bigint" for _ in numbers)
    lines = [f"PREPARE posting ({types}) AS {statement}"]
    for _ in range(times):
        drawn = draw()
        lines.append(f"EXECUTE posting ({', '.join(str(drawn[name]) for name in numbers)})")
    done = subprocess.run(
        [
            "valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null",
            "--toggle-collect=exec_simple_query",
            PROGRAMS / "postgres", "--single", "-D", data, "-c", "synchronous_commit=off", database,
        ],
        input="".join(f"{line};\n" for line in lines),
        capture_output=True,
        text=True,
        check=True,
        user=data.owner(),
    )  # fmt: skip
    found = COUNTED.search(done.stderr)
    if found is None or "ERROR" in done.stderr:
        raise RuntimeError(done.stderr)
    return int(found[1])
