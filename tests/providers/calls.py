"""Calling the API as a provider's software does."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any
from uuid import uuid4

from django.test import Client as Browser

from providers.clients import create_client
from providers.models import Client, Provider
from providers.scopes import SCOPES


def token_for(client: Client, secret: str) -> str:
    answer = Browser().post(
        "/oauth/token", {"grant_type": "client_credentials"}, headers=basic(client, secret)
    )
    assert answer.status_code == 200, answer.content
    token: str = answer.json()["access_token"]
    return token


def basic(client: Client, secret: str) -> dict[str, str]:
    pair = b64encode(f"{client.client_id}:{secret}".encode()).decode()
    return {"Authorization": f"Basic {pair}"}


class Software:
    """One provider's software, with its token."""

    def __init__(self, provider: Provider, scopes: list[str] | None = None) -> None:
        self.provider = provider
        self.client, self.secret = create_client(
            provider, name="LMS", scopes=SCOPES if scopes is None else scopes
        )
        self.token = token_for(self.client, self.secret)

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, **headers)

    def post(self, path: str, body: Any = None, *, key: str | None = "", **headers: str) -> Any:
        if key is not None:
            headers["Idempotency-Key"] = key or str(uuid4())
        return self.call("POST", path, body, **headers)

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"Authorization": f"Bearer {self.token}", **headers}
        return Browser().generic(
            method,
            f"/api/v1{path}",
            content if body is not None else b"",
            content_type=given.pop("Content_Type", "application/json"),
            headers={name.replace("_", "-"): value for name, value in given.items()},
        )


def problem(answer: Any, status: int, kind: str = "") -> dict[str, Any]:
    """The problem document of an answer, after checking its form."""
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    found: dict[str, Any] = json.loads(answer.content)
    assert found["status"] == status
    assert found["title"]
    assert found["detail"]
    if kind:
        assert found["type"].endswith(f"#{kind}")
    return found


def pointers(document: dict[str, Any]) -> set[str]:
    return {error["pointer"] for error in document["errors"]}
