"""The one-time code a citizen hands to a provider.

It is derived from the enrolment and a secret key, so the citizen can look it up again, while the
database holds only a keyed digest: who copies the database can redeem nothing.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from uuid import UUID

from django.conf import settings

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford: no I, L, O or U to misread
LENGTH = 12  # 60 bits
MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})


def code_for(enrolment_id: UUID) -> str:
    """The code of an enrolment, in three groups of four: `7K3M-9QXZ-4T2P`."""
    number = int.from_bytes(_keyed("code", enrolment_id.bytes)[:8])
    symbols = "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))
    return "-".join(symbols[start : start + 4] for start in range(0, LENGTH, 4))


def digest(code: str) -> bytes:
    """What is stored of a code; spaces, dashes, case and misread letters do not matter."""
    return _keyed("digest", code.upper().translate(MISREAD).encode())


def _keyed(purpose: str, value: bytes) -> bytes:
    key = settings.ENROLMENT_CODE_KEY.encode()
    return hmac.digest(key, purpose.encode() + b":" + value, sha256)
