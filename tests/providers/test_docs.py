"""The committed pages say what the code says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from django.core.management import call_command
from rest_framework.exceptions import APIException

import ontwikkelrekening.sandbox.api  # noqa: F401, its refusals as well
from providers.api.problems import kind_of
from providers.api.reference import problem_kinds
from providers.errors import Unable

ROOT = Path(__file__).parents[2]
OF_THE_API = ("providers", "ontwikkelrekening/sandbox")


def refusals(parent: type[Unable] = Unable) -> Iterator[type[Unable]]:
    """Every class of refusal that a call of the API can meet."""
    for child in parent.__subclasses__():
        if child.__module__.startswith(tuple(each.replace("/", ".") for each in OF_THE_API)):
            yield child
        yield from refusals(child)


def exceptions(parent: type[APIException] = APIException) -> Iterator[type[APIException]]:
    for child in parent.__subclasses__():
        yield child
        yield from exceptions(child)


def raised_or_made() -> set[str]:
    """The names of all classes that the code raises or makes an object of."""
    found = set()
    for path in (path for each in OF_THE_API for path in (ROOT / each).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            named = node.exc if isinstance(node, ast.Raise) else node
            named = named.func if isinstance(named, ast.Call) else named
            if isinstance(node, ast.Raise | ast.Call) and isinstance(named, ast.Name):
                found.add(named.id)
    return found


def test_the_committed_drawing_of_the_states_is_the_tables() -> None:
    call_command("draw_states", "--check")


def test_every_refusal_that_can_be_met_stands_on_the_docs_page() -> None:
    explained = {kind for kind, _, _ in problem_kinds()}
    names = raised_or_made()
    met = {each for each in refusals() if each.__name__ in names}

    named = {each.kind for each in exceptions() if hasattr(each, "kind")}
    assert {"key-is-in-use", "no-version-to-match"} <= named <= explained
    assert {"above-what-is-left", "nobody-can-start-then"} <= {kind_of(each) for each in met}
    assert {kind_of(each) for each in met} <= explained
