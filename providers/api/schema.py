"""The OpenAPI document, as the NL API Design Rules ask it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import translation
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from providers.api.describing import (
    AFTER,
    ANY_TIME,
    CONDITIONAL,
    IDEMPOTENCY_KEY,
    ONCE,
    ROW,
    WITH_BODY,
    WITH_ID,
)
from providers.api.serializers import BATCH_MAX, ClaimBatch, CourseBatch
from providers.scopes import SCOPES

EXAMPLE_SERVER = "https://ontwikkelrekening.example"
CHOICE = re.compile(r"\* `(.+)` - (.+)$")
TEXT = {"type": "string"}
HEADERS = {
    name: {"description": words, "schema": schema}
    for name, words, schema in (
        ("API-Version", "Full version of the API.", TEXT),
        (
            "X-Request-Id",
            "Name it when you ask for help. It is yours when you sent one, of 8 to 64 letters,"
            " digits or . _ -; any other is replaced.",
            TEXT,
        ),
        ("RateLimit", "What is left of this minute: r calls, t seconds.", TEXT),
        ("RateLimit-Policy", "How many calls a minute has: q in w seconds.", TEXT),
        ("WWW-Authenticate", "What is wrong with the token (RFC 6750).", TEXT),
        ("ETag", "Names what it says now.", TEXT),
        ("Retry-After", "Seconds to wait.", {"type": "integer"}),
        (
            "Idempotent-Replayed",
            "The answer of an earlier request under this key.",
            {"type": "string", "enum": ["true"]},
        ),
        ("Link", 'The next page, as rel="next", when there is one.', TEXT),
        ("Location", "Where it is.", TEXT),
    )
}
TOLD = {
    "claimChanged": "A claim of yours changed state",
    "enrolmentChanged": "An enrolment of yours changed state",
    "accountChanged": "Payments to you were suspended or resumed, another IBAN was agreed to, or what you owe changed or is late",
    "endpointVerification": "The challenge of an endpoint that is not verified yet",
}
SIGNED = {  # as Standard Webhooks names them
    "webhook-id": "The id of the event; the same at every attempt.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970.",
    "webhook-signature": "v1 and a signature, by each secret that holds, with spaces between them.",
}
SUBJECTS = {  # in the order a provider meets them
    "courses": "What you offer: register, change, publish and withdraw it.",
    "enrolments": "Who agreed to a course of yours, from the moment you redeem the code.",
    "claims": "What you ask for: a part of a fee, with what shows that it is due.",
    "payments": "What was sent to your bank account, what is payable to you and what you owe.",
    "batches": "Many claims or courses in one request, and what came of each.",
    "webhooks": "Addresses of yours where you are told of changes.",
    "catalogue": "The published courses of every provider, for everybody.",
    "sandbox": "Codes of citizens who do not exist, to try your software with.",
}
UNCHANGED = "It is still what you have."
KEYS = ("id", "number", "reference")


class Bearer(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """OAuth 2 client credentials, with the scope that each operation asks for."""

    target_class = "providers.api.authentication.BearerAuthentication"
    name = "oauth2"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        flow = {"tokenUrl": "/oauth/token", "scopes": dict(SCOPES)}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        return {self.name: [auto_schema.view.scope]}  # type: ignore[attr-defined]


@cache
def openapi(server: str) -> dict[str, Any]:
    """The whole document, for the address people reach it at."""
    generator = SchemaGenerator(urlconf=settings.API_URLS)  # type: ignore[no-untyped-call]
    with translation.override("en"):  # whoever asks first
        found: dict[str, Any] = generator.get_schema(public=True)  # type: ignore[no-untyped-call]
    found["servers"] = [{"url": f"{server}/api/v1"}]
    schemes = found["components"]["securitySchemes"]
    schemes["oauth2"]["flows"]["clientCredentials"]["tokenUrl"] = f"{server}/oauth/token"
    return found


def as_the_standard_asks(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """drf-spectacular's hook: headers on every answer, problem+json for every error."""
    for address, path in result["paths"].items():
        # What is made below another thing, a secret for one, has no address of its own.
        makes = any(other.startswith(f"{address}/{{") for other in result["paths"])
        for method, operation in path.items():
            _leave_out(address, operation)
            if "requestBody" in operation:  # of a PATCH the library thinks otherwise
                operation["requestBody"]["required"] = True
            for code, response in operation["responses"].items():
                _dress(int(code), response, operation, method)
                if makes and code in ("201", "202"):
                    response["headers"]["Location"] = _header("Location")
    told = {
        tag for path in result["paths"].values() for each in path.values() for tag in each["tags"]
    }
    result["tags"] = [
        {"name": name, "description": text} for name, text in SUBJECTS.items() if name in told
    ]
    for batch in (ClaimBatch, CourseBatch):  # the library says no limits of a list of objects
        items = result["components"]["schemas"][batch.__name__]["properties"]["items"]
        items |= {"minItems": 1, "maxItems": BATCH_MAX}
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        _finish(name, schema)
    for name in _sent(result["paths"], schemas):  # an answer may get more fields
        schemas[name]["additionalProperties"] = False
    result["components"]["headers"] = HEADERS
    result["webhooks"] = {name: {"post": _told(name, words)} for name, words in TOLD.items()}
    return result


def _leave_out(address: str, operation: dict[str, Any]) -> None:
    """What this operation cannot answer: that an id is not there, or who calls is not known."""
    if "{" not in address:
        operation["responses"].pop("404", None)
    if not any(operation.get("security", [])):
        operation["responses"].pop("401", None)
        operation["responses"].pop("403", None)


def _sent(paths: dict[str, Any], schemas: dict[str, Any]) -> set[str]:
    """The schemas of what a caller sends, with those inside them."""
    found: set[str] = set()
    bodies = [
        operation.get("requestBody", {}) for path in paths.values() for operation in path.values()
    ]
    new = set(_named_in(bodies))
    while new:
        found |= new
        new = set(_named_in([schemas[name] for name in new])) - found
    return found


def _named_in(part: Any) -> Iterator[str]:
    """The schemas that are referred to, at any depth."""
    if isinstance(part, list):
        for each in part:
            yield from _named_in(each)
    elif isinstance(part, dict):
        if "$ref" in part:
            yield part["$ref"].rsplit("/", 1)[-1]
        yield from _named_in(list(part.values()))


def _finish(name: str, schema: dict[str, Any]) -> None:
    if name.endswith(ROW):  # `fields` may leave out all but the key
        schema["required"] = [field for field in schema["required"] if field in KEYS]
    for member in schema.get("properties", {}).values():
        _say_once_that_it_may_be_empty(member)
        _say_no_value_twice(member)


def _say_no_value_twice(member: dict[str, Any]) -> None:
    """The library explains each choice, also one that is its own explanation."""
    member.pop("x-spec-enum-id", None)  # for the library's own use
    told = [
        line
        for line in member.pop("description", "").splitlines()
        if not ((choice := CHOICE.match(line)) and _words(choice[1]) == _words(choice[2]))
    ]
    if words := "\n".join(told).strip():
        member["description"] = words


def _words(code: str) -> str:
    return code.replace("_", " ").lower()


def _told(name: str, words: str) -> dict[str, Any]:
    """What arrives at an endpoint of a provider."""
    return {
        "operationId": name,
        "summary": words,
        "description": f"{words}. Answer 2xx within five seconds.",
        "tags": ["webhooks"],
        "parameters": [
            {"name": header, "in": "header", "required": True, "schema": TEXT, "description": said}
            for header, said in SIGNED.items()
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/cloudevents+json": {"schema": {"$ref": "#/components/schemas/Event"}}
            },
        },
        "responses": {"2XX": {"description": "You have it. Otherwise it is sent again."}},
    }


def _say_once_that_it_may_be_empty(member: dict[str, Any]) -> None:
    """The library says "this, or nothing" in two ways that both fit nothing; the first says it all."""
    first, *others = member.get("oneOf", [{}])
    if others == [{"type": "string", "maxLength": 0}]:
        del member["oneOf"]
        member |= first


def _dress(code: int, response: dict[str, Any], operation: dict[str, Any], method: str) -> None:
    names = ["API-Version", "X-Request-Id"]
    if code not in (401, 406):  # nobody was counted yet
        names += ["RateLimit", "RateLimit-Policy"]
    if code in (401, 403):
        names.append("WWW-Authenticate")
    if code in (200, 304) and method in ("get", "patch"):
        names.append("ETag")
    if code in (409, 429):
        names.append("Retry-After")
    if code < 300 and IDEMPOTENCY_KEY.name in _parameters(operation):
        names.append("Idempotent-Replayed")
    if code == 200 and AFTER.name in _parameters(operation):
        names.append("Link")
    response["headers"] = {name: _header(name) for name in names}
    if code >= 400:
        (schema,) = response.pop("content").values()
        response["content"] = {"application/problem+json": schema}
        response["description"] = {**ANY_TIME, **WITH_ID, **WITH_BODY, **ONCE, **CONDITIONAL}[code]
    else:
        response["description"] = operation["summary"] + "." if code != 304 else UNCHANGED
        response.pop("content", None) if code == 204 else None


def _parameters(operation: dict[str, Any]) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", [])}


def _header(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/headers/{name}"}
