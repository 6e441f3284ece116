"""Starts and stops the product on one machine: web server, workers and beat on one database.

Every child ends with us, also when we are killed. What they print goes to `log/` beside the data.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import psycopg
from django.core.exceptions import ImproperlyConfigured

from demo.bank import IBAN
from ontwikkelrekening.postgres import DATABASE, leave, own_server, start_over

ROOT = Path(__file__).resolve().parent.parent
SANDBOX = f"{DATABASE}_sandbox"
APP_ROLE = "ontwikkelrekening_app"
PR_SET_PDEATHSIG = 1
CORES = os.cpu_count() or 1
WEB = (
    *("--interface", "wsgi", "--blocking-threads", "1"),
    *("--log-level", "warning", "--respawn-failed-workers"),
)
# Workers need not know of each other: the queue of record is the database.
ALONE = ("--loglevel", "INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")
PGMQ = "pgmq://"


class DemoFailed(Exception):
    """Something that one sentence tells the person at the keyboard."""


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def refuse_a_port_in_use(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise DemoFailed(
                f"Port {port} is in use. Stop what uses it, or choose another: make demo PORT=8001"
            ) from None


@dataclass
class Machine:
    """The product running on one database and one port; `data` keeps its logs and its calendar."""

    data: Path
    port: int
    owner_url: str  # the database as its owner: for set-up only
    app_url: str  # the database as the app role: for what serves and works
    broker_url: str = PGMQ
    cores: int = CORES
    is_sandbox: bool = False
    sampled_per_mille: int = 0  # what reviewers get by lot: a test that claims wants no lot
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def clock_file(self) -> Path:
        return self.data / "clock"

    @property
    def logs(self) -> Path:
        return self.data / "log"

    def environment(self, *, owner: bool = False) -> dict[str, str]:
        """What a child gets: the app role for what serves and works, the owner for set-up."""
        return {
            **os.environ,
            "ENVIRONMENT": "development",
            "DATABASE_URL": self.owner_url if owner else self.app_url,
            "CELERY_BROKER_URL": self.broker_url,
            "PUBLIC_URL": self.url,
            "SANDBOX": "true" if self.is_sandbox else "false",
            "PAYER_IBAN": IBAN,
            "CLAIMS_SAMPLED_PER_MILLE": str(self.sampled_per_mille),
            "LEDGER_SEALS_DIR": str(self.data / "seals"),
            "DEMO_CLOCK": str(self.clock_file),
            "DJANGO_SETTINGS_MODULE": "ontwikkelrekening.settings",
        }

    def __enter__(self) -> Machine:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        self.logs.mkdir(parents=True, exist_ok=True)
        self.manage("set_up_database", owner=True)
        self.restart_what_ended()
        self._wait_until_it_answers()

    def restart_what_ended(self) -> None:
        """Start every child that is not running: at the beginning, all of them."""
        here = ("--host", "127.0.0.1", "--port", str(self.port), "--workers", str(self.cores))
        schedule = ("--schedule", str(self.data / "beat"))
        celery = ("celery", "--app", "demo.served:celery")
        programs = {
            "web": ("granian", "demo.served:application", *WEB, *here),
            **{name: (*celery, "worker", *ALONE, *how) for name, how in self._workers().items()},
            "beat": (*celery, "beat", *schedule),
        }
        for name, program in programs.items():
            child = self.children.get(name)
            if child is None or child.poll() is not None:
                self._spawn(name, *program)

    def _workers(self) -> dict[str, tuple[str, ...]]:
        """What performs the work, as operations.md starts it: one to a core, and one for webhooks.

        On the queue in PostgreSQL the children of a prefork worker take turns at one lock, and one
        that is killed while it waits there leaves the others waiting for ever: no children then.
        """
        sender = ("--queues", "webhooks")
        if self.broker_url != PGMQ:
            one, all_cores = ("--concurrency", "1"), ("--concurrency", str(self.cores))
            return {"worker": all_cores, "webhooks": (*sender, *one)}
        solo = ("--pool", "solo")
        workers = {f"worker-{number}": solo for number in range(1, self.cores + 1)}
        return {**workers, "webhooks": (*sender, *solo)}

    def stop(self) -> None:
        """End every child: asked first, killed after ten seconds."""
        for child in self.children.values():
            child.terminate()
        for child in self.children.values():
            try:
                child.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(child.pid, signal.SIGKILL)

    def manage(self, *arguments: str, owner: bool = False) -> str:
        """Run a management command, as an administrator would; return what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "demo.manage", *arguments],
            env=self.environment(owner=owner),
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines()
            raise DemoFailed(
                f"manage.py {arguments[0]} failed: {lines[-1] if lines else 'silently'}"
            )
        return done.stdout

    def failed_child(self) -> str | None:
        """The name of a child that has ended by itself."""
        ended = (name for name, child in self.children.items() if child.poll() is not None)
        return next(ended, None)

    def _spawn(self, name: str, program: str, *arguments: str) -> None:
        with (self.logs / f"{name}.log").open("ab") as log:
            self.children[name] = subprocess.Popen(
                [str(Path(sys.executable).with_name(program)), *arguments],
                env=self.environment(),
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_end_with_the_parent,  # noqa: PLW1509
            )

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if name := self.failed_child():
                raise DemoFailed(f"The {name} did not start; {self.logs / name}.log says why.")
            try:
                httpx.get(f"{self.url}/", timeout=5)
            except httpx.HTTPError:
                time.sleep(0.1)
            else:
                return
        raise DemoFailed(f"The web server did not answer within a minute; see {self.logs}.")


def _end_with_the_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def begin_anew(data: Path, database: str = DATABASE) -> None:
    """Forget what a run that was stopped half-way left: its database, and the seals of it."""
    start_over(data / "postgres", database)
    shutil.rmtree(data / "seals", ignore_errors=True)


@contextmanager
def running(data: Path, *, port: int, is_sandbox: bool = False) -> Iterator[Machine]:
    """The product on a PostgreSQL of its own, running for as long as the block does.

    A sandbox is for one person who tries software out: it gets one process of each kind.
    """
    owner_url = _start_postgres(data / "postgres", SANDBOX if is_sandbox else DATABASE)
    app_url = owner_url.replace("//postgres:@", f"//{APP_ROLE}@")
    machine = Machine(
        data,
        port,
        owner_url,
        app_url,
        cores=1 if is_sandbox else CORES,
        is_sandbox=is_sandbox,
        sampled_per_mille=0 if is_sandbox else 20,
    )
    try:
        with machine:
            yield machine
    finally:
        leave(data / "postgres")


def _start_postgres(data: Path, database: str) -> str:
    try:
        return own_server(data, database)
    except ImproperlyConfigured as error:
        raise DemoFailed(str(error)) from None
    except (OSError, RuntimeError, subprocess.SubprocessError, psycopg.Error) as error:
        raise DemoFailed(f"PostgreSQL did not start in {data}: {error}") from error
