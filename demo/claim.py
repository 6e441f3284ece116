"""Play the provider of one course: redeem a code and claim the first instalment, request by request."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import httpx

from demo.machine import DemoFailed


def claim(url: str, clients: Path, code: str) -> int:
    """Show each request and its answer; the provider is the one whose course the code is for."""
    if not clients.exists():
        raise DemoFailed("There are no clients yet: run 'make demo' first and keep it running.")
    try:
        client, token, enrolment = _redeem(url, json.loads(clients.read_text()), code)
        term = enrolment["terms"][0]
        body = {
            "enrolment": enrolment["id"],
            "instalment": term["instalment"],
            "amount": term["amount"],
        }
        print(f"You are {client['name']}.\n")
        _show("POST", "/api/v1/enrolments", {"code": code}, enrolment)
        _show("POST", "/api/v1/claims", body, _post(url, token, "claims", body).json())
    except httpx.ConnectError:
        raise DemoFailed(f"Nothing answers on {url}: keep 'make demo' running.") from None
    return 0


def _redeem(
    url: str, clients: list[dict[str, str]], code: str
) -> tuple[dict[str, str], str, dict[str, Any]]:
    for client in clients:
        token = _token(url, client)
        answer = _post(url, token, "enrolments", {"code": code})
        if answer.status_code == 201:
            return client, token, answer.json()
        problem = answer.json()
        if not problem["type"].endswith("unknown-code"):
            raise DemoFailed(f"{client['name']}: {problem['detail']}")
    raise DemoFailed(f"No provider knows the code {code}.")


def _token(url: str, client: dict[str, str]) -> str:
    answer = httpx.post(
        f"{url}/oauth/token",
        data={"grant_type": "client_credentials"},
        auth=(client["clientId"], client["clientSecret"]),
    )
    return str(answer.json()["access_token"])


def _post(url: str, token: str, path: str, body: dict[str, Any]) -> httpx.Response:
    return httpx.post(
        f"{url}/api/v1/{path}",
        json=body,
        headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid.uuid4())},
    )


def _show(method: str, path: str, body: dict[str, Any], answer: dict[str, Any]) -> None:
    print(f"{method} {path}\n{json.dumps(body, indent=2)}\n\n{json.dumps(answer, indent=2)}\n")
