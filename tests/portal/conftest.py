from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from tests.portal.world import FATIMA_BSN, TODAY, Town, build_town, log_in


@pytest.fixture
def town(db: None) -> Iterator[Town]:
    with time_machine.travel(TODAY, tick=False):
        yield build_town()


@pytest.fixture
def fatima(town: Town) -> Client:
    return log_in(FATIMA_BSN)
