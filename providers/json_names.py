"""Names in JSON: Python takes the last of two, and which of them was meant nobody can say."""

from __future__ import annotations

from typing import Any


class NamedTwice(ValueError):
    """An object has a name twice; `name` is the beginning of it, with `?` for what is no text."""

    def __init__(self, name: str) -> None:
        self.name = name[:40].encode(errors="replace").decode()
        super().__init__(f"{self.name} is given twice")


def named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object, for `object_pairs_hook` of a JSON decoder. Raises NamedTwice."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise NamedTwice(name)
        found[name] = value
    return found
