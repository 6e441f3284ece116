"""One durable transfer a transaction: the part of the ledger's benchmark that takes minutes."""

from __future__ import annotations

from benchmarks.ledger import singles, yardsticks_beside_books
from benchmarks.measuring import Metric


def run() -> list[Metric]:
    return singles(yardsticks_beside_books())
