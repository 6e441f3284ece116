import pytest
from django.db import connection, transaction

from ledger.accounts import open_account, open_accounts
from ledger.models import Account
from ledger.posting import DifferentContent, UnknownAccount
from tests.ledger.books import AT

pytestmark = pytest.mark.django_db


def test_opening_an_account_twice_finds_it() -> None:
    first = open_account("tranche:fatima", account_class="tranche", at=AT)

    again = open_account("tranche:fatima", account_class="tranche", at=AT)

    assert again == first
    assert not first.hot


def test_many_accounts_are_opened_at_once_with_the_traits_of_their_class() -> None:
    open_account("tranche:a", account_class="tranche", at=AT)
    known = open_account("fund:a", account_class="fund", at=AT)

    ids = open_accounts(["fund:b", "fund:a", "fund:b"], account_class="fund", at=AT)

    assert ids == {"fund:a": known.pk, "fund:b": Account.objects.get(code="fund:b").pk}
    assert known.hot


def test_a_new_account_is_returned_once() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_code FROM ledger_open_accounts('{b,a}', 'tranche', %s)", [AT]
        )
        assert sorted(cursor.fetchall()) == [("a",), ("b",)]


def test_a_code_belongs_to_one_class() -> None:
    open_account("fund:a", account_class="fund", at=AT)

    with pytest.raises(DifferentContent), transaction.atomic():
        open_account("fund:a", account_class="tranche", at=AT)


def test_an_account_class_must_exist() -> None:
    with pytest.raises(UnknownAccount), transaction.atomic():
        open_account("x", account_class="piggy-bank", at=AT)
