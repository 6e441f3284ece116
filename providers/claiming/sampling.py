"""Claims that a person looks at though the terms settle them: drawn by chance, so that nobody is singled out."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

SALT = "providers.claiming.sampling"


def is_drawn(enrolment_id: UUID, instalment: str) -> bool:
    """Whether claims of this part are in the sample: always the same answer, which only we know beforehand.

    The draw is keyed, so that no provider can choose what is not drawn; and of the part, because who takes
    a drawn claim back and submits another would draw again.
    """
    drawn = salted_hmac(SALT, f"{enrolment_id}:{instalment}", algorithm="sha256").digest()
    return int.from_bytes(drawn) % 1000 < settings.CLAIMS_SAMPLED_PER_MILLE
