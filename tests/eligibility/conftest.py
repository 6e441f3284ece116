from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import User

from ontwikkelrekening.eligibility.example import create_example_scheme
from ontwikkelrekening.eligibility.models import Scheme

AT = datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
APPROVED_AT = datetime(2025, 12, 1, 9, 0, tzinfo=UTC)  # the policy, before it starts
ON = date(2026, 1, 2)


@pytest.fixture
def petra(db: None) -> User:
    return User.objects.create(username="petra", is_staff=True)


@pytest.fixture
def paul(db: None) -> User:
    return User.objects.create(username="paul", is_staff=True)


@pytest.fixture
def scheme(petra: User, paul: User) -> Scheme:
    """The example scheme, in force from 2026."""
    return create_example_scheme(
        drafted_by=petra, approved_by=paul, starts_on=date(2026, 1, 1), at=APPROVED_AT
    )
