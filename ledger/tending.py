"""What a worker does for the books every minute or so. Late or twice does no harm."""

from __future__ import annotations

import logging
from datetime import datetime
from pathlib import Path

from django.conf import settings

from ledger.keys import sealing_key
from ledger.models import Seal
from ledger.publishing import NotPublished, publish
from ledger.rolling_up import roll_up
from ledger.sealing import seal

logger = logging.getLogger(__name__)


def tend(*, at: datetime, with_another_key: bool = False) -> list[Seal]:
    """Roll up the hot accounts, seal what is settled, publish the seals; return the new ones.

    Raises NotPublished when all is done but the last, and AnotherKey when nothing is sealed.
    """
    roll_up()
    seals = seal(key=sealing_key(), at=at, with_another_key=with_another_key)
    folder = Path(settings.LEDGER_SEALS_DIR)
    try:
        if (
            older := publish(folder) - len(seals)
        ) > 0:  # it could not be written, or is another folder
            logger.warning("%s did not have %d older seals: published too", folder, older)
    except (NotPublished, OSError) as error:
        raise NotPublished(f"sealed, but not published: {error}") from None
    return seals
