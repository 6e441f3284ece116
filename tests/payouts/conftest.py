import pytest

from tests.budgets.world import World, create_world


@pytest.fixture
def world(db: None) -> World:
    return create_world()
