import pytest

from ledger.models import AccountClass


@pytest.mark.django_db
def test_chart_is_loaded() -> None:
    assert AccountClass.objects.count() == 8


def test_own(own_database: str, django_db_blocker: object) -> None:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        assert AccountClass.objects.count() == 8
