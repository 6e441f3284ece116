"""Strict readers of the environment: a missing or unreadable setting stops the start, in one sentence.

What is set to nothing, as a compose file sets what it does not know, counts as not set.
"""

import json
import os
import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured


def text(name: str, default: str | None = None) -> str:
    """The value of `name`; raises ImproperlyConfigured when it is not set and has no default."""
    value = os.environ.get(name) or default
    if value is None:
        raise ImproperlyConfigured(f"Set the environment variable {name}.")
    return value


def flag(name: str, *, default: bool) -> bool:
    """`true` or `false`, nothing else."""
    value = os.environ.get(name) or ("true" if default else "false")
    if value not in ("true", "false"):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be true or false.")
    return value == "true"


def number(name: str, default: int, *, least: int = 1) -> int:
    """A whole number from `least`."""
    value = os.environ.get(name) or str(default)
    if not (value.isascii() and value.isdigit() and int(value) >= least):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number from {least}.")
    return int(value)


def items(name: str, default: str | None = None) -> list[str]:
    """A list written with commas."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def secret(name: str, *, kept_in: Path | None, least: int = 32) -> str:
    """A secret of at least so many characters from the environment.

    In development (`kept_in` names a file) a missing one is drawn once and kept there; in
    production it is an error, because a secret nobody chose is no secret.
    """
    if kept_in is None or os.environ.get(name):
        value = text(name)
        if len(value) < least:
            raise ImproperlyConfigured(f"{name} must have at least {least} characters.")
        return value
    kept: dict[str, str] = json.loads(kept_in.read_text()) if kept_in.exists() else {}
    if name not in kept:
        kept[name] = secrets.token_urlsafe(48)
        kept_in.parent.mkdir(parents=True, exist_ok=True)
        kept_in.touch(mode=0o600)
        kept_in.write_text(json.dumps(kept, indent=2))
    return kept[name]
