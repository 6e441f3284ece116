"""One durable transfer a transaction: ours with all guards against SQL without any."""

from __future__ import annotations

import os
from functools import partial

from django.db import connection

from benchmarks.books import open_books
from benchmarks.clients import SQL, transactions_a_second
from benchmarks.measuring import Measure, Metric, compare


def run() -> list[Metric]:
    books = open_books(os.environ["DATABASE_URL"])
    with connection.cursor() as cursor:
        cursor.execute((SQL / "raw_tables.sql").read_text())

    def ours(script: str, clients: int) -> Measure:
        return partial(
            transactions_a_second, books.url, script,
            clients=clients, fund=books.fund, first=books.first,
        )  # fmt: skip

    def raw(script: str, clients: int) -> Measure:
        return partial(transactions_a_second, books.url, script, clients=clients)

    return [
        compare(
            f"{name}_c{clients}",
            ours(script, clients),
            (f"{yardstick}, no guards", raw(yardstick, clients)),
            unit="transfers/s",
        )
        for clients in (8, 32)
        for name, script, yardstick in (
            ("single_hot", "post_credit_hot", "raw_hot"),
            ("single_hot_ceiling", "post_debit_hot", "raw_hot"),
            ("single_random", "post_random", "raw_random"),
        )
    ]
