"""The API does what its own document says: drawn requests, right and wrong, against every operation."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection
from hypothesis import HealthCheck, settings
from schemathesis import Case

from providers.api.schema import openapi
from tests.providers.calls import Software

SERVER = "http://testserver"


def to_the_letter(document: dict[str, Any]) -> dict[str, Any]:
    """The document for ourselves: an answer has the fields that are described, and no other."""
    strict = deepcopy(document)
    for schema in strict["components"]["schemas"].values():
        if schema["type"] == "object":
            schema["additionalProperties"] = False
    return strict


DOCUMENT = schemathesis.openapi.from_dict(to_the_letter(openapi(SERVER)))
DOCUMENT.app = get_wsgi_application()
# What only the rules can know may still be refused: a code nobody gave, a page nobody read.
REFUSED_BY_THE_RULES: list[Any] = [schemathesis.checks.CHECKS.get_one("positive_data_acceptance")]


@pytest.fixture
def token(linde: Software) -> Iterator[str]:
    """A token; requests stay in this test's transaction instead of closing its connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    with connection.cursor() as cursor:  # drawing a batch that is too long takes a while
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    yield linde.token
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@DOCUMENT.parametrize()
@settings(
    max_examples=5,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_its_contract(case: Case[Any], token: str) -> None:
    case.call_and_validate(
        base_url=f"{SERVER}/api/v1",
        headers={"Authorization": f"Bearer {token}"},
        excluded_checks=REFUSED_BY_THE_RULES,
    )
