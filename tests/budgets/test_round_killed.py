"""An allocation whose process is killed in the middle: the same command ends it, nothing twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from itertools import accumulate

from django.db import connection
from django.db.models import Sum

from ledger.balances import balance
from ledger.checking import check_ledger
from ontwikkelrekening.budgets.allocating import SLICE
from ontwikkelrekening.budgets.models import Placing, Round, Tranche
from ontwikkelrekening.budgets.rounds import close
from tests.budgets.round_world import AFTER, DURING, published
from tests.budgets.world import create_world

APPLICATIONS = 5 * SLICE
CEILING = (
    APPLICATIONS * 700 + 123
)  # cents, for applications of 500 to 1,499: enough for some 17,500
DRAW = """
import sys, django
django.setup()
from django.core.management import call_command
from django.db import connection
connection.settings_dict["NAME"] = sys.argv[1]
call_command("draw_round", "voorjaar")
"""
APPLY = """
    INSERT INTO budgets_application
        (id, round_id, account_code, wanted, applied_at, changed_at, withdrawn)
    SELECT gen_random_uuid(), %(round)s, 'R-' || lpad(n::text, 9, '0'), 500 + n %% 1000, %(at)s,
           %(at)s, false
    FROM generate_series(1, %(applications)s) n
"""
ASSESS = """
    INSERT INTO budgets_assessment (application_id, round_id, eligible, priority, missed)
    SELECT id, round_id, true, 4, 0 FROM budgets_application
"""


def start_drawing(database: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", DRAW, database],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def everyone_applied() -> Round:
    world = create_world(fund_cents=CEILING)
    round_ = published(world, ceiling=CEILING, waits_until=date(2100, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute(APPLY, {"round": round_.pk, "applications": APPLICATIONS, "at": DURING})
    closed = close(round_, at=AFTER)
    with connection.cursor() as cursor:
        cursor.execute(ASSESS)
    return closed


def test_a_command_killed_in_the_middle_is_run_again_and_ends_the_same(own_database: str) -> None:
    round_ = everyone_applied()

    process = start_drawing(own_database)
    while Tranche.objects.count() < 2 * SLICE:
        assert process.poll() is None, "the command ended before it could be killed"
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    half = dict(Placing.objects.filter(granted__gt=0).values_list("application", "granted"))
    assert start_drawing(own_database).wait() == 0
    assert start_drawing(own_database).wait() == 0, "once more does nothing"

    places = Placing.objects.order_by("rank").values_list("application", "wanted", "granted")
    before = [0, *accumulate(wanted for _, wanted, _ in places)]
    expected = [
        max(0, min(wanted, CEILING - spent))
        for (_, wanted, _), spent in zip(places, before, strict=False)
    ]
    assert [granted for _, _, granted in places] == expected, "as when nothing had happened"
    assert half.items() <= {id_: granted for id_, _, granted in places}.items()
    assert Tranche.objects.count() == sum(granted > 0 for granted in expected) > len(half)
    assert Tranche.objects.aggregate(cents=Sum("granted")) == {"cents": CEILING}
    assert balance(round_.account_id or 0) == 0
    assert check_ledger() == []
