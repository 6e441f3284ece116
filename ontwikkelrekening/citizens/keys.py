"""Keys of personal data: each person has one, wrapped by a master key outside the database.

Destroying the wrapped key erases the person, in every copy made after it as well. The master key
can be replaced: the newest wraps, older ones (settings.IDENTITY_OLD_MASTER_KEYS) still unwrap, and
`rewrap_keys` moves every person over. The key that a BSN is looked up by cannot be replaced: under
another one everybody would be new and registered a second time. What a mistyped master key wrapped
would be lost when the mistake is mended. So a database is tied to its keys.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from ontwikkelrekening.citizens.models import KeyUse, KnownKey

NONCE = 12
KEY_ID = 4
MARKED = "a key of this database"  # no BSN, so it tells nothing of anybody


class UnreadableIdentity(Exception):
    """Personal data that no key at hand can open: the wrong key, or altered data."""


class AnotherKey(ImproperlyConfigured):
    """A key of the settings is not one that this database was set up with."""


def bsn_digest(bsn: str) -> bytes:
    """The keyed digest a BSN is looked up by; raises AnotherKey."""
    _refuse_other_keys(settings.BSN_LOOKUP_KEY, settings.IDENTITY_MASTER_KEY)
    return _keyed(settings.BSN_LOOKUP_KEY, bsn)


def tie_keys() -> None:
    """Tie a new database to the keys of the settings, and one that is tied to a master key that follows its own.

    It follows when IDENTITY_OLD_MASTER_KEYS names one that the database knows. Raises AnotherKey.
    """
    masters = set(KnownKey.objects.filter(use=KeyUse.MASTER).values_list("mark", flat=True))
    given = {KeyUse.LOOKUP: settings.BSN_LOOKUP_KEY}
    if not masters or any(_mark(old) in masters for old in settings.IDENTITY_OLD_MASTER_KEYS):
        given[KeyUse.MASTER] = settings.IDENTITY_MASTER_KEY
    KnownKey.objects.bulk_create(
        [KnownKey(use=use, mark=_mark(key)) for use, key in given.items()], ignore_conflicts=True
    )
    _refuse_other_keys(settings.BSN_LOOKUP_KEY, settings.IDENTITY_MASTER_KEY)


@cache  # one look in each process; a refusal is not kept
def _refuse_other_keys(lookup: str, master: str) -> None:
    known = set(KnownKey.objects.values_list("use", "mark"))
    if not known:
        raise AnotherKey(
            "This database is not set up: run `manage.py set_up_database` as its owner."
        )
    if (KeyUse.LOOKUP, _mark(lookup)) not in known:
        raise AnotherKey(
            "BSN_LOOKUP_KEY is not the key that this database was set up with, so nobody in it would"
            " be found and everybody registered twice."
        )
    if (KeyUse.MASTER, _mark(master)) not in known:
        raise AnotherKey(
            "IDENTITY_MASTER_KEY is not a key that this database was set up with. To take another:"
            " name the one before in IDENTITY_OLD_MASTER_KEYS and run `manage.py set_up_database`."
        )


def new_person_key() -> bytes:
    return AESGCM.generate_key(bit_length=256)


def wrap(person_key: bytes, *, owner: bytes) -> bytes:
    """The person's key, encrypted under the newest master key and bound to its owner; raises AnotherKey."""
    _refuse_other_keys(settings.BSN_LOOKUP_KEY, settings.IDENTITY_MASTER_KEY)
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


def _keyed(key: str, text: str) -> bytes:
    return hmac.digest(key.encode(), text.encode(), "sha256")


def _mark(key: str) -> bytes:
    return _keyed(key, MARKED)


def _derived(secret: str) -> bytes:
    return hashlib.sha256(b"identity master key:" + secret.encode()).digest()


def _id_of(master: bytes) -> bytes:
    return hashlib.sha256(b"id:" + master).digest()[:KEY_ID]
