"""The public keys with which a client signs for its tokens: given to us, or fetched where it keeps them.

Fetched keys are used for an hour. A signature that none of them made makes us look again, so a
client changes its keys whenever it likes; when its server is away, what we have serves for a day.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from jwcrypto.common import JWException
from jwcrypto.jwk import JWK

from providers.errors import Unable
from providers.models import Client, FetchedKeys
from providers.outside import NoAnswer, UnableToCall, call

logger = logging.getLogger(__name__)
BITS_MIN = 2048
KEYS_MAX = 20
BYTES_MAX = 64 * 1024
SECONDS_TO_FETCH = 3
FRESH = timedelta(hours=1)
KEPT = timedelta(days=1)  # when the client's server does not answer
KEPT_OF_A_KEY = ["kty", "kid", "alg", "n", "e"]
PAUSE = timedelta(seconds=10)  # between two looks, whatever signatures come

KeySet = dict[str, Any]


class KeysAreNotUsable(Unable):
    field = "jwks"
    sentence = f"Give a JWKS (RFC 7517) with RSA public keys of {BITS_MIN} bits or more."


def usable(jwks: Any) -> KeySet:
    """The RSA public keys that sign, and nothing else of what was given; raises KeysAreNotUsable."""
    given = jwks.get("keys") if isinstance(jwks, dict) else None
    if not isinstance(given, list) or len(given) > KEYS_MAX:
        raise KeysAreNotUsable
    keys = [_public(key) for key in given if _is_for_signatures(key)]
    if not keys:
        raise KeysAreNotUsable
    return {"keys": keys}


def _is_for_signatures(key: Any) -> bool:
    return isinstance(key, dict) and key.get("kty") == "RSA" and key.get("use", "sig") == "sig"


def _public(key: dict[str, Any]) -> dict[str, str]:
    """A key that says too much was given away: its private part is no secret any more."""
    kept: dict[str, str] = {name: key[name] for name in KEPT_OF_A_KEY if name in key}
    if not all(isinstance(value, str) and value.isprintable() for value in kept.values()):
        raise KeysAreNotUsable  # no database holds some of it
    try:
        made = JWK(**kept)
        strong = "d" not in key and made.get_op_key("verify").key_size >= BITS_MIN
    except (JWException, ValueError, TypeError) as error:
        raise KeysAreNotUsable from error
    if not strong:
        raise KeysAreNotUsable
    return kept


def key_sets(client: Client, *, at: datetime) -> Iterator[KeySet]:
    """Where to look for the key of a signature: first here, then where the client keeps them now."""
    if client.jwks:
        yield client.jwks
        return
    known = FetchedKeys.objects.filter(client=client).first()
    if known and known.younger_than(FRESH, at=at):
        yield known.keys
    renewed = _fetch_again(client, known, at=at)
    if renewed:
        yield renewed
    elif known and known.younger_than(KEPT, at=at):
        yield known.keys


@transaction.atomic
def _fetch_again(client: Client, known: FetchedKeys | None, *, at: datetime) -> KeySet | None:
    """Newer keys than those known; who asks at the same moment waits for the one that fetches."""
    FetchedKeys.objects.get_or_create(client=client)
    row = FetchedKeys.objects.select_for_update().get(client=client)
    if row.fetched_at != (known.fetched_at if known else None):
        return dict(row.keys)  # somebody else was just there
    if row.tried_at and row.tried_at > at - PAUSE:
        return None
    row.tried_at = at
    found = _fetch(client)
    if found:
        row.keys, row.fetched_at = found, at
    row.save()
    return found


def _fetch(client: Client) -> KeySet | None:
    headers = {"Accept": "application/jwk-set+json, application/json"}
    try:
        answer = call(
            "GET", client.jwks_uri, headers=headers, bytes_max=BYTES_MAX, seconds=SECONDS_TO_FETCH
        )
        if answer.status != 200:
            raise NoAnswer(f"HTTP {answer.status}")
        found = usable(json.loads(answer.body))
    except (NoAnswer, UnableToCall, KeysAreNotUsable, ValueError, RecursionError) as error:
        reason = str(error) if isinstance(error, Unable | NoAnswer) else "not JSON"
        logger.warning("keys not fetched", extra={"client": client.client_id, "reason": reason})
        return None
    logger.info("keys fetched", extra={"client": client.client_id, "keys": len(found["keys"])})
    return found
