"""`python -m demo serve | check | claim | forget`: the product on one machine, with a year of invented use."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path
from tempfile import mkdtemp

from demo.claim import claim
from demo.machine import (
    ROOT,
    DemoFailed,
    Machine,
    begin_anew,
    free_port,
    refuse_a_port_in_use,
    running,
)
from demo.sandbox import sandbox
from demo.story import play
from demo.summary import Summary, print_welcome, summarise

VAR = ROOT / "var"
PLAYED = VAR / "played.json"


def serve(port: int) -> int:
    """Play the year once, then keep serving until Ctrl-C."""
    refuse_a_port_in_use(port)
    if not PLAYED.exists():
        begin_anew(VAR)
    with running(VAR, port=port) as machine:
        if not PLAYED.exists():
            summary = _played(machine)
            PLAYED.write_text(json.dumps(summary.as_json(), indent=2))
        with sandbox(VAR / "sandbox", port=_next_port(port)) as beside:
            print_welcome(machine.url, beside.url, json.loads(PLAYED.read_text()))
            _watch(machine, beside)
    return 0


def _watch(*machines: Machine) -> None:
    """Wait until somebody presses Ctrl-C; raises DemoFailed when a process ends by itself."""
    while True:
        for machine in machines:
            if ended := machine.failed_child():
                log = machine.logs / f"{ended}.log"
                raise DemoFailed(f"The {ended} ended by itself; {log} says why.")
        time.sleep(0.5)


def _next_port(port: int) -> int:
    try:
        refuse_a_port_in_use(port + 1)
    except DemoFailed:
        return free_port()
    return port + 1


def check() -> int:
    """Play the year from scratch in a folder of its own; the last line printed is one JSON object."""
    VAR.mkdir(exist_ok=True)
    data = Path(mkdtemp(prefix="check-", dir=VAR))
    data.chmod(0o755)
    try:
        with running(data, port=free_port()) as machine:
            summary = _played(machine)
    finally:
        shutil.rmtree(data, ignore_errors=True)
    print(json.dumps(summary.as_json()))
    return 0 if summary.is_sound else 1


def forget() -> int:
    """Remove the demo's data; refuses while a demo runs on it."""
    if _is_running(VAR / "postgres" / "postmaster.pid"):
        raise DemoFailed("A demo is running on this data: stop it with Ctrl-C first.")
    shutil.rmtree(VAR, ignore_errors=True)
    return 0


def _is_running(pid_file: Path) -> bool:
    try:
        os.kill(int(pid_file.read_text().split()[0]), 0)
    except (OSError, ValueError, IndexError) as error:
        return isinstance(error, PermissionError)
    return True


def _played(machine: Machine) -> Summary:
    began = time.monotonic()
    accepted = play(machine)
    return summarise(machine, accepted=accepted, seconds=time.monotonic() - began)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    acts = parser.add_subparsers(dest="act", required=True)
    acts.add_parser("serve").add_argument("--port", type=int, default=8000)
    acts.add_parser("check")
    acts.add_parser("forget")
    handing_in = acts.add_parser("claim")
    handing_in.add_argument("code", help="the code a citizen got in the portal")
    handing_in.add_argument("--port", type=int, default=8000)
    chosen = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGHUP, lambda *_: sys.exit(129))
    try:
        if chosen.act == "serve":
            return serve(chosen.port)
        if chosen.act == "claim":
            return claim(f"http://127.0.0.1:{chosen.port}", VAR / "clients.json", chosen.code)
        return check() if chosen.act == "check" else forget()
    except DemoFailed as failure:
        print(failure, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
        return 0


if __name__ == "__main__":
    sys.exit(main())
