"""The sandbox for providers' software beside the demo, with courses and a client to try it with."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demo.machine import ROOT, SANDBOX, Machine, begin_anew, running
from demo.story import PASSWORD, STAFF

KVK_NUMBER = "00000001"


@contextmanager
def sandbox(data: Path, *, port: int) -> Iterator[Machine]:
    """The sandbox, running for as long as the block does; `client.json` in `data` can call it.

    Stopped before it was filled, it begins anew.
    """
    kept = data / "client.json"
    if not kept.exists():
        begin_anew(data, SANDBOX)
    with running(data, port=port, is_sandbox=True) as machine:
        client = json.loads(kept.read_text()) if kept.exists() else filled(machine)
        kept.write_text(json.dumps({**client, "host": machine.url}, indent=2))
        yield machine


def filled(machine: Machine) -> dict[str, str]:
    """Staff who judge, a policy, courses; returns the client of one provider."""
    os.environ["STAFF_PASSWORD"] = PASSWORD
    machine.manage("add_staff", *STAFF)
    machine.manage("load_example_policy")
    machine.manage("import_courses", str(ROOT / "demo" / "courses.json.gz"), "--by", "olga")
    machine.manage("agree_to_ibans", "--by", "bas")
    machine.manage("make_available", "landelijk", "100000")
    printed = machine.manage("create_client", KVK_NUMBER, "--json")
    client: dict[str, str] = json.loads(printed.strip().splitlines()[-1])
    return client
