"""The OpenAPI document as a person reads it: operations by subject, fields, kinds of problems."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from providers.api.entity_tags import NoVersionToMatch
from providers.api.idempotency import KeyHasOtherContent, KeyIsInUse
from providers.api.problems import kind_of
from providers.errors import Unable


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a body, or one parameter."""

    name: str
    kind: str
    required: bool
    explanation: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing the API can do."""

    id: str
    method: str
    path: str
    tag: str
    summary: str
    scope: str
    parameters: list[Field]
    takes: list[Field]
    gives: list[Field]
    statuses: list[tuple[str, str]]


def operations(document: dict[str, Any]) -> list[Operation]:
    """Every operation, subject by subject in the order of the document."""
    subjects = [tag["name"] for tag in document["tags"]]
    found = [
        _operation(document, path, method, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]
    return sorted(found, key=lambda operation: subjects.index(operation.tag))


def _operation(
    document: dict[str, Any], path: str, method: str, operation: dict[str, Any]
) -> Operation:
    security = operation.get("security", [{}])[0]
    success = next(iter(operation["responses"].values()))
    return Operation(
        id=operation["operationId"],
        method=method.upper(),
        path=path,
        tag=operation["tags"][0],
        summary=operation["summary"],
        scope=", ".join(security.get("oauth2", [])),
        parameters=[
            Field(item["name"], item["in"], item.get("required", False), _words(item))
            for item in operation.get("parameters", [])
        ],
        takes=list(_body(document, operation.get("requestBody", {}))),
        gives=list(_body(document, success)),
        statuses=[
            (code, response["description"]) for code, response in operation["responses"].items()
        ],
    )


def _body(document: dict[str, Any], holder: dict[str, Any]) -> Iterator[Field]:
    for content in list(holder.get("content", {}).values())[:1]:  # each kind holds the same
        yield from _fields(document, content["schema"], "")


def _fields(document: dict[str, Any], schema: dict[str, Any], above: str) -> Iterator[Field]:
    """Every field with its dotted name; `[]` marks a list."""
    schema = _resolved(document, schema)
    for name, member in schema.get("properties", {}).items():
        found = _resolved(document, member)
        many = found.get("type") == "array"
        inner = _resolved(document, found["items"]) if many else found
        dotted = f"{above}{name}{'[]' if many else ''}"
        yield Field(dotted, _kind(inner), name in schema.get("required", []), _words(member))
        yield from _fields(document, inner, f"{dotted}.")


def _resolved(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    while reference := schema.get("$ref") or _only(schema, "allOf") or _only(schema, "oneOf"):
        schema = document["components"]["schemas"][reference.rsplit("/", 1)[-1]]
    return schema


def _only(schema: dict[str, Any], key: str) -> str | None:
    options = [option for option in schema.get(key, []) if option != {"type": "null"}]
    return options[0].get("$ref") if len(options) == 1 else None


def _kind(schema: dict[str, Any]) -> str:
    if "enum" in schema:
        return " | ".join(str(value) for value in schema["enum"])
    kind = schema.get("type", "object")
    kinds: list[str] = kind if isinstance(kind, list) else [kind]
    named = [str(schema.get("format", name)) if name == "string" else name for name in kinds]
    return " or ".join(named)


def _words(schema: dict[str, Any]) -> str:
    text: str = schema.get("description", "")
    return text.split("\n\n*", maxsplit=1)[0].split("\n*", maxsplit=1)[0].removeprefix("*").strip()


def problem_kinds() -> list[tuple[str, int, str]]:
    """Every named problem: its kind, its status and its sentence."""
    named = [(kind_of(error), 422, error.sentence) for error in _below(Unable) if error.sentence]
    ours = [
        ("illegal-move", 409, "The state of the course or claim does not allow this."),
        (KeyIsInUse.kind, 409, KeyIsInUse.default_detail),
        (KeyHasOtherContent.kind, 422, KeyHasOtherContent.default_detail),
        (NoVersionToMatch.kind, 412, NoVersionToMatch.default_detail),
    ]
    return sorted(set(named)) + ours


def _below(parent: type[Unable]) -> Iterator[type[Unable]]:
    for child in parent.__subclasses__():
        yield child
        yield from _below(child)
