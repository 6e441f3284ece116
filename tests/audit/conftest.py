"""One played year for the tests of the audit pages and the administration."""

import pytest
from django.test import Client

from tests.audit.world import Year, auditor, play_a_year, play_on


@pytest.fixture
def year(db: None) -> Year:
    return play_a_year()


@pytest.fixture
def full_year(year: Year) -> Year:
    """The year with a drawn round, a simulation and an objection."""
    return play_on(year)


@pytest.fixture
def amir(db: None) -> Client:
    """The auditor's browser."""
    return auditor()
