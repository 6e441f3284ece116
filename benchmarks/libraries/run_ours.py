"""`posting.post` for some seconds: FUND FIRST SECONDS NUMBER."""

import random
import sys
import time
from datetime import UTC, date, datetime
from uuid import uuid4

import django

django.setup()

from ledger.posting import NewBooking, NewTransfer, post  # noqa: E402

fund, first, seconds, _ = map(int, sys.argv[1:])
at, on = datetime.now(UTC), date(2026, 1, 2)
done, start = 0, time.perf_counter()
while time.perf_counter() - start < seconds:
    new = uuid4()
    citizen = first + random.randrange(100_000)
    post(
        NewBooking(new, "expire", f"bench:{new}", "bench", on),
        [NewTransfer(citizen, fund, 1)],
        at=at,
    )
    done += 1
print(done / (time.perf_counter() - start))
