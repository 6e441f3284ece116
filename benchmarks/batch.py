"""A batch of 10,000 claims worked off by the running product, while another provider claims one by one.

How long the single claims wait until they are approved, beside those of before the batch; with BATCH_KILLS the
web server and the workers are killed at random moments meanwhile. At the end nothing may be missing,
doubled or left, or there is no figure.
"""

from __future__ import annotations

import json
import os
import random
import signal
import statistics
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

import httpx
from tqdm import tqdm

from benchmarks.claims import Caller, _provider
from benchmarks.measuring import Metric, print_line
from benchmarks.server import VAR
from demo.machine import Machine, free_port

SIZE = int(os.environ.get("BATCH_SIZE", "10000"))
KILLS = int(os.environ.get("BATCH_KILLS", "0"))
SEED = int(os.environ.get("BATCH_SEED", "1"))
ALONE = 20  # single claims before the batch


def run() -> list[Metric]:
    big, small = _provider(0, SIZE), _provider(1, 2000)
    url = os.environ["DATABASE_URL"]
    data = mkdtemp(prefix="batch-", dir=VAR)
    with Machine(Path(data), free_port(), owner_url=url, app_url=url) as machine:
        for caller in (big, small):
            caller.headers = _log_in(machine, caller)
        wait = Metric("claim_beside_a_batch", "s", "the same without a batch", less_is_better=True)
        wait.theirs = [_claim_one(machine, small) for _ in range(ALONE)]
        began = time.perf_counter()
        job, kills = _batch(machine, big), 0
        chance = random.Random(SEED)
        with tqdm(total=SIZE, desc="batch", unit="claim", disable=None) as bar:
            while (done := _get(machine, job, big)["done"]) < SIZE or _open():
                bar.update(done - bar.n)
                if kills < KILLS and done * KILLS >= kills * SIZE:
                    _kill_one(machine, chance)
                    kills += 1
                wait.ours.append(_claim_one(machine, small))
        seconds = time.perf_counter() - began
    _judge(big, len(wait.ours) + ALONE, kills)
    print(f"{SIZE} claims taken in and approved in {seconds:.0f} s, {SIZE / seconds:.0f} a second")
    slowest = max(wait.ours)
    wait.theirs = [statistics.median(wait.theirs)] * len(wait.ours)
    print_line(wait)
    print(f"  of {len(wait.ours)} single claims beside it the slowest took {slowest:.1f} s")
    return [wait]


def _batch(machine: Machine, caller: Caller) -> str:
    """Send the batch until it is answered; returns its address."""
    items = [
        {
            "idempotencyKey": str(uuid4()),
            "enrolment": str(next(caller.enrolments)),
            "instalment": "start",
            "amount": "130.00",
        }
        for _ in range(SIZE)
    ]
    answer = _call(machine, "POST", "/api/v1/claim-batches", caller, {"items": items})
    return str(answer.headers["Location"])


def _claim_one(machine: Machine, caller: Caller) -> float:
    """Claim and wait for the approval; seconds."""
    began = time.perf_counter()
    body = {
        "enrolment": str(next(caller.enrolments)),
        "instalment": "start",
        "amount": "130.00",
    }
    claim = _call(machine, "POST", "/api/v1/claims", caller, body).json()
    while claim["state"] == "submitted":
        time.sleep(0.05)
        claim = _get(machine, f"/api/v1/claims/{claim['id']}", caller)
    return time.perf_counter() - began


def _get(machine: Machine, path: str, caller: Caller) -> dict[str, Any]:
    found: dict[str, Any] = _call(machine, "GET", path, caller).json()
    return found


def _call(
    machine: Machine, method: str, path: str, caller: Caller, body: object = None
) -> httpx.Response:
    """As a provider's software does: one key, again and again until there is an answer."""
    headers = {**caller.headers, "Idempotency-Key": str(uuid4())}
    content = json.dumps(body) if body else None
    while True:
        try:
            answer = httpx.request(
                method, machine.url + path, headers=headers, content=content, timeout=60
            )
        except httpx.TransportError:
            machine.restart_what_ended()
            time.sleep(0.2)
            continue
        if answer.is_success:
            return answer
        if answer.status_code not in (409, 500, 502, 503):
            raise RuntimeError(f"{path}: {answer.status_code}: {answer.text[:300]}")
        time.sleep(0.2)


def _kill_one(machine: Machine, chance: random.Random) -> None:
    """SIGKILL for the web server or a worker with all its processes, and a supervisor's restart."""
    name = chance.choice([name for name in machine.children if name != "beat"])
    time.sleep(chance.uniform(0, 2))
    os.killpg(machine.children[name].pid, signal.SIGKILL)
    machine.children[name].wait()
    machine.restart_what_ended()


def _log_in(machine: Machine, caller: Caller) -> dict[str, str]:
    answer = httpx.post(
        f"{machine.url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(caller.client_id, caller.secret),
    )
    token = answer.raise_for_status().json()["access_token"]
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def _open() -> int:
    from providers.models import OutboxMessage

    return OutboxMessage.objects.filter(done_at=None).count()


def _judge(caller: Caller, singles: int, kills: int) -> None:
    """Every claim is there once, approved once and booked once."""
    from ledger.checking import check_ledger
    from ledger.models import Booking
    from providers.models import Claim, JobItem, StateChange

    found = {
        "claims": Claim.objects.count(),
        "of the batch": Claim.objects.filter(pk__in=JobItem.objects.values("result")).count(),
        "approved": Claim.objects.filter(state="approved").count(),
        "approvals": StateChange.objects.filter(subject="claim", event="approve").count(),
        "bookings": Booking.objects.filter(kind="claim").count(),
        "refused items": JobItem.objects.exclude(problem=None).count(),
        "open work": _open(),
        "findings in the books": len(list(check_ledger())),
    }
    print(f"{kills} kills (seed {SEED}): {found}")
    total = SIZE + singles
    if list(found.values()) != [total, SIZE, total, total, total, 0, 0, 0]:
        raise RuntimeError(f"expected {total} of each")
