"""An act that happens once under a key: the key, the effect and the answer are one transaction.

A retry after a lost answer gets the stored one. Only answers with an effect are stored: a refusal
changed nothing, so the same act may be tried again under the same key.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from django.db import connection, transaction

from providers import rows
from providers.models import Client, IdempotencyKey, Provider

T = TypeVar("T")
Owner = Client | Provider  # software has keys of its own; so have the forms of a provider's staff


class KeyIsInUse(Exception):
    """A twin of this request is being handled at the moment."""


class KeyHasOtherContent(Exception):
    """The key was used here with other content."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is kept."""

    status: int
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@transaction.atomic
def once(
    owner: Owner,
    key: str,
    act: Callable[[], T],
    *,
    operation: str,
    content: str,
    keep: Callable[[T], Answer],
    at: datetime,
    wait: bool = False,
) -> T | Answer:
    """Act and keep the answer, or return the answer kept for this operation under this key.

    `operation` is the method and address; under another one the key is another key. A twin that is being
    handled is waited for, or raises KeyIsInUse; a key that was used for other content raises
    KeyHasOtherContent.
    """
    mine = "client_id" if isinstance(owner, Client) else "provider_id"
    fingerprint = sha256(content.encode()).digest()
    with rows.at_once():
        is_mine = _lock(owner, operation, key, wait=wait)
        known = rows.ask(
            IdempotencyKey,
            f"{mine} = %s AND key = %s AND operation = %s",
            *(owner.pk, key, operation),
        )
    if not is_mine():
        raise KeyIsInUse
    for kept in known():
        if bytes(kept.fingerprint) != fingerprint:
            raise KeyHasOtherContent
        return Answer(kept.status, kept.answer, kept.headers)
    result = act()
    answer = keep(result)
    rows.insert(
        IdempotencyKey(
            **{mine: owner.pk},
            operation=operation,
            key=key,
            fingerprint=fingerprint,
            status=answer.status,
            answer=answer.body,
            headers=answer.headers,
            at=at,
        )
    )
    return result


def _lock(owner: Owner, operation: str, key: str, *, wait: bool) -> Callable[[], bool]:
    """Ask for the key until the transaction ends; the answer says whether it was given."""
    words = f"{owner.pk} {operation} {key}"
    number = int.from_bytes(sha256(words.encode()).digest()[:8], signed=True)
    cursor = connection.cursor()
    if wait:
        cursor.execute("SELECT true FROM pg_advisory_xact_lock(%s)", [number])
    else:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
    return lambda: cursor.fetchone() == (True,)
