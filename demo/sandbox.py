"""The sandbox for providers' software on one machine, with courses and a client to try it with."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

from demo.machine import ROOT, DemoFailed, Machine, refuse_a_port_in_use, running
from demo.story import PASSWORD, STAFF

DATABASE = "ontwikkelrekening_sandbox"
KVK_NUMBER = "00000001"


def serve_sandbox(data: Path, port: int) -> int:
    """Fill it once, print how to call it, serve until Ctrl-C."""
    refuse_a_port_in_use(port)
    os.environ["SANDBOX"] = "true"
    kept = data / "client.json"
    with running(data, port=port, database=DATABASE) as machine:
        if not kept.exists():
            kept.write_text(json.dumps(_filled(machine)))
        client = json.loads(kept.read_text())
        print(f"The sandbox of {client['name']} serves. To call it (docs/providers.md):\n")
        print(f"    export HOST={machine.url} CLIENT_ID={client['clientId']}")
        print(f"    export CLIENT_SECRET={client['clientSecret']}\n\nCtrl-C stops it.")
        while (ended := machine.failed_child()) is None:
            time.sleep(0.5)
        raise DemoFailed(f"The {ended} ended by itself; {machine.logs / ended}.log says why.")


def _filled(machine: Machine) -> dict[str, str]:
    """Staff who judge, a policy, courses; returns the client of one provider."""
    os.environ["STAFF_PASSWORD"] = PASSWORD
    machine.manage("add_staff", *STAFF)
    machine.manage("load_example_policy")
    machine.manage("import_courses", str(ROOT / "demo" / "courses.json.gz"))
    machine.manage("make_available", "landelijk", "100000")
    printed = machine.manage("create_client", KVK_NUMBER, "--json")
    client: dict[str, str] = json.loads(printed.strip().splitlines()[-1])
    return client
