"""Keys of personal data: each person has one, wrapped by a master key outside the database.

Destroying the wrapped key erases the person, in every copy made after it as well. The master key
can be replaced: the newest wraps, older ones (settings.IDENTITY_OLD_MASTER_KEYS) still unwrap, and
`rewrap_keys` moves every person over.
"""

from __future__ import annotations

import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

NONCE = 12
KEY_ID = 4


class UnreadableIdentity(Exception):
    """Personal data that no key at hand can open: the wrong key, or altered data."""


def bsn_digest(bsn: str) -> bytes:
    """The keyed digest a BSN is looked up by."""
    return hmac.digest(settings.BSN_LOOKUP_KEY.encode(), bsn.encode(), "sha256")


def new_person_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def wrap(person_key: bytes, *, owner: bytes) -> bytes:
    """The person's key, encrypted under the newest master key and bound to its owner."""
    master = _derived(settings.IDENTITY_MASTER_KEY)
    return _id_of(master) + encrypt(person_key, key=master, owner=owner)


def unwrap(wrapped: bytes, *, owner: bytes) -> bytes:
    """The person's key; raises UnreadableIdentity when no master key we hold wrapped it."""
    for secret in (settings.IDENTITY_MASTER_KEY, *settings.IDENTITY_OLD_MASTER_KEYS):
        master = _derived(secret)
        if _id_of(master) == wrapped[:KEY_ID]:
            return decrypt(wrapped[KEY_ID:], key=master, owner=owner)
    raise UnreadableIdentity("The master key of this person's key is not configured.")


def is_newest(wrapped: bytes) -> bool:
    """Whether the newest master key wrapped this."""
    return wrapped[:KEY_ID] == _id_of(_derived(settings.IDENTITY_MASTER_KEY))


def encrypt(text: bytes, *, key: bytes, owner: bytes) -> bytes:
    nonce = os.urandom(NONCE)
    return nonce + AESGCM(key).encrypt(nonce, text, owner)


def decrypt(blob: bytes, *, key: bytes, owner: bytes) -> bytes:
    try:
        return AESGCM(key).decrypt(blob[:NONCE], blob[NONCE:], owner)
    except InvalidTag:
        raise UnreadableIdentity("The data does not belong to this key and person.") from None


def _derived(secret: str) -> bytes:
    return hashlib.sha256(b"identity master key:" + secret.encode()).digest()


def _id_of(master: bytes) -> bytes:
    return hashlib.sha256(b"id:" + master).digest()[:KEY_ID]
