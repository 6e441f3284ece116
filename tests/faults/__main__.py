"""The fault run: `make faults SECONDS=600 SEED=1`.

Clients redeem codes and submit claims, retrying with one key until they are answered, and a receiver
takes in webhooks, while web workers, the web server, workers, beat, the broker (a Redis of its own
where one is installed, else the queue in PostgreSQL) and the whole of PostgreSQL are killed with
SIGKILL. Then the books are read: nothing answered may be lost, nothing may be doubled, everything
must be drained, and every approval must have been told.

With `--control` PostgreSQL answers before it has written (`synchronous_commit=off`): the run must
then find losses, or it proves nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import httpx
import psycopg
from tqdm import tqdm

from demo.machine import APP_ROLE, ROOT, Machine, free_port
from ontwikkelrekening.postgres import own_server, server_in

CLIENTS = 4
GIVE_UP_AFTER_S = 180


@dataclass
class Answers:
    """What the clients were told."""

    redeemed: set[str] = field(default_factory=set)
    claimed: set[str] = field(default_factory=set)
    retries: int = 0


class Receiver(ThreadingHTTPServer):
    """Takes in webhooks; `told` counts how often each event arrived, by what it says of whom."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _TakesIn)
        self.told: Counter[tuple[str, str]] = Counter()
        self.url = f"http://127.0.0.1:{self.server_port}"


class _TakesIn(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.told[event["type"], event.get("subject", "")] += 1
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing: thousands arrive."""


@dataclass
class Broker:
    """A Redis of its own that keeps nothing, so that a killed one has lost every ring."""

    port: int = field(default_factory=free_port)
    child: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start_if_ended(self) -> None:
        if self.child is None or self.child.poll() is not None:
            program = ("redis-server", "--bind", "127.0.0.1", "--port", str(self.port))
            self.child = subprocess.Popen(
                [*program, "--save", "", "--appendonly", "no"],
                stdout=subprocess.DEVNULL,
                cwd=ROOT / "var",
                start_new_session=True,
            )


@dataclass
class Run:
    machine: Machine
    broker: Broker | None
    receiver: Receiver
    data: Path
    seed: int
    until: float
    secrets: dict[str, Any]
    answers: Answers = field(default_factory=Answers)
    kills: Counter[str] = field(default_factory=Counter)
    longest_recovery_s: float = 0.0
    stop: threading.Event = field(default_factory=threading.Event)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--seconds", type=int, default=600)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--enrolments", type=int, default=20_000)
    parser.add_argument(
        "--pgmq", action="store_true", help="the queue in PostgreSQL, even where Redis is installed"
    )
    parser.add_argument("--control", action="store_true", help="a broken control; losses expected")
    chosen = parser.parse_args()
    data = Path(mkdtemp(prefix="faults-", dir=_made(ROOT / "var")))
    data.chmod(0o755)
    owner_url = own_server(data / "postgres")
    app_url = owner_url.replace("//postgres:@", f"//{APP_ROLE}@")
    if chosen.control:
        with psycopg.connect(owner_url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET synchronous_commit = off")
            connection.execute("ALTER SYSTEM SET wal_writer_delay = '10s'")
            connection.execute("SELECT pg_reload_conf()")
    with (
        _broker(wanted=not chosen.pgmq) as broker,
        _receiver() as receiver,
        Machine(
            data=data,
            port=free_port(),
            owner_url=owner_url,
            app_url=app_url,
            broker_url=broker.url if broker else "pgmq://",
        ) as machine,
    ):
        print(f"Preparing {chosen.enrolments} enrolments ...")
        secrets = _inside(machine, f"prepare({chosen.enrolments}, {receiver.url!r})")
        until = time.monotonic() + chosen.seconds
        run = Run(machine, broker, receiver, data, chosen.seed, until, secrets)
        _hurt(run, seconds=chosen.seconds)
        found = _drained(run)
    verdict = _judge(run, found)
    print(json.dumps(verdict))
    wrong = sum(verdict[kind] for kind in ("lost", "doubled", "undrained", "untold"))
    is_as_expected = bool(wrong + len(verdict["findings"])) == chosen.control
    if is_as_expected:  # else the data and the logs stay, to look at
        shutil.rmtree(data)
    return 0 if is_as_expected else 1


@contextmanager
def _broker(*, wanted: bool) -> Iterator[Broker | None]:
    if not wanted or shutil.which("redis-server") is None:
        yield None
        return
    broker = Broker()
    broker.start_if_ended()
    try:
        yield broker
    finally:
        if broker.child:
            broker.child.kill()


@contextmanager
def _receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        yield receiver
        receiver.shutdown()


def _made(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _inside(machine: Machine, call: str) -> dict[str, Any]:
    printed = machine.manage(
        "shell", "-v", "0", "-c", f"from tests.faults.prepare import *; {call}"
    )
    found: dict[str, Any] = json.loads(printed.strip().splitlines()[-1])
    return found


def _hurt(run: Run, *, seconds: int) -> None:
    """Clients on one side, the killer on the other, until time is up."""
    todo = list(run.secrets["enrolments"])
    threads = [
        threading.Thread(target=_client, args=(run, todo[number::CLIENTS], number))
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    chance = random.Random(run.seed)
    began = time.monotonic()
    with tqdm(total=seconds, desc="Hurting", unit="s", disable=None) as bar:
        while time.monotonic() < run.until:
            time.sleep(chance.uniform(1.5, 5))
            _kill_one(run, chance)
            bar.set_postfix(kills=run.kills.total(), claims=len(run.answers.claimed))
            bar.update(min(seconds, int(time.monotonic() - began)) - bar.n)
    _revive(run)
    for thread in threads:
        thread.join(GIVE_UP_AFTER_S)
    run.stop.set()


def _kill_one(run: Run, chance: random.Random) -> None:
    children = run.machine.children
    targets: dict[str, Callable[[], list[int]]] = {
        **{name: partial(_family, child.pid) for name, child in children.items()},
        **{
            f"a child of {name}": partial(_one_child, child.pid, chance)
            for name, child in children.items()
            if _children(child.pid)
        },
        "postgres": lambda: _family(_postmaster(run)),
    }
    if (broker := run.broker) and (redis := broker.child):
        targets["broker"] = lambda: [redis.pid]
    name = chance.choice(list(targets))
    try:
        for pid in targets[name]():
            os.kill(pid, signal.SIGKILL)
    except (ValueError, OSError):
        return
    run.kills[name] += 1
    began = time.monotonic()
    _revive(run)
    run.longest_recovery_s = max(run.longest_recovery_s, time.monotonic() - began)


def _children(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    return [int(child) for child in listed.stdout.split()]


def _one_child(pid: int, chance: random.Random) -> list[int]:
    return chance.sample(_children(pid), 1)


def _family(pid: int) -> list[int]:
    return [pid, *_children(pid)]


def _postmaster(run: Run) -> int:
    return int((run.data / "postgres" / "postmaster.pid").read_text().split()[0])


def _revive(run: Run) -> None:
    """What a supervisor does: start what is gone, PostgreSQL first."""
    server = server_in(run.data / "postgres")
    began = time.monotonic()
    while time.monotonic() - began < GIVE_UP_AFTER_S:
        time.sleep(0.2)  # a killed server is seen to be gone only when the system has reaped it
        try:
            psycopg.connect(run.machine.owner_url, connect_timeout=2).close()
            break
        except psycopg.OperationalError:
            with suppress(subprocess.SubprocessError, AssertionError, OSError):
                server.ensure_postgres_running()
    if run.broker:
        run.broker.start_if_ended()
    run.machine.restart_what_ended()


def _client(run: Run, enrolments: list[list[str]], number: int) -> None:
    """Redeem and claim, one after the other, each with one key until it is answered."""
    with httpx.Client(base_url=run.machine.url, timeout=10) as http:
        for enrolment, code in enrolments:
            if time.monotonic() > run.until:
                return
            redeemed = _until_answered(
                run, http, "enrolments", f"redeem-{enrolment}", {"code": code}
            )
            if redeemed:
                run.answers.redeemed.add(enrolment)
            body = {"enrolment": enrolment, "instalment": "start", "amount": "100.00"}
            claim = _until_answered(run, http, "claims", f"claim-{enrolment}", body)
            if claim:
                run.answers.claimed.add(claim["id"])


def _until_answered(
    run: Run, http: httpx.Client, path: str, key: str, body: dict[str, Any]
) -> dict[str, Any] | None:
    while not run.stop.is_set():
        try:
            answer = http.post(f"/api/v1/{path}", json=body, headers={"Idempotency-Key": key})
            if answer.status_code == 201:
                created: dict[str, Any] = answer.json()
                return created
            if answer.status_code == 401:
                _log_in(run, http)
            elif answer.status_code == 422:
                print(f"\n{path} {key}: {answer.text}", file=sys.stderr)
                return None
        except httpx.HTTPError:
            pass
        run.answers.retries += 1
        time.sleep(0.1)
    return None


def _log_in(run: Run, http: httpx.Client) -> None:
    answer = http.post(
        "/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(run.secrets["id"], run.secrets["secret"]),
    )
    if answer.status_code == 200:
        http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"


def _drained(run: Run) -> dict[str, Any]:
    """What the books say once all work is done, or none was done for a while."""
    fewest, since = _left_to_do(run), time.monotonic()
    while fewest and time.monotonic() - since < GIVE_UP_AFTER_S:
        time.sleep(0.5)
        if (left := _left_to_do(run)) < fewest:
            fewest, since = left, time.monotonic()
    return _inside(run.machine, "report()") | {"open": fewest}


def _left_to_do(run: Run) -> int:
    """How many messages and events are open; asked of the database, as starting the product takes seconds."""
    with psycopg.connect(run.machine.owner_url) as connection:
        found = connection.execute(
            "SELECT (SELECT count(*) FROM providers_outboxmessage WHERE done_at IS NULL)"
            " + (SELECT count(*) FROM providers_delivery WHERE due_at IS NOT NULL)"
        ).fetchone()
    return int(found[0]) if found else 0


def _judge(run: Run, found: dict[str, Any]) -> dict[str, Any]:
    """Compare what was answered with what is in the books, and with what the receiver was told."""
    approved = {enrolment for enrolment, state in found["claims"].values() if state == "approved"}
    told = {subject for kind, subject in run.receiver.told if kind.endswith("claim.approved")}
    approvals = {claim for claim, (_, state) in found["claims"].items() if state == "approved"}
    captured = {code.removeprefix("reserved:"): times for code, times in found["captured"].items()}
    lost = (
        len(run.answers.redeemed - set(found["redeemed"]))
        + len(run.answers.claimed - set(found["claims"]))
        + len(approved - set(captured))
    )
    claims_per_enrolment = Counter(enrolment for enrolment, _ in found["claims"].values())
    doubled = sum(times > 1 for times in captured.values()) + sum(
        times > 1 for times in claims_per_enrolment.values()
    )
    return {
        "seed": run.seed,
        "answered": len(run.answers.redeemed) + len(run.answers.claimed),
        "retries": run.answers.retries,
        "kills": dict(run.kills),
        "killsTotal": run.kills.total(),
        "lost": lost,
        "doubled": doubled,
        "undrained": found["open"],
        "untold": len(approvals - told),
        "toldAgain": sum(times > 1 for times in run.receiver.told.values()),
        "findings": found["findings"],
        "longestRecoverySeconds": round(run.longest_recovery_s, 1),
    }


if __name__ == "__main__":
    sys.exit(main())
