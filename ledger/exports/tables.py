"""The transfers as a table: CSV for a spreadsheet, Parquet for an analyst."""

from __future__ import annotations

import csv
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.euros import euros
from ledger.exports.movements import Movement, Period, movements
from ledger.formulas import harmless

if TYPE_CHECKING:
    import pyarrow

COLUMNS = (
    "transfer", "booking", "kind", "cause", "description", "effective_on", "booked_at",
    "debit", "debit_class", "credit", "credit_class", "cents",
)  # fmt: skip
BATCH = 20_000


def write_csv(file: Path, period: Period) -> None:
    """Amounts in euros; a text that a spreadsheet would run as a formula gets a quote before it."""
    with file.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow([*COLUMNS[:-1], "euros"])
        for movement in movements(period):
            *texts, cents = _fields(movement)
            writer.writerow([*(harmless(str(text)) for text in texts), euros(int(cents))])


def write_parquet(file: Path, period: Period) -> None:
    """Amounts in cents, as 64-bit whole numbers. Needs pyarrow."""
    import pyarrow
    from pyarrow import parquet

    schema = pyarrow.schema(
        [(name, pyarrow.int64() if name == "cents" else pyarrow.string()) for name in COLUMNS]
    )
    found = movements(period)
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(islice(found, BATCH)):
            writer.write_table(_table(batch, schema))


def _table(batch: list[Movement], schema: pyarrow.Schema) -> pyarrow.Table:
    import pyarrow

    columns = zip(*map(_fields, batch), strict=True)
    return pyarrow.table(
        {name: list(values) for name, values in zip(COLUMNS, columns, strict=True)}, schema=schema
    )


def _fields(m: Movement) -> tuple[str | int, ...]:
    return (
        m.transfer, str(m.booking_id), m.kind, m.cause, m.description,
        m.effective_on.isoformat(), m.booked_at.isoformat(),
        m.debit, m.debit_class, m.credit, m.credit_class, m.cents,
    )  # fmt: skip
