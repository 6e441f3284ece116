"""The page for providers keeps its word: its snippets run as they stand, from key to paid claim."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from demo.browser import Browser
from demo.machine import ROOT, Machine
from demo.sandbox import filled
from demo.school import School
from tests.journeys.conftest import NEW_YEAR, machine_on, move_to
from tests.journeys.test_a_year import START, agree, course_of, log_in, settled_state

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

LIEKE, SAMIRA = "999900080", "999900031"


def snippets(language: str, heading: str) -> list[str]:
    """The code under one heading of the page."""
    page = (ROOT / "docs/providers.md").read_text()
    (section,) = re.findall(rf"^## {heading}\n(.*?)(?=^## |\Z)", page, re.DOTALL | re.MULTILINE)
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def given(scheme: Machine, schools: dict[str, School], bsn: str) -> tuple[School, dict[str, str]]:
    """A school, and what its software has: a key, and the code that a citizen handed over."""
    move_to(scheme, NEW_YEAR)
    with Browser(scheme.url) as citizen:
        log_in(citizen, bsn)
        agreed = agree(citizen, course_of(schools, citizen), START)
    move_to(scheme, START)
    school = schools[agreed.course]
    school.log_in()
    return school, {
        **os.environ,
        "HOST": scheme.url,
        "CLIENT_ID": school.client_id,
        "CLIENT_SECRET": school.client_secret,
        "CODE": agreed.code,
    }


def shell(script: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def python(program: str, environment: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    return done.stdout


def test_the_curl_snippets_lead_from_key_to_paid_claim(
    scheme: Machine, schools: dict[str, School], tmp_path: Path
) -> None:
    school, environment = given(scheme, schools, LIEKE)
    course, claim, afterwards = snippets("bash", "With curl")
    kept = tmp_path / "session"
    keep = f"declare -f > {kept}; declare -p HOST TOKEN CLAIM >> {kept}\n"

    shell(f"{course}{claim}{keep}", environment)
    claim_id = re.findall(r'CLAIM="([^"]+)"', kept.read_text())[0]
    assert settled_state(scheme, school, claim_id, wanted="approved") == "approved"
    scheme.manage("prepare_payments", "--by", "ineke")
    scheme.manage("release_payments", "--by", "bas")
    scheme.manage("settle_payments", "--by", "ineke")
    state, payments = shell(f"source {kept}\n{afterwards}", environment).split("\n", 1)

    assert state == "paid"
    assert '"state":"paid"' in payments


def test_the_python_snippets_lead_to_an_approved_claim(
    scheme: Machine, schools: dict[str, School]
) -> None:
    _, environment = given(scheme, schools, SAMIRA)
    course, claim = snippets("python", "With Python")

    assert python(course + claim, environment) == "approved\n"


@pytest.fixture(scope="module")
def trying(
    django_db_setup: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """A sandbox, and what the page tells to export for it."""
    name = f"sandbox_{uuid.uuid4().hex[:8]}"
    with machine_on(name, tmp_path_factory.mktemp("sandbox"), is_sandbox=True) as machine:
        client = filled(machine)
        yield {
            **os.environ,
            "HOST": machine.url,
            "CLIENT_ID": client["clientId"],
            "CLIENT_SECRET": client["clientSecret"],
        }


def test_the_curl_snippets_lead_to_an_approved_claim_in_the_sandbox(
    trying: dict[str, str],
) -> None:
    course, claim, _afterwards = snippets("bash", "With curl")
    (code,) = snippets("bash", "The sandbox")
    look = 'until [ "$(get /claims/$CLAIM | pick state)" = approved ]; do sleep 1; done\n'

    shell(f"{course}{code}{claim}{look}", trying)


def test_a_refusal_is_shown_and_stops_the_curl_snippets(trying: dict[str, str]) -> None:
    course, claim, _afterwards = snippets("bash", "With curl")

    done = subprocess.run(
        ["bash", "-c", course + claim],
        env={**trying, "CODE": "7K3M-9QXZ-4T2P"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert "#unknown-code" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_python_snippets_lead_to_an_approved_claim_in_the_sandbox(
    trying: dict[str, str],
) -> None:
    course, claim = snippets("python", "With Python")
    (code,) = snippets("python", "The sandbox")

    assert python(course + code + claim, trying) == "approved\n"


def test_a_body_that_comes_in_chunks_is_read_as_any_other(trying: dict[str, str]) -> None:
    grant = {
        "grant_type": "client_credentials",
        "client_id": trying["CLIENT_ID"],
        "client_secret": trying["CLIENT_SECRET"],
    }
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    course = {"primaryCode": "STR-1", "name": "x", "category": "module", "price": "9.00"}

    def chunks(text: str) -> Iterator[bytes]:
        yield from (text[:5].encode(), text[5:].encode())

    with httpx.Client(base_url=trying["HOST"], timeout=30) as software:
        token = software.post("/oauth/token", content=chunks(urlencode(grant)), headers=form)
        act = {
            "Authorization": f"Bearer {token.json()['access_token']}",
            "Content-Type": "application/json",
        }

        def call(method: str, path: str, body: object, **headers: str) -> httpx.Response:
            given = {**act, "Idempotency-Key": str(uuid.uuid4()), **headers}
            content = chunks(json.dumps(body))
            return software.request(method, f"/api/v1{path}", content=content, headers=given)

        made = call("POST", "/courses", {**course, "studyLoad": 4})
        address = f"/courses/{made.json()['id']}"
        tag = {"If-Match": software.get(f"/api/v1{address}", headers=act).headers["ETag"]}
        changed = call("PATCH", address, {"price": "99.00"}, **tag)
        large = call("POST", "/courses", {"name": "x" * 100_000})
        larger = call("POST", "/claim-batches", {"items": ["x" * 9_000_000]})
        page = software.post("/inloggen", content=chunks("bsn=999900080"), headers=form)

    assert made.status_code == 201, made.text
    assert (changed.status_code, changed.json()["price"]) == (200, "99.00")
    assert (large.status_code, larger.status_code) == (413, 413)
    assert (page.status_code, page.text) == (
        411,
        "Send the length of the body as Content-Length.\n",
    )
