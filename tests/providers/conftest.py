from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from providers.models import Course, Enrolment
    from tests.providers.calls import Software


@pytest.fixture
def linde(db: None) -> Software:
    from tests.providers.calls import Software
    from tests.providers.world import de_linde

    return Software(de_linde())


@pytest.fixture
def course(linde: Software) -> Course:
    from tests.providers.world import digital_skills

    return digital_skills(linde.provider)


@pytest.fixture
def running(course: Course) -> Enrolment:
    """Fatima's enrolment, redeemed; her course started on 2 March 2026."""
    from tests.providers.world import redeemed

    return redeemed(course)
