"""Strict readers of the environment: a missing or unreadable setting stops the start, in one sentence.

What is set to nothing, as a compose file sets what it does not know, counts as not set.
"""

import json
import os
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, urlsplit

from django.core.exceptions import ImproperlyConfigured
from kombu import Connection

BROKERS = ("amqp", "amqps", "redis", "rediss", "pgmq")
LETTERS_MIN = 5  # as many as Django wants in a SECRET_KEY


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
    if not (re.fullmatch("[0-9]{1,9}", value) and int(value) >= least):
        raise ImproperlyConfigured(
            f"{name} is {value[:20]!r}; it must be a whole number from {least} to 999999999."
        )
    return int(value)


def items(name: str, default: str | None = None) -> list[str]:
    """A list written with commas."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def origin(name: str, default: str | None = None, *, secure: bool) -> str:
    """The scheme and host of a site, as a browser names it: no path, and no slash at the end."""
    value = text(name, default)
    if not (_is_address(value, secure=secure) and value.count("/") == 2):
        wanted = "https://" if secure else "http:// or https://"
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be {wanted} and a host.")
    return value


def issuer(name: str, *, secure: bool) -> str:
    """The address of an OpenID Connect broker; empty when there is none."""
    value = text(name, "")
    if value and not _is_address(value, secure=secure):
        wanted = "https" if secure else "http or https"
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be an {wanted} address.")
    return value


def contact(name: str, default: str) -> str:
    """Where people write to: one `mailto:` or `https:` address."""
    value = text(name, default)
    if not re.fullmatch(r"mailto:[^\s@]+@[^\s@]+", value) and not _is_address(value, secure=True):
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be a mailto: or https: address.")
    return value


def broker(name: str, default: str | None) -> str:
    """The address of a broker that Celery can use."""
    value = text(name, default)
    parts = _split(value)
    if parts is None or parts.scheme not in BROKERS or "://" not in value:
        raise ImproperlyConfigured(
            f"{name} must be an address such as amqp://user:password@host:5672//; "
            f"it begins with {', '.join(f'{scheme}://' for scheme in BROKERS)}."
        )
    if parts.scheme == "rediss" and "ssl_cert_reqs" not in parse_qs(parts.query):
        raise ImproperlyConfigured(
            f"{name} must say ssl_cert_reqs=required after a question mark; without it nobody looks"
            " at the certificate of the broker."
        )
    if parts.scheme in ("redis", "rediss") and not re.fullmatch("/{0,2}[0-9]{0,9}", parts.path):
        raise ImproperlyConfigured(
            f"{name} ends with {parts.path!r}; Redis numbers its databases: redis://host:6379/0."
        )
    try:
        Connection(value)  # it reads the address, and calls nobody yet
    except (KeyError, TypeError, ValueError):
        raise ImproperlyConfigured(
            f"{name} has something after its question mark that Celery cannot use."
        ) from None
    return value


def _is_address(value: str, *, secure: bool) -> bool:
    """Whether this is an address on the web, with a host and no name or password before it."""
    parts = _split(value)
    schemes = ["https"] if secure else ["https", "http"]
    return bool(
        parts
        and parts.scheme in schemes
        and re.fullmatch(r"[A-Za-z0-9.-]+(:[0-9]+)?|\[[0-9A-Fa-f:]+\](:[0-9]+)?", parts.netloc)
        and re.fullmatch(r"[!-~]+", value)
        and not (parts.query or parts.fragment)
    )


def _split(value: str) -> SplitResult | None:
    """The parts of an address; None when its host or port cannot be read."""
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018 - it is read only now
    except ValueError:
        return None
    return parts


def checked_secret(name: str, value: str, *, least: int = 32) -> str:
    """The value, when it is long enough and no letter or two that somebody kept pressing."""
    if len(value) < least:
        raise ImproperlyConfigured(f"{name} must have at least {least} characters.")
    if len(set(value)) < LETTERS_MIN:
        raise ImproperlyConfigured(f"{name} must have at least {LETTERS_MIN} different characters.")
    return value


def refuse_shared(secrets_: Mapping[str, str]) -> None:
    """Raises ImproperlyConfigured when two secrets have one value: who learns one has the other."""
    owners: dict[str, str] = {}
    for name, value in secrets_.items():
        if (owner := owners.setdefault(value, name)) != name:
            raise ImproperlyConfigured(f"{owner} and {name} are the same; each needs its own.")


def secret(name: str, *, kept_in: Path | None, least: int = 32) -> str:
    """A secret of at least so many characters from the environment.

    In development (`kept_in` names a file) a missing one is drawn once and kept there; in
    production it is an error, because a secret nobody chose is no secret.
    """
    if kept_in is None or os.environ.get(name):
        return checked_secret(name, text(name), least=least)
    kept: dict[str, str] = json.loads(kept_in.read_text()) if kept_in.exists() else {}
    if name not in kept:
        kept[name] = secrets.token_urlsafe(48)
        kept_in.parent.mkdir(parents=True, exist_ok=True)
        kept_in.touch(mode=0o600)
        kept_in.write_text(json.dumps(kept, indent=2))
    return kept[name]
