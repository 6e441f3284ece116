from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import time_machine

if TYPE_CHECKING:
    from django.test import Client

    from tests.provider_area.world import School


@pytest.fixture
def school(db: None) -> Iterator[School]:
    """De Linde with a course that starts on 2 March 2026, and Fatima enrolled; it is that day."""
    from tests.provider_area.world import build_school
    from tests.providers.world import MONDAY

    with time_machine.travel(MONDAY, tick=False):
        yield build_school()


@pytest.fixture
def desk(school: School) -> Client:
    """The browser of somebody who works for De Linde."""
    from tests.provider_area.world import log_in

    return log_in(school.provider)
