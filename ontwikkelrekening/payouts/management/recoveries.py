"""What the commands about recoveries share: which claim, and clear errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.core.management.base import CommandError

from ledger.posting import UnableToPost
from providers.errors import Unable
from providers.models import Claim
from providers.states import IllegalMove


def find_claim(id: str) -> Claim:
    """The claim with this id; raises CommandError."""
    try:
        return Claim.objects.get(pk=UUID(id))
    except (ValueError, Claim.DoesNotExist):
        raise CommandError(f"There is no claim {id}.") from None


@contextmanager
def clear_errors() -> Iterator[None]:
    """One plain sentence instead of a traceback."""
    try:
        yield
    except (Unable, UnableToPost, IllegalMove) as error:
        raise CommandError(str(error)) from error
