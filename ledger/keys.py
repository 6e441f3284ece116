"""The key that signs the seals: derived from a secret in the settings, never in the database."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings


def sealing_key() -> Ed25519PrivateKey:
    """The private key, from `LEDGER_SEAL_SECRET`."""
    secret: str = settings.LEDGER_SEAL_SECRET
    return Ed25519PrivateKey.from_private_bytes(
        hashlib.sha256(b"ledger seal " + secret.encode()).digest()
    )
