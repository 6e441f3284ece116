"""`posting.post` for some seconds: FUND FIRST SECONDS."""

import random
import sys
from datetime import UTC, date, datetime
from uuid import uuid4

import django

from benchmarks.libraries.pace import print_pace

django.setup()

from ledger.posting import NewBooking, NewTransfer, post  # noqa: E402

fund, first, seconds = map(int, sys.argv[1:])
at, on = datetime.now(UTC), date(2026, 1, 2)


def act() -> None:
    new = uuid4()
    citizen = first + random.randrange(100_000)
    post(
        NewBooking(new, "expire", f"bench:{new}", "bench", on),
        [NewTransfer(citizen, fund, 1)],
        at=at,
    )


print_pace(act, seconds)
