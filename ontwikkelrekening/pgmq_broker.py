"""The broker in the database (`pgmq://`), connected with all that the settings say of the database.

kombu's own takes over who, where and a password: no time-out and no TLS. So a worker that was stopped
while it asked for messages kept its transaction open, and others from their queues, for ever.
"""

from __future__ import annotations

from typing import Any

from kombu.transport import pgmq
from pgmq import PGMQueue
from psycopg_pool import ConnectionPool


class Transport(pgmq.Transport):
    @property
    def default_connection_params(self) -> dict[str, str]:
        """None: the address names no host, and kombu says in the log when it takes a default for it."""
        return {}

    def _create_pgmq_client(self) -> PGMQueue:
        options: Any = self.client.transport_options  # type: ignore[union-attr]
        pool = ConnectionPool(options["connection"], min_size=1, max_size=10, open=True)
        queue = PGMQueue(pool=pool, vt=options["visibility_timeout"], init_extension=False)
        queue._own_pool = True  # closed with the connection to the broker
        return queue
