"""A training provider's software: gets tokens, redeems codes, claims instalments. Over HTTP only."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import httpx

from demo.browser import Unexpected


@dataclass(eq=False)
class School:
    """One provider's client of the API."""

    url: str
    client_id: str
    client_secret: str
    kvk_number: str
    _client: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = httpx.Client(base_url=self.url, timeout=30)

    def log_in(self) -> None:
        """A fresh token; it lasts an hour of the calendar."""
        answer = self._client.post(
            "/oauth/token",
            data={"grant_type": "client_credentials"},
            auth=(self.client_id, self.client_secret),
        )
        answer.raise_for_status()
        self._client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def courses(self) -> list[str]:
        """The ids of all its courses, page after page."""
        found: list[str] = []
        path = "/api/v1/courses?limit=100"
        while path:
            answer = self._client.get(path)
            answer.raise_for_status()
            found += [course["id"] for course in answer.json()["items"]]
            path = answer.links.get("next", {}).get("url", "")
        return found

    def newest_course(self) -> dict[str, Any]:
        """Its newest course that is offered."""
        answer = self._client.get("/api/v1/courses", params={"state": "published", "limit": 1})
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()["items"][0]
        return found

    def offer(self, course: dict[str, Any]) -> None:
        """Register a course and publish it."""
        registered = self._post("/api/v1/courses", course, expected=(201,))
        self._post(f"/api/v1/courses/{registered['id']}/publications", {}, expected=(200, 201))

    def withdraw(self, course: str) -> None:
        self._post(f"/api/v1/courses/{course}/withdrawals", {}, expected=(200, 201))

    def redeem(self, code: str) -> dict[str, Any]:
        """The enrolment behind a citizen's code."""
        return self._post("/api/v1/enrolments", {"code": code}, expected=(201,))

    def claim(
        self, enrolment: str, term: dict[str, Any], evidence: dict[str, Any]
    ) -> dict[str, Any]:
        """Claim one instalment of the terms; a refusal at the door comes back as a problem."""
        body = {
            "enrolment": enrolment,
            "instalment": term["instalment"],
            "amount": term["amount"],
            "evidence": evidence,
        }
        return self._post("/api/v1/claims", body, expected=(201, 409, 422))

    def claims(self, state: str) -> list[dict[str, Any]]:
        """Its newest claims in a state."""
        answer = self._client.get("/api/v1/claims", params={"state": state})
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["items"]
        return found

    def _post(
        self, path: str, body: dict[str, Any], *, expected: tuple[int, ...]
    ) -> dict[str, Any]:
        answer = self._client.post(path, json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
        if answer.status_code not in expected:
            raise Unexpected(f"POST {path}: {answer.status_code} {answer.text}")
        found: dict[str, Any] = answer.json()
        return found
