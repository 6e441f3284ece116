"""What most tests of budgets begin with."""

from __future__ import annotations

import pytest

from tests.budgets.world import World, create_world


@pytest.fixture
def world(db: None) -> World:
    return create_world()
