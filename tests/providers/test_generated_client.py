"""A client that a generator writes from docs/openapi.yaml walks from a course to an approved claim."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
import time_machine
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from providers.codes import code_for
from providers.models import Course
from providers.outbox import drain
from tests.providers.calls import Software
from tests.providers.world import MONDAY, agreed

ROOT = Path(__file__).parents[2]


@pytest.fixture
def generated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The generated package, by the name of a module in it."""
    generator = Path(sys.executable).with_name("openapi-python-client")
    command = [str(generator), "generate", "--path", str(ROOT / "docs/openapi.yaml")]
    subprocess.run(
        [*command, "--meta", "none", "--output-path", str(tmp_path / "scheme_api")],
        check=True,
        capture_output=True,
    )
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("models", "client", "api.courses", "api.enrolments", "api.claims", "api.payments"):
        importlib.import_module(f"scheme_api.{name}")
    return lambda name: importlib.import_module(f"scheme_api.{name}")


@pytest.fixture
def kept_open(linde: Software) -> Iterator[Software]:
    """Software whose requests stay in this test's transaction instead of closing its connection."""
    with time_machine.travel(MONDAY, tick=False):
        software = Software(linde.provider)
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield software
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@time_machine.travel(MONDAY, tick=False)
def test_a_generated_client_walks_the_whole_way(generated: Any, kept_open: Software) -> None:
    models = generated("models")
    api = generated("client").AuthenticatedClient(
        base_url="http://testserver/api/v1",
        token=kept_open.token,
        raise_on_unexpected_status=True,
        httpx_args={"transport": httpx.WSGITransport(app=get_wsgi_application())},
    )

    def call(module: str, *ids: Any, **given: Any) -> Any:
        return generated(f"api.{module}").sync(*ids, client=api, **given)

    def key() -> str:
        return str(uuid4())

    body = models.NewCourse(
        primary_code="HOR-03",
        name="Barista in twee dagen",
        category=models.NewCourseCategory.MODULE,
        price="210.00",
        study_load=14,
    )
    course = call("courses.post_courses", body=body, idempotency_key=key())
    read = generated("api.courses.get_one_course").sync_detailed(course.id, client=api)
    cheaper = models.CourseChanges(price="195.00", place="Heerlen")
    tag = read.headers["ETag"]
    changed = call(
        "courses.patch_one_course", course.id, body=cheaper, if_match=tag, idempotency_key=key()
    )
    assert (changed.price, changed.place, changed.name) == ("195.00", "Heerlen", course.name)
    published = call("courses.post_publications", course.id, idempotency_key=key())
    assert published.published_at is not None

    code = models.Code(code=code_for(agreed(Course.objects.get()).id))
    enrolment = call("enrolments.post_enrolments", body=code, idempotency_key=key())
    terms = enrolment.terms[0]
    wanted = models.NewClaim(
        enrolment=enrolment.id, instalment=terms.instalment, amount=terms.amount
    )
    claim = call("claims.post_claims", body=wanted, idempotency_key=key())
    drain()

    assert call("claims.get_one_claim", claim.id).state == "approved"
    assert call("payments.get_own_account").payable == "130.00"
    assert [found.id for found in call("claims.get_claims").items] == [claim.id]
