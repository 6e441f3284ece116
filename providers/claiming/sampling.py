"""Claims that a person looks at though the terms settle them: drawn by chance, so that nobody is singled out."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "providers.claiming.sampling"


def is_drawn(claim_id: UUID) -> bool:
    """Whether a claim is in the sample: always the same answer, which only we know beforehand.

    The draw is keyed, because a provider gives its claims their ids and would choose those that are not drawn.
    """
    drawn = salted_hmac(SALT, claim_id.bytes, algorithm="sha256").digest()
    return int.from_bytes(drawn) % 1000 < settings.CLAIMS_SAMPLED_PER_MILLE
