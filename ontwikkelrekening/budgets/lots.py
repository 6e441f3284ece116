"""The lottery: seeds nobody can guess, committed to beforehand, and lots anyone can recompute.

A lot is the SHA-256 of `seed:outside value:application id`, all as text. The seed follows from a
secret key and the round's random id; its SHA-256 is published before the first application comes
in. The outside value, named beforehand and known only after closing, is what keeps even those who
know the seed from steering: at the time of applying nobody knows both.
"""

from __future__ import annotations

import hashlib
import hmac
from uuid import UUID

from django.conf import settings


def seed_of(round_id: UUID) -> str:
    """The seed of a round, hexadecimal; secret until the draw."""
    key = settings.LOTTERY_KEY.encode()
    return hmac.new(key, b"seed:" + round_id.bytes, hashlib.sha256).hexdigest()


def hash_of(seed: str) -> str:
    """What is published of a seed beforehand."""
    return hashlib.sha256(bytes.fromhex(seed)).hexdigest()


def lot(application_id: UUID, *, seed: str, outside: str) -> bytes:
    """The lot of one application; the lowest goes first."""
    return hashlib.sha256(f"{seed}:{outside}:{application_id}".encode()).digest()


def receipt_code(application_id: UUID, *, wanted: int, changed_at: str) -> str:
    """Shows that this application was received as it says; only we can make it, so we can verify it."""
    key = settings.LOTTERY_KEY.encode()
    text = f"receipt:{application_id}:{wanted}:{changed_at}"
    digest = hmac.new(key, text.encode(), hashlib.sha256).hexdigest().upper()
    return "-".join(digest[start : start + 4] for start in range(0, 16, 4))
