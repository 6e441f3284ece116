"""The page for providers keeps its word: its snippets run as they stand, from key to paid claim."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from demo.browser import Browser
from demo.machine import ROOT, Machine
from demo.school import School
from tests.journeys.conftest import NEW_YEAR, move_to
from tests.journeys.test_a_year import START, agree, course_of, log_in, settled_state

pytestmark = [pytest.mark.journey, pytest.mark.django_db]

LIEKE, SAMIRA = "999900080", "999900031"


def snippets(language: str) -> list[str]:
    page = (ROOT / "docs/providers.md").read_text()
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


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


def test_the_curl_snippets_lead_from_key_to_paid_claim(
    scheme: Machine, schools: dict[str, School], tmp_path: Path
) -> None:
    school, environment = given(scheme, schools, LIEKE)
    until_the_claim, afterwards = snippets("bash")
    kept = tmp_path / "session"
    keep = f"\ndeclare -f > {kept}; declare -p HOST TOKEN CLAIM >> {kept}\n"

    shell(f"{until_the_claim}{keep}", environment)
    claim = re.findall(r'CLAIM="([^"]+)"', kept.read_text())[0]
    assert settled_state(scheme, school, claim, wanted="approved") == "approved"
    scheme.manage("prepare_payments", "--by", "ineke")
    scheme.manage("release_payments", "--by", "bas")
    scheme.manage("settle_payments", "--by", "ineke")
    state, payments = shell(f"source {kept}\n{afterwards}", environment).split("\n", 1)

    assert state == "paid"
    assert '"state":"paid"' in payments


def test_the_python_snippet_leads_to_an_approved_claim(
    scheme: Machine, schools: dict[str, School], tmp_path: Path
) -> None:
    _, environment = given(scheme, schools, SAMIRA)
    (snippet,) = snippets("python")
    program = tmp_path / "snippet.py"
    program.write_text(snippet)

    done = subprocess.run(
        [sys.executable, str(program)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.stdout, done.stderr) == ("approved\n", "")
